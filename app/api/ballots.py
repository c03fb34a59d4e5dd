"""REST: what a collective buys from its fund, by the vote of its members."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from app.api.deps import KeyedDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import Day, Flag, In, Money, Out, PageOut, Version, When, money
from app.domain.ballots import BallotState
from app.usecases.ballots import cast_vote, list_ballots, pay_purchase, propose_purchase
from app.vocabulary import MoneyIn

router = noun("ballots")


class BallotIn(In):
    title: Annotated[str, Field(min_length=1, max_length=200)]
    supplier: Annotated[str, Field(min_length=1, max_length=120)]
    amount: MoneyIn


class VoteIn(In):
    yes: Flag


class BallotPayment(In):
    paid_on: Day | None = None


class BallotOut(Out):
    """`needed` of `members` have to say yes; who said what is nobody else's."""

    id: UUID
    cooperative_id: UUID
    title: str
    supplier: str
    amount: Money = money("cents")
    members: int
    needed: int
    yes: int
    no: int
    state: BallotState
    proposed_at: When
    paid_on: Day | None
    version: Version


@router.get("/cooperatives/{cooperative_id}/ballots")
async def list_all(
    cooperative_id: UUID, run: RunDep, page: PageDep, request: Request, response: Response
) -> PageOut[BallotOut]:
    """The ballots of a collective, newest first, for its members and its staff."""
    found = await run(list_ballots, cooperative_id=cooperative_id, page=page)
    link_next(request, response, found)
    return PageOut.of(found, BallotOut.model_validate)


@router.post("/cooperatives/{cooperative_id}/ballots", status_code=201)
async def propose(cooperative_id: UUID, body: BallotIn, keyed: KeyedDep, response: Response) -> BallotOut:
    """Ask the members whether to buy something from the fund."""
    _, once = keyed
    made = await once(
        propose_purchase,
        cooperative_id=cooperative_id,
        title=body.title,
        supplier=body.supplier,
        cents=body.amount.cents,
    )
    tag(response, made.version)
    return BallotOut.model_validate(made)


@router.post("/ballots/{ballot_id}/votes", status_code=201)
async def vote(ballot_id: UUID, body: VoteIn, keyed: KeyedDep, response: Response) -> BallotOut:
    """Say yes or no, once."""
    _, once = keyed
    voted = await once(cast_vote, ballot_id=ballot_id, yes=body.yes)
    tag(response, voted.version)
    return BallotOut.model_validate(voted)


@router.post("/ballots/{ballot_id}/payments", status_code=201)
async def pay(ballot_id: UUID, body: BallotPayment, keyed: KeyedDep, seen: SeenDep, response: Response) -> BallotOut:
    """Record that the supplier was paid from the fund."""
    _, once = keyed
    done = await once(pay_purchase, ballot_id=ballot_id, paid_on=body.paid_on, expected_version=seen)
    tag(response, done.version)
    return BallotOut.model_validate(done)
