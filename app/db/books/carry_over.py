"""What only the carry-over of old books reads and writes (`app.usecases.shared.carry_over`): table and queries."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.db.engine import Tx
from app.domain.ledger import AccountKind


class BooksToCarryOverRow(SQLModel, table=True):
    """A cooperative whose books of an earlier version are still to be carried over."""

    __tablename__ = "books_to_carry_over"
    cooperative_id: UUID = Field(foreign_key="cooperative.id", primary_key=True)


async def next_books(tx: Tx) -> UUID | None:
    """A cooperative whose books are still to be carried over; None if there is none left."""
    found: UUID | None = await tx.value("select min(cooperative_id::text)::uuid from books_to_carry_over")
    return found


async def books_done(tx: Tx, cooperative_id: UUID) -> None:
    """The books of a cooperative are carried over."""
    await tx.value("delete from books_to_carry_over where cooperative_id = $1", cooperative_id)


async def name_accounts(tx: Tx, cooperative_id: UUID, kind: AccountKind, code: str) -> None:
    """Gives the accounts of a kind their code; those of VAT have one for each box already."""
    sql = "update account set rgs_code = $3 where cooperative_id = $1 and kind = $2 and kind <> 'vat'"
    await tx.value(sql, cooperative_id, kind, code)


async def sale_in_force(tx: Tx, order_id: UUID, part: int) -> bool:
    """Whether this sale of an order has no reversal."""
    sql = """select exists (select from journal j where j.source_type = 'order' and j.source_id = $1
                               and j.kind = 'sale' and j.part = $2
                               and not exists (select from journal r where r.reverses = j.id))"""
    return bool(await tx.value(sql, order_id, part))


async def add_credit_lines(tx: Tx, rows: Sequence[tuple[UUID, UUID, UUID, int, int]]) -> None:
    """Adds lines to credits that have none: credit, line and order, cents without and of VAT."""
    sql = """insert into credit_line (credit_id, order_line_id, order_id, net_cents, vat_cents, quantity)
             values ($1, $2, $3, $4, $5, 0)"""
    await tx.many(sql, rows)


async def stored_costs(tx: Tx, assignment_id: UUID) -> list[dict[str, Any]]:
    """The costs of an assignment as an earlier version stored them, with `refunded_cents`."""
    found: list[dict[str, Any]] = await tx.value("select costs from assignment where id = $1", assignment_id)
    return found
