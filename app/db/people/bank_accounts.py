"""Bank accounts of cooperatives: table and queries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.people.cooperatives import UMBRELLA
from app.db.store import Store
from app.domain.people.bank_accounts import BankAccount


class BankAccountRow(SQLModel, table=True):
    """A trigger refuses any change of one that was withdrawn or replaced."""

    __tablename__ = "bank_account"
    __table_args__ = (
        c.check("bank_account_iban", "iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'"),
        c.check("bank_account_state", "state in ('proposed', 'confirmed', 'withdrawn', 'replaced', 'closed')"),
        c.check("bank_account_two_people", "confirmed_by <> proposed_by"),
        c.check(
            "bank_account_confirmed",
            "(confirmed_by is not null) = (state in ('confirmed', 'replaced', 'closed'))"
            " and (confirmed_at is null) = (confirmed_by is null)",
        ),
        *(
            Index(
                f"bank_account_one_{state}{'_for_customers' * (len(columns) == 1)}",
                *columns,
                unique=True,
                postgresql_where=sql_text(f"state = '{state}'{' and for_customers' * (len(columns) == 1)}"),
            )
            for state in ("proposed", "confirmed")
            for columns in (("cooperative_id",), ("cooperative_id", "iban"))
        ),
        *c.longest("bank_account", name=70),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    iban: str = c.text()
    name: str = c.text()
    for_customers: bool = Field(default=True, sa_column_kwargs={"server_default": "true"})
    state: str = c.text()
    proposed_by: UUID = c.link("person", index=False)
    proposed_at: datetime = c.when()
    confirmed_by: UUID | None = c.link("person", null=True, index=False)
    confirmed_at: datetime | None = c.when(null=True)
    version: int


BALANCE = """
    coalesce((select b.posted from account a join balance b on b.account_id = a.id
               where a.cooperative_id = t.cooperative_id and a.kind = 'bank' and a.currency = 'EUR'
                 and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
                     = '00000000-0000-0000-0000-000000000000' and coalesce(a.party, '') = t.iban), 0)"""
"""What is on it by the books; the account is found by its key."""

bank_accounts = Store(
    BankAccountRow,
    BankAccount,
    fixed=("cooperative_id", "iban", "name", "for_customers", "proposed_by", "proposed_at"),
    umbrella_id=UMBRELLA,
    balance_cents=BALANCE,
)


async def own_ibans(tx: Tx, cooperative_id: UUID) -> frozenset[str]:
    """The accounts whose statements are a cooperative's own: all that were ever confirmed."""
    sql = "select distinct iban from bank_account where cooperative_id = $1 and confirmed_by is not null"
    return frozenset(row["iban"] for row in await tx.rows(sql, cooperative_id))
