"""Restricted funds: table and queries; their money is in the ledger."""

from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.store import Store
from app.domain.books.funds import Fund


class FundRow(SQLModel, table=True):
    __tablename__ = "restricted_fund"
    __table_args__ = (
        c.check("restricted_fund_purposes", "cardinality(purposes) between 1 and 20"),
        *c.longest("restricted_fund", title=200),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    title: str = c.text()
    purposes: list[str] = c.texts()
    version: int


funds = Store(
    FundRow,
    Fund,
    balance_cents="coalesce((select b.posted from account a join balance b on b.account_id = a.id"
    " where a.cooperative_id = t.cooperative_id and a.kind = 'restricted_fund' and a.party = t.id::text), 0)",
)
