"""Bank accounts of cooperatives: table and queries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql_text
from sqlmodel import SQLModel

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
        c.check("bank_account_state", "state in ('proposed', 'confirmed', 'withdrawn', 'replaced')"),
        c.check("bank_account_two_people", "confirmed_by <> proposed_by"),
        c.check(
            "bank_account_confirmed",
            "(confirmed_by is not null) = (state in ('confirmed', 'replaced'))"
            " and (confirmed_at is null) = (confirmed_by is null)",
        ),
        Index(
            "bank_account_one_proposed",
            "cooperative_id",
            unique=True,
            postgresql_where=sql_text("state = 'proposed'"),
        ),
        Index(
            "bank_account_one_confirmed",
            "cooperative_id",
            unique=True,
            postgresql_where=sql_text("state = 'confirmed'"),
        ),
        *c.longest("bank_account", name=70),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    iban: str = c.text()
    name: str = c.text()
    state: str = c.text()
    proposed_by: UUID = c.link("person", index=False)
    proposed_at: datetime = c.when()
    confirmed_by: UUID | None = c.link("person", null=True, index=False)
    confirmed_at: datetime | None = c.when(null=True)
    version: int


bank_accounts = Store(
    BankAccountRow,
    BankAccount,
    fixed=("cooperative_id", "iban", "name", "proposed_by", "proposed_at"),
    umbrella_id=UMBRELLA,
)


async def own_ibans(tx: Tx, cooperative_id: UUID) -> frozenset[str]:
    """The accounts whose statements are a cooperative's own: confirmed ones, and those that were replaced."""
    sql = "select distinct iban from bank_account where cooperative_id = $1 and state in ('confirmed', 'replaced')"
    return frozenset(row["iban"] for row in await tx.rows(sql, cooperative_id))
