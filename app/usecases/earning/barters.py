"""Barter between members: the giver proposes a trade, the receiver confirms it, and minutes change hands."""

from typing import Annotated
from uuid import UUID

from app.db import ledger
from app.db.earning.agreements import agreement_on
from app.db.earning.barters import barters, minutes_of
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.members import members
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.earning.barters import (
    BARTER,
    BarterState,
    BarterVerb,
    MemberMinutes,
    Trade,
    answered,
    barter_legs,
    check_parties,
)
from app.domain.errors import NotFound, RuleMissing
from app.domain.ledger import MINUTES, JournalKind, Posting
from app.domain.page import Page, PageRequest
from app.domain.rules import Barter
from app.domain.transitions import Case, find
from app.ids import BarterId, CooperativeId, MemberId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.version import expect
from app.vocabulary import Doc, Minutes, Title, Version

GiverId = Annotated[MemberId, Doc("The member who worked.")]
ReceiverId = Annotated[MemberId, Doc("The member for whom the work was done.")]
Work = Annotated[Title, Doc("The work done.")]
Answer = Annotated[BarterVerb, Doc("The answer to the proposal.")]


async def propose_barter(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    giver_id: GiverId,
    receiver_id: ReceiverId,
    minutes: Minutes,
    title: Work,
) -> Trade:
    """Propose a trade: one member worked for another, who confirms it. Raises RuleMissing, RuleRefused, NotFound."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.PROPOSE_BARTER, cooperative_id, own=actor.as_member(giver_id))
    check_parties(giver_id, receiver_id)
    await lend_staff_view(tx, cooperative_id)
    found = await members.all(tx, id=(giver_id, receiver_id), cooperative_id=cooperative_id)
    if len(found) != 2:
        raise NotFound
    await _limit(tx, cooperative_id)
    trade = Trade(
        id=uuid7(),
        cooperative_id=cooperative_id,
        giver_id=giver_id,
        receiver_id=receiver_id,
        minutes=minutes,
        title=title,
        proposed_at=tx.now,
    )
    await barters.add(tx, trade)
    await tell(tx, "barter.proposed", cooperative_id, trade.id, title=title, members=[str(receiver_id)])
    return trade


async def answer_barter(
    tx: Tx, actor: Actor, *, barter_id: BarterId, verb: Answer, expected_version: Version | None = None
) -> Trade:
    """Confirm or decline a trade (the receiver), or cancel it (the giver). Once confirmed, the minutes change hands.

    Raises WrongState, Stale, DebtLimitReached.
    """
    trade = await barters.get(tx, barter_id, lock=True)
    party = trade.giver_id if verb == "cancel" else trade.receiver_id
    actor.require(find(BARTER, verb).right, trade.cooperative_id, own=actor.as_member(party))
    expect(trade.version, expected_version)
    moved = answered(Case(trade, actor, tx.now), verb)
    await lend_staff_view(tx, trade.cooperative_id)
    if moved.state is BarterState.CONFIRMED:
        # The lock on the receiver lets one debt grow at a time.
        await members.get(tx, trade.receiver_id, lock=True)
        had = (await minutes_of(tx, trade.cooperative_id)).get(trade.receiver_id, 0)
        legs = barter_legs(trade, had, await _limit(tx, trade.cooperative_id))
        day = tx.today
        await ledger.post(
            tx,
            Posting(
                id=uuid7(),
                cooperative_id=trade.cooperative_id,
                kind=JournalKind.BARTER,
                source_type="barter",
                source_id=trade.id,
                part=1,
                effective_on=day,
                legs=legs,
                currency=MINUTES,
            ),
        )
    await tell(tx, "barter.answered", trade.cooperative_id, trade.id, title=trade.title)
    return await barters.save(tx, moved)


@shows_private
async def list_barters(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest) -> Page[Trade]:
    """The trades of a cooperative, newest first, for its staff. Members see their own trades."""
    await cooperatives.get(tx, cooperative_id)
    there = actor.members_at(cooperative_id)
    actor.require(Right.READ_BARTER, cooperative_id, own=actor.as_member(*there))
    found = await barters.page(tx, page, cooperative_id=cooperative_id)
    if actor.may(Right.READ_BARTER, cooperative_id):
        return found
    return Page([t for t in found.rows if {t.giver_id, t.receiver_id} & set(there)], found.has_next)


@shows_private
async def get_minutes(tx: Tx, actor: Actor, *, member_id: MemberId) -> MemberMinutes:
    """The minutes that a member has to spend. For the staff and the member."""
    member = await members.get(tx, member_id)
    actor.require(Right.READ_BARTER, member.cooperative_id, own=actor.as_member(member_id))
    return MemberMinutes(member_id, (await minutes_of(tx, member.cooperative_id)).get(member_id, 0))


async def _limit(tx: Tx, cooperative_id: UUID) -> int:
    agreement = await agreement_on(tx, cooperative_id, tx.today)
    rule = agreement.the(Barter) if agreement else None
    if rule is None:
        raise RuleMissing(kind="barter")
    return rule.debt_limit_minutes
