"""Standing rules for bank lines: table and queries."""

from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.books.bank_rules import BankRule


class BankRuleRow(SQLModel, table=True):
    __tablename__ = "bank_rule"
    __table_args__ = (
        c.check("bank_rule_iban", "iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'"),
        c.check("bank_rule_names_something", "iban is not null or char_length(text) >= 3"),
        *c.longest("bank_rule", text=120, category=40),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    iban: str | None = c.text(null=True)
    text: str | None = c.text(null=True)
    category: str = c.text()
    added_by: UUID = c.link("person", index=False)
    added_at: datetime = c.when()
    ended_at: datetime | None = c.when(null=True)
    version: int


bank_rules = Store(BankRuleRow, BankRule, fixed=("cooperative_id", "iban", "text", "category", "added_by", "added_at"))


async def rules_in_force(tx: Tx, cooperative_id: UUID) -> list[BankRule]:
    """The rules of a cooperative that place lines now."""
    sql = f"{bank_rules.select} where t.cooperative_id = $1 and t.ended_at is null order by t.id"
    return [bank_rules.load(row) for row in await tx.rows(sql, cooperative_id)]
