"""The books: accounts, journals and whether the invariants hold."""

from uuid import UUID

from app.db.books import broken
from app.db.cooperatives import cooperatives
from app.db.engine import Tx
from app.db.ledger import list_accounts as load_accounts
from app.db.ledger import list_journals as load_journals
from app.domain.access import Actor, Right
from app.domain.ledger import Account, Journal
from app.domain.page import Page, PageRequest


async def list_accounts(tx: Tx, actor: Actor, *, cooperative_id: UUID, page: PageRequest) -> Page[Account]:
    """The accounts of a cooperative with their balances; credits are positive."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    return await load_accounts(tx, cooperative_id, page)


async def list_journals(
    tx: Tx, actor: Actor, *, cooperative_id: UUID, page: PageRequest, source_id: UUID | None = None
) -> Page[Journal]:
    """The journals of a cooperative with their entries, newest first; of one order or payment where asked."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    return await load_journals(tx, cooperative_id, page, source_id)


async def check_books(tx: Tx, actor: Actor) -> dict[str, list[str]]:
    """Every invariant with what breaks it; for the system only, as a role that sees all books."""
    actor.require(Right.RUN_TIMER)
    return await broken(tx)
