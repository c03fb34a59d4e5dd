"""Debts of members who left: the treasurer proposes to write one off against the fund, a second person confirms it."""

from typing import Annotated

from app.db import ledger
from app.db.books.debt_write_offs import debt_write_offs
from app.db.earning.earnings import lock_pots
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.members import members
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.debt_write_offs import (
    DEBT_WRITE_OFF,
    DebtWriteOff,
    DebtWriteOffState,
    DebtWriteOffVerb,
    amount_of,
    decide,
    legs_of,
)
from app.domain.errors import SecondPersonNeeded
from app.domain.ledger import JournalKind, Posting
from app.domain.page import Page, PageRequest
from app.domain.second_person import require_here_or_above
from app.domain.transitions import Case, find
from app.ids import CooperativeId, DebtWriteOffId, MemberId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.fund_floor import check_fund_floor
from app.vocabulary import Amount, Doc, StatedReason, Version

LostDebt = Annotated[Amount, Doc("The part of the debt; all of it without an amount.")]


async def propose_debt_write_off(
    tx: Tx, actor: Actor, *, member_id: MemberId, reason: StatedReason, amount: LostDebt | None = None
) -> DebtWriteOff:
    """Propose that the fund bears the debt of a member who left. For the treasurer; a second person confirms it.

    Raises WrongState for a member who did not leave, NothingOpen, MoreThanLeft, SecondPersonNeeded for one's own.
    """
    member = await members.plain.get(tx, member_id, lock=True)
    actor.require(Right.WRITE_FUND, member.cooperative_id)
    if actor.as_member(member_id):
        raise SecondPersonNeeded(verb="write_off")
    waiting = await debt_write_offs.all(tx, member_id=member_id, state=DebtWriteOffState.PROPOSED)
    _, owed = (await lock_pots(tx, member.cooperative_id, (member_id,))).get(member_id, (0, 0))
    proposed = DebtWriteOff(
        id=uuid7(),
        cooperative_id=member.cooperative_id,
        member_id=member_id,
        cents=amount_of(member, owed, sum(one.cents for one in waiting), amount.cents if amount else None),
        reason=reason,
        proposed_by=actor.person,
        proposed_at=tx.now,
    )
    await debt_write_offs.add(tx, proposed)
    await tell(tx, "debt_write_off.proposed", member.cooperative_id, proposed.id)
    return await debt_write_offs.get(tx, proposed.id)


async def move_debt_write_off(
    tx: Tx,
    actor: Actor,
    *,
    debt_write_off_id: DebtWriteOffId,
    verb: DebtWriteOffVerb,
    expected_version: Version | None = None,
) -> DebtWriteOff:
    """Confirm that the fund bears a debt, as a second person, or withdraw the proposal, as the treasurer.

    The second person is of the staff, the outside approver, or an officer of the umbrella. Raises WrongState, also if
    the member came back, Stale, SecondPersonNeeded for who proposed it and for the member; NothingOpen or MoreThanLeft
    if less is owed by now, BelowFloor if the fund cannot bear it.
    """
    seen = await debt_write_offs.get(tx, debt_write_off_id)
    require_here_or_above(actor, find(DEBT_WRITE_OFF, verb).right, seen.cooperative_id, seen.umbrella_id)
    await lend_staff_view(tx, seen.cooperative_id)
    await members.plain.get(tx, seen.member_id, lock=True)
    await lock_pots(tx, seen.cooperative_id, (seen.member_id,))
    found = await debt_write_offs.get(tx, debt_write_off_id, lock=True)
    expect(found.version, expected_version)
    decided = decide(Case(found, actor, tx.now), verb)
    if decided.state is DebtWriteOffState.CONFIRMED:
        await ledger.post(
            tx,
            Posting(
                id=uuid7(),
                cooperative_id=found.cooperative_id,
                kind=JournalKind.DEBT_WRITE_OFF,
                source_type="debt_write_off",
                source_id=found.id,
                part=1,
                effective_on=tx.today,
                legs=legs_of(found),
            ),
        )
        await check_fund_floor(tx, found.cooperative_id, -found.cents, tx.today)
    await tell(tx, "debt_write_off.decided", found.cooperative_id, found.id)
    return await debt_write_offs.save(tx, decided)


@shows_private
async def list_debt_write_offs(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, state: DebtWriteOffState | None = None
) -> Page[DebtWriteOff]:
    """The debts of members that were proposed to be written off, newest first.

    For the staff, the outside approver and officers of the umbrella, who find here what waits for a second person.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    require_here_or_above(actor, Right.READ_WRITE_OFF, cooperative_id, cooperative.umbrella_id)
    return await debt_write_offs.page(tx, page, cooperative_id=cooperative_id, state=state)


@shows_private
@reads_by_id(debt_write_offs)
async def get_debt_write_off(tx: Tx, actor: Actor, *, debt_write_off_id: DebtWriteOffId) -> DebtWriteOff:
    """One of them, for the staff, the outside approver and officers of the umbrella. Raises NotFound."""
    found = await debt_write_offs.get(tx, debt_write_off_id)
    require_here_or_above(actor, Right.READ_WRITE_OFF, found.cooperative_id, found.umbrella_id)
    return found
