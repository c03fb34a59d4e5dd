"""Ballots: table and queries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.buying.ballots import Ballot


class BallotRow(SQLModel, table=True):
    __tablename__ = "ballot"
    __table_args__ = (
        c.check("ballot_cents", "cents > 0 and members > 0 and basis_points between 1 and 10000"),
        c.check("ballot_state", "state in ('open', 'accepted', 'rejected', 'paid')"),
        c.check("ballot_paid", "(state = 'paid') = (paid_on is not null)"),
        *c.longest("ballot", title=200, supplier=120),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    title: str = c.text()
    supplier: str = c.text()
    cents: int = c.cents()
    members: int
    basis_points: int
    proposed_by: UUID = c.link("person", index=False)
    proposed_at: datetime = c.when()
    agreement_id: UUID = c.link("agreement", index=False)
    voter_ids: list[UUID] = c.ids()
    casts: list[Any] = c.json()
    state: str = c.text()
    paid_on: date | None = c.day(null=True)
    version: int


ballots = Store(
    BallotRow,
    Ballot,
    fixed=(
        "cooperative_id",
        "title",
        "supplier",
        "cents",
        "members",
        "basis_points",
        "proposed_by",
        "proposed_at",
        "agreement_id",
        "voter_ids",
    ),
)


async def voters(tx: Tx, cooperative_id: UUID) -> list[UUID]:
    """The members who may vote: those who belong now, paused or not."""
    sql = "select id from member where cooperative_id = $1 and state in ('member', 'paused') order by id"
    return [row["id"] for row in await tx.rows(sql, cooperative_id)]
