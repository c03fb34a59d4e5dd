"""Reversals of journals: table and queries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql_text
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.people.cooperatives import UMBRELLA
from app.db.store import Store
from app.domain.books.corrections import Reversal
from app.domain.ledger import JournalKind
from app.domain.page import Page, PageRequest, cut


class ReversalRow(SQLModel, table=True):
    __tablename__ = "journal_reversal"
    __table_args__ = (
        c.check("journal_reversal_state", "state in ('proposed', 'booked', 'declined')"),
        c.check("journal_reversal_booked", "(state = 'booked') = (reversed_by is not null)"),
        Index("journal_reversal_once", "journal_id", unique=True, postgresql_where=sql_text("state = 'booked'")),
        Index(
            "journal_reversal_one_open",
            sql_text("coalesce(act_id, source_id)"),
            unique=True,
            postgresql_where=sql_text("state = 'proposed'"),
        ),
        *c.longest("journal_reversal", reason=500, answer=500),
    )
    id: UUID = c.key()
    journal_id: UUID = c.link("journal", index=False)
    cooperative_id: UUID = c.link("cooperative")
    kind: str = c.text()
    source_type: str = c.text()
    source_id: UUID = c.link(None)
    day: date = c.day()
    reason: str = c.text()
    asked_by: UUID = c.link("person", index=False)
    asked_at: datetime = c.when()
    about_ids: list[UUID] = c.ids()
    side_ids: list[UUID] = c.ids()
    act_id: UUID | None = c.link(None, null=True, index=False)
    agreed: list[Any] = c.json()
    state: str = c.text()
    reversed_by: UUID | None = c.link(None, null=True, index=False)
    answer: str = c.text()
    version: int


reversals = Store(
    ReversalRow,
    Reversal,
    fixed=(
        "journal_id",
        "cooperative_id",
        "kind",
        "source_type",
        "source_id",
        "day",
        "reason",
        "asked_by",
        "asked_at",
        "about_ids",
        "side_ids",
        "act_id",
    ),
    umbrella_id=UMBRELLA,
)


async def list_reversals(
    tx: Tx, cooperative_id: UUID, request: PageRequest, by_two: Sequence[JournalKind] | None = None
) -> Page[Reversal]:
    """The reversals in the books of a cooperative, and those that it has to agree to, newest first.

    If `by_two` is given, only those of its kinds that take two people of the cooperative.
    """
    sql = f"""{reversals.select} where (t.cooperative_id = $1 or $1 = any(t.side_ids))
              and ($2::uuid is null or t.id < $2)
              and ($3::text[] is null
                   or t.kind = any($3)
                      and cardinality(t.side_ids) > (select count(distinct side) from unnest(t.side_ids) side))
              order by t.id desc limit {int(request.limit) + 1}"""
    rows = await tx.rows(sql, cooperative_id, request.after, by_two)
    return cut([reversals.load(row) for row in rows], request)
