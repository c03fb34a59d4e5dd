"""Earnings: what a member earned with each order, and where every cent of it went."""

from dataclasses import replace
from uuid import UUID

from app.db.earning.agreements import get_agreement
from app.db.earning.earnings import earnings, lock_year, save_year
from app.db.engine import Tx
from app.db.people.members import members
from app.db.platform.outbox import tell
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.earning.earnings import HELD, Earning, EarningState, HeldVerb
from app.domain.errors import NotFound, RuleRefused, SecondPersonNeeded
from app.domain.page import Page, PageRequest
from app.domain.transitions import Case, find, move
from app.ids import CooperativeId, EarningId, MemberId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.book_earning import release_held
from app.vocabulary import Reason, Version


@shows_private
async def list_earnings(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    page: PageRequest,
    state: EarningState | None = None,
    member_id: MemberId | None = None,
) -> Page[Earning]:
    """The earnings of a cooperative for its staff; a member sees their own."""
    there = actor.members_at(cooperative_id)
    staff = actor.may(Right.READ_EARNING, cooperative_id)
    actor.require(Right.READ_EARNING, cooperative_id, own=actor.as_member(*there))
    seen: tuple[UUID, ...] | UUID | None = member_id
    if not staff:
        seen = tuple(m for m in there if member_id in (None, m))
    return await earnings.page(tx, page, cooperative_id=cooperative_id, state=state, member_id=seen)


@shows_private
@reads_by_id(earnings)
async def get_earning(tx: Tx, actor: Actor, *, earning_id: EarningId) -> Earning:
    """One earning, with where every cent of it went and why. Raises NotFound."""
    earning = await earnings.get(tx, earning_id)
    own = actor.as_member(earning.member_id)
    actor.require(Right.READ_EARNING, earning.cooperative_id, own=own)
    return earning


async def decide_held(
    tx: Tx,
    actor: Actor,
    *,
    earning_id: EarningId,
    verb: HeldVerb,
    to_member_id: MemberId | None = None,
    reason: Reason = "",
    expected_version: Version | None = None,
) -> Earning:
    """Release held earnings to the member, transfer them to another member, or forfeit them to the fund; once.

    The agreement of the work date splits them. Raises WrongState, Stale, SecondPersonNeeded for one's own, RuleRefused
    for a transfer that names nobody.
    """
    found = await earnings.get(tx, earning_id)
    actor.require(find(HELD, verb).right, found.cooperative_id)
    await orders.get(tx, found.order_id, lock=True)
    move(HELD, Case(found, actor, tx.now), verb, to_member_id=to_member_id)
    if verb != "transfer" and to_member_id is not None:
        raise RuleRefused(rule="transfer_names_a_member", value=verb)
    receiver = to_member_id or found.member_id
    if receiver in actor.member_ids():
        raise SecondPersonNeeded(verb=verb)
    if (await members.get(tx, receiver)).cooperative_id != found.cooperative_id:
        raise NotFound
    year = await lock_year(tx, found.cooperative_id, [receiver], found.work_date.year)
    earning = await earnings.get(tx, earning_id, lock=True)
    expect(earning.version, expected_version)
    move(HELD, Case(earning, actor, tx.now), verb, to_member_id=to_member_id)
    agreement = await get_agreement(tx, earning.booked_under)
    decided = replace(earning, to_member_id=to_member_id, decided_by=actor.person_id, reason=reason)
    booked = await release_held(tx, year, decided, agreement, forfeit=verb == "forfeit")
    await save_year(tx, year)
    await tell(tx, "earning.decided", earning.cooperative_id, earning_id)
    return await earnings.save(tx, booked)
