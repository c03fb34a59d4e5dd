"""What we hold about whoever asks: all of it to take along, and gone when they want it."""

from typing import Any

from pydantic_core import to_jsonable_python

from app.db import privacy
from app.db.allowances import allowances
from app.db.assignments import hours, parts
from app.db.barters import barters
from app.db.costs import claims
from app.db.customers import customers
from app.db.earnings import earnings
from app.db.engine import Tx
from app.db.joint_purchases import wishes
from app.db.ledger import member_balances, pot_movements
from app.db.members import member_events, members
from app.db.orders import orders
from app.db.outbox import tasks
from app.db.people import people
from app.db.permissions import permission_reads, permissions
from app.db.spending import requests
from app.db.store import Store, rows_of
from app.domain.access import Right, Role
from app.domain.actors import Actor
from app.domain.errors import NotFound
from app.domain.privacy import FULL_INVOICE_CENTS, TRACES, check_erasable, end_of_books
from app.usecases.steps.reading import of_one_moment

MOST_MOVEMENTS = 100_000
MEMBERS_PAPERS: dict[str, Store[Any]] = {
    "earnings": earnings,
    "spending": requests,
    "allowances": allowances,
    "permissions": permissions,
    "permissionReads": permission_reads,
    "costClaims": claims,
    "wishes": wishes,
    "parts": parts,
    "hours": hours,
    "tasks": tasks,
    "trail": member_events,
}


@of_one_moment
async def export_me(tx: Tx, actor: Actor) -> dict[str, Any]:
    """Everything about the person who asks, as JSON: account, contact card, orders; as a member also money and papers.

    What a permission says is not in it: that is read one by one, and each time is written down. Amounts are cents.
    """
    actor.require(Right.EXPORT_SELF, own=_self(actor))
    mine = tuple(sorted(actor.member_ids()))
    found: dict[str, Any] = {
        "person": await people.find(tx, id=actor.person_id) if actor.person_id else None,
        "holdings": actor.holdings,
        "contact": await customers.find(tx, person_id=actor.person_id) if actor.person_id else None,
        "orders": await orders.all(tx, customer_person_id=actor.person_id) if actor.person_id else [],
        "members": await members.all(tx, id=mine),
    }
    for name, store in MEMBERS_PAPERS.items():
        found[name] = await store.all(tx, member_id=mine)
    for name, side in (("given", "giver_id"), ("received", "receiver_id")):
        found[f"barters{name.title()}"] = await barters.all(tx, **{side: mine})
    found["pots"] = {str(m.id): await rows_of(tx, pot_movements(m.id, MOST_MOVEMENTS)) for m in found["members"]}
    exported: dict[str, Any] = to_jsonable_python(found)
    return exported


async def erase_me(tx: Tx, actor: Actor) -> None:
    """Forget the person who asks: account, contact card, sealed facts, names. Amounts in the books stay, nameless.

    Raises NotFound for somebody unknown; RuleRefused while an office, a membership, an order or money ties them.
    """
    actor.require(Right.ERASE_SELF, own=_self(actor))
    if actor.person_id is None:
        raise NotFound
    standing = [cents for m in await members.all(tx, id=tuple(actor.member_ids())) for cents in await _own(tx, m)]
    check_erasable(actor.holdings, await orders.all(tx, customer_person_id=actor.person_id), standing)
    await privacy.erase_me(tx, FULL_INVOICE_CENTS)


async def forget_old(tx: Tx, actor: Actor) -> int:
    """Forget what has been kept long enough. Returns of how many orders the customer was forgotten."""
    actor.require(Right.RUN_TIMER)
    return await privacy.forget_old(tx, end_of_books(tx.now), tx.now - TRACES)


async def _own(tx: Tx, member: Any) -> list[int]:
    return list((await member_balances(tx, member)).values())


def _self(actor: Actor) -> tuple[Role, ...]:
    return (Role.CUSTOMER,) if actor.subject else ()
