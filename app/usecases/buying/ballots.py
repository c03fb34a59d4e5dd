"""Ballots of a collective: any member proposes a purchase, the members vote, the treasurer pays."""

from typing import Annotated

from app.db import ledger
from app.db.buying.ballots import ballots, voters
from app.db.earning.agreements import agreement_on, get_agreement
from app.db.earning.earnings import lock_year, save_year
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.buying.ballots import Ballot, BallotState, cast, paid, purchase_legs
from app.domain.days import check_day, day_of
from app.domain.errors import RuleMissing, RuleRefused
from app.domain.ledger import JournalKind, Posting
from app.domain.page import Page, PageRequest
from app.domain.rules import Vote
from app.domain.transitions import Case
from app.ids import BallotId, CooperativeId
from app.usecases.declared.version import expect
from app.usecases.shared.fund_floor import check_fund_floor
from app.vocabulary import Amount, Doc, Flag, PaymentDay, SupplierName, Title, Version

Yes = Annotated[Flag, Doc("Yes or no.")]


async def propose_purchase(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, title: Title, supplier: SupplierName, amount: Amount
) -> Ballot:
    """Ask the members of a collective whether to buy something from the fund. Raises RuleMissing."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.PROPOSE_PURCHASE, cooperative_id, own=actor.as_member(*actor.members_at(cooperative_id)))
    await lend_staff_view(tx, cooperative_id)
    agreement = await agreement_on(tx, cooperative_id, tx.today)
    rule = agreement.the(Vote) if agreement else None
    if agreement is None or rule is None:
        raise RuleMissing(kind="vote")
    electorate = await voters(tx, cooperative_id)
    if not electorate:
        raise RuleRefused(rule="somebody_votes", value=0)
    made = Ballot(
        id=uuid7(),
        cooperative_id=cooperative_id,
        title=title,
        supplier=supplier,
        cents=amount.cents,
        members=len(electorate),
        basis_points=rule.basis_points,
        proposed_by=actor.person,
        proposed_at=tx.now,
        agreement_id=agreement.id,
        voter_ids=tuple(electorate),
    )
    await ballots.add(tx, made)
    await tell(tx, "ballot.opened", cooperative_id, made.id, title=title, members=[str(m) for m in electorate])
    return made


async def cast_vote(tx: Tx, actor: Actor, *, ballot_id: BallotId, yes: Yes) -> Ballot:
    """Vote yes or no, once. Raises WrongState once it is decided, AlreadyExists for a second vote."""
    ballot = await ballots.get(tx, ballot_id, lock=True)
    actor.require(Right.CAST_VOTE, ballot.cooperative_id, own=actor.as_member(*actor.members_at(ballot.cooperative_id)))
    await lend_staff_view(tx, ballot.cooperative_id)
    voted = cast(Case(ballot, actor, tx.now), yes=yes)
    if voted.state is not BallotState.OPEN:
        await tell(tx, f"ballot.{voted.state}", ballot.cooperative_id, ballot.id, title=ballot.title)
    return await ballots.save(tx, voted)


async def pay_purchase(
    tx: Tx,
    actor: Actor,
    *,
    ballot_id: BallotId,
    paid_on: PaymentDay | None = None,
    expected_version: Version | None = None,
) -> Ballot:
    """Record that the supplier was paid from the fund.

    Raises WrongState before the members said yes, BelowFloor if the fund cannot bear it.
    """
    ballot = await ballots.get(tx, ballot_id, lock=True)
    actor.require(Right.PAY_PURCHASE, ballot.cooperative_id)
    expect(ballot.version, expected_version)
    day = check_day("paid_on", paid_on or tx.today, day_of(ballot.proposed_at), tx.today)
    done = paid(Case(ballot, actor, tx.now), day)
    agreement = await get_agreement(tx, ballot.agreement_id)
    year = await lock_year(tx, ballot.cooperative_id, (), day.year)
    legs = (*purchase_legs(ballot), *year.move_fund(agreement, day, -ballot.cents))
    part = await ledger.parts_of(tx, "ballot", ballot.id, JournalKind.COLLECTIVE_PURCHASE) + 1
    await ledger.post(
        tx,
        Posting(
            id=uuid7(),
            cooperative_id=ballot.cooperative_id,
            kind=JournalKind.COLLECTIVE_PURCHASE,
            source_type="ballot",
            source_id=ballot.id,
            part=part,
            effective_on=day,
            legs=legs,
            agreement_id=agreement.id,
        ),
    )
    await check_fund_floor(tx, ballot.cooperative_id, -ballot.cents, tx.today)
    await save_year(tx, year)
    await tell(tx, "ballot.paid", ballot.cooperative_id, ballot.id, title=ballot.title)
    return await ballots.save(tx, done)


async def list_ballots(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest) -> Page[Ballot]:
    """The ballots of a collective, newest first, for its members and its staff."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_PURCHASE, cooperative_id, own=actor.as_member(*actor.members_at(cooperative_id)))
    await lend_staff_view(tx, cooperative_id)
    return await ballots.page(tx, page, cooperative_id=cooperative_id)
