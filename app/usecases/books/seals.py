"""Seals and checks: the worker seals journals and checks all books daily; everybody can verify an export."""

from datetime import timedelta

from app.db.books.seals import book_checks, last_check, list_seals, record_check, sealed_journals, waiting_check
from app.db.books.seals import seal_books as seal
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.ledger import BookCheck, Seal
from app.domain.page import Page, PageRequest
from app.ids import CooperativeId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import of_one_moment
from app.vocabulary import Rows

DAILY = timedelta(days=1)


async def seal_books(tx: Tx, actor: Actor) -> int:
    """Seal the unsealed journals of every cooperative; returns the number of new links."""
    actor.require(Right.RUN_TIMER)
    return await seal(tx)


async def get_seals(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, limit: Rows = 10) -> list[Seal]:
    """The newest links of a cooperative's chain, the head first, for the treasurer.

    Keep a head, to verify an export with it later.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    return await list_seals(tx, cooperative_id, limit)


@shows_private
@of_one_moment
async def export_sealed(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId) -> list[dict[str, object]]:
    """Links and journals as the text that was hashed, for verification elsewhere. For the treasurer."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    return [row async for row in sealed_journals(tx, cooperative_id)]


async def ask_check(tx: Tx, actor: Actor) -> BookCheck:
    """Request a check of all books, for the network."""
    actor.require(Right.CHECK_BOOKS)
    asked = BookCheck(uuid7(), tx.now)
    await book_checks.add(tx, asked)
    return asked


async def list_book_checks(tx: Tx, actor: Actor, *, page: PageRequest) -> Page[BookCheck]:
    """The checks of all books and their findings, newest first, for the network."""
    actor.require(Right.CHECK_BOOKS)
    return await book_checks.page(tx, page)


async def start_check(tx: Tx, actor: Actor) -> BookCheck | None:
    """The check that was requested first, or the daily one if it is due; None if there is nothing to check."""
    actor.require(Right.RUN_TIMER)
    check = await waiting_check(tx)
    last = await last_check(tx)
    if check is None and (last is None or tx.now - last >= DAILY):
        check = BookCheck(uuid7(), tx.now)
        await book_checks.add(tx, check)
    return check


async def finish_check(tx: Tx, actor: Actor, *, check: BookCheck, broken: dict[str, list[str]]) -> BookCheck:
    """Note what a check found: by invariant, at most a hundred rows of each that is broken."""
    actor.require(Right.RUN_TIMER)
    kept = {name: rows[:100] for name, rows in broken.items() if rows}
    await record_check(tx, check.id, tx.now, kept)
    return BookCheck(check.id, check.asked_at, tx.now, kept)
