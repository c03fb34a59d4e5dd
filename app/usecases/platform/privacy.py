"""The caller's own data: export and erasure."""

from typing import Any

from pydantic_core import to_jsonable_python

from app.db.books.payee_accounts import payee_accounts_of_members
from app.db.books.payouts import payouts
from app.db.buying.joint_purchases import wishes
from app.db.buying.spending import requests
from app.db.earning.allowances import allowances
from app.db.earning.barters import barters
from app.db.earning.costs import claims
from app.db.earning.earnings import earnings
from app.db.earning.thermometer import pot_movements
from app.db.engine import Tx
from app.db.market.offerings import hide_offerings_of
from app.db.people.members import member_events, members
from app.db.people.permissions import permission_reads, permissions
from app.db.people.persons import lend_staff_view, offices, offices_of, people
from app.db.people.power import power_events
from app.db.platform import privacy
from app.db.platform.outbox import tasks, tell
from app.db.selling.assignments import hours, leave_queues, parts
from app.db.selling.customers import customers
from app.db.selling.invoices import invoices
from app.db.selling.orders import orders
from app.db.store import Store, rows_of
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.creditors import CreditorKind
from app.domain.errors import NotFound
from app.domain.people.members import BEFORE_ADMISSION, FORMER, Destination, Member, transition
from app.domain.platform.privacy import FULL_INVOICE_CENTS, TRACES, check_erasable, end_of_books
from app.domain.transitions import Case
from app.usecases.declared.reading import of_one_moment
from app.usecases.shared.trails import note_member

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
JUDGED_BY = frozenset(
    {
        "trials",
        "free_cents",
        "policies",
        "categories",
        "approved",
        "line_people",
        "job_state",
        "worked",
        "receiver_minutes",
        "limits",
    }
)
"""Fields that are loaded only to compute next steps, and that are exported elsewhere."""


SELLERS_OWN = frozenset(
    {
        "purchase_cents",
        "counts_stock",
        "goods",
        "sale_parts",
        "sale_reversed",
        "charge_parts",
        "fund_bears",
        "guest_token_hash",
    }
)
"""Fields of an order and its lines that its customer does not see."""

INSIDE = frozenset({"net_cents", "vat_cents", "credited_net_cents", "credited_vat_cents"})
"""Fields that tell what a line was bought for, under the margin scheme."""


@of_one_moment
async def export_me(tx: Tx, actor: Actor) -> dict[str, Any]:
    """All data about the caller, as JSON: account, contact card, orders, invoices; for a member also money and papers.

    It leaves out the text of permissions, because every reading of that is logged. Amounts are in cents.
    """
    actor.require(Right.EXPORT_SELF, own=actor.as_self())
    mine = tuple(sorted(actor.member_ids()))
    found: dict[str, Any] = {
        "person": await people.find(tx, id=actor.person_id) if actor.person_id else None,
        "holdings": actor.holdings,
        "offices": await offices.all(tx, person_id=actor.person_id) if actor.person_id else [],
        "powerEvents": await power_events.all(tx, person_id=actor.person_id) if actor.person_id else [],
        "contact": await customers.find(tx, person_id=actor.person_id) if actor.person_id else None,
        "orders": await orders.all(tx, customer_person_id=actor.person_id) if actor.person_id else [],
        "invoices": await invoices.all(tx, customer_person_id=actor.person_id) if actor.person_id else [],
        "members": await members.all(tx, id=mine),
    }
    for name, store in MEMBERS_PAPERS.items():
        found[name] = await store.all(tx, member_id=mine)
    found["payeeAccounts"] = await payee_accounts_of_members(tx, mine)
    for name, side in (("given", "giver_id"), ("received", "receiver_id")):
        found[f"barters{name.title()}"] = await barters.all(tx, **{side: mine})
    found["payouts"] = await payouts.all(tx, creditor_kind=CreditorKind.MEMBER, creditor_id=mine)
    found["pots"] = {str(m.id): await rows_of(tx, pot_movements(m.id, MOST_MOVEMENTS)) for m in found["members"]}
    exported: dict[str, Any] = to_jsonable_python(found)
    exported["orders"] = [_as_bought(order) for order in exported["orders"]]
    for name in ("members", "bartersGiven", "bartersReceived", *MEMBERS_PAPERS):
        exported[name] = [
            {field: of for field, of in paper.items() if field not in JUDGED_BY} for paper in exported[name]
        ]
    return exported


def _as_bought(order: dict[str, Any]) -> dict[str, Any]:
    """An order without the seller's own facts: the purchase price, the state of its books, the hash of its token."""
    lines = [_without(SELLERS_OWN | _inside(line), line) for line in order["lines"]]
    inside = frozenset().union(*(_inside(line) for line in order["lines"]))
    return _without(SELLERS_OWN | inside, order) | {"lines": lines}


def _inside(line: dict[str, Any]) -> frozenset[str]:
    """The fields of a line that stay with the seller."""
    return INSIDE if line["purchase_cents"] is not None else frozenset()


def _without(names: frozenset[str], facts: dict[str, Any]) -> dict[str, Any]:
    return {name: fact for name, fact in facts.items() if name not in names}


async def erase_me(tx: Tx, actor: Actor) -> None:
    """Erase the caller: account, contact card, sealed facts, names, and the notes on their orders.

    Amounts in the books stay, without a name. A membership in which they never acted ends with it. Raises NotFound if
    the person is not known; RuleRefused while an office, another membership, an order or money ties them.
    """
    actor.require(Right.ERASE_SELF, own=actor.as_self())
    if actor.person_id is None:
        raise NotFound
    await privacy.lock_me(tx)
    mine = await members.all(tx, person_id=actor.person_id)
    ended = [await _ended(tx, actor, member) for member in mine]
    offices_held = await offices_of(tx, actor.person_id)
    ordered = await orders.all(tx, customer_person_id=actor.person_id)
    check_erasable(ended, offices_held, ordered, await privacy.my_standing(tx))
    await privacy.erase_me(tx, FULL_INVOICE_CENTS)


async def _ended(tx: Tx, actor: Actor, member: Member) -> Member:
    """The membership after the erasure: one without any act of the person ends, others do not change."""
    if member.state in FORMER:
        return member
    await lend_staff_view(tx, member.cooperative_id)
    # The lock on the offerings stops new orders meanwhile. If the membership stays, `check_erasable` undoes this.
    paused = await hide_offerings_of(tx, member.id)
    if await privacy.i_acted_as(tx, member.id):
        return member
    verb = "withdraw" if member.state in BEFORE_ADMISSION else "exit"
    # An erasure needs nobody else's agreement, so the case has no actor.
    case = Case(member, now=tx.now)
    left = transition(case, verb, destination=Destination.OTHER if verb == "exit" else None)
    saved = await members.save(tx, left)
    await note_member(tx, actor, saved, verb)
    for offering_id in paused:
        await tell(tx, "offering.paused", member.cooperative_id, offering_id)
    await leave_queues(tx, member.id)
    await tell(tx, f"member.{verb}", member.cooperative_id, member.id, empty=True)
    return saved


async def forget_old(tx: Tx, actor: Actor) -> int:
    """Erase data whose retention period is over. Returns the number of orders whose customer was erased."""
    actor.require(Right.RUN_TIMER)
    return await privacy.forget_old(tx, end_of_books(tx.now), tx.now - TRACES, FULL_INVOICE_CENTS)
