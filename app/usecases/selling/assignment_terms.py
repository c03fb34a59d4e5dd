"""The terms of an assignment: who gets what. Every cooperative that does a part signs each version."""

from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.db.earning.agreements import agreement_on
from app.db.engine import Tx, uuid7
from app.db.platform.outbox import tell
from app.db.selling.assignments import assignments, signatures
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.days import day_of
from app.domain.errors import AgreementMissing, NotFound, SecondPersonNeeded, TermsChanged, WrongState
from app.domain.selling.assignments import STAFFABLE, AssignmentState, JobCost
from app.domain.selling.parts import Signature
from app.ids import AssignmentId, CooperativeId
from app.usecases.declared.reading import reads_by_id
from app.usecases.shared import assignment as steps
from app.usecases.shared.book_assignment import cents_by_place
from app.usecases.shared.limit import check_limits
from app.vocabulary import WHOLE, Doc

Signer = Annotated[CooperativeId, Doc("The cooperative that signs.")]
SignedTerms = Annotated[int, Field(strict=True, ge=1, le=1_000_000), WHOLE, Doc("The version of the terms to sign.")]


@dataclass(frozen=True)
class CooperativeShare:
    """The earnings of a cooperative's parts under the present terms, without VAT, and whether it signed them."""

    cooperative_id: UUID
    parts: int
    cents: int
    signed: bool


@dataclass(frozen=True)
class Terms:
    """Version `number` of the terms: the price and each cooperative's share without VAT, the costs with it."""

    number: int
    net_cents: int
    cost_cents: int
    job_costs: tuple[JobCost, ...]
    shares: tuple[CooperativeShare, ...]


async def get_terms(tx: Tx, actor: Actor, *, assignment_id: AssignmentId) -> Terms:
    """The terms that the cooperatives sign: the sum of each cooperative.

    For their staff. Raises SharesDiffer, NotFound.
    """
    found = await assignments.get(tx, assignment_id)
    place = _place(actor, (found.cooperative_id, *found.party_ids))
    actor.require(Right.READ_ASSIGNMENT, place)
    whole = await steps.load(tx, found)
    cents = cents_by_place(whole)
    counts = {c: sum(part.cooperative_id == c for part in whole.taken) for c in cents}
    shares = [CooperativeShare(c, counts[c], cents[c], c in found.signed_ids) for c in cents]
    return Terms(found.terms, found.net_cents, found.cost_cents, found.costs, tuple(shares))


async def sign_assignment(
    tx: Tx, actor: Actor, *, assignment_id: AssignmentId, cooperative_id: Signer, terms: SignedTerms
) -> Signature:
    """Sign one version of the terms for a cooperative that leads or does a part, once every seat is taken.

    Raises TermsChanged if the shares changed meanwhile, WrongState, SharesDiffer, LimitExceeded, SecondPersonNeeded for
    somebody who does a part themselves, AgreementMissing if the cooperative could not split what it gets, NotFound.
    """
    seen = await assignments.get(tx, assignment_id)
    actor.require(Right.SIGN_ASSIGNMENT, cooperative_id)
    if actor.member_ids() & set(seen.member_ids):
        raise SecondPersonNeeded(verb="sign")
    found = await steps.lock_assignment(tx, seen)
    if cooperative_id not in (found.cooperative_id, *found.party_ids):
        raise NotFound
    if found.state not in STAFFABLE or found.open_seats:
        reason = {"reason": "seats_open"} if found.open_seats else {}
        raise WrongState(verb="sign", state=found.state, possible=[], **reason)
    if terms != found.terms:
        raise TermsChanged(signed=terms, present=found.terms)
    day = day_of(found.ends_at)
    if await agreement_on(tx, cooperative_id, day) is None:
        raise AgreementMissing(date=day.isoformat())
    whole = await steps.load(tx, found)
    cents = cents_by_place(whole)
    # A job in progress is not agreed upon again.
    if found.state is AssignmentState.IN_PROGRESS:
        await check_limits(tx, found, {cooperative_id: cents.get(cooperative_id, 0)})
    signed = Signature(
        id=uuid7(),
        assignment_id=found.id,
        lead_id=found.cooperative_id,
        cooperative_id=cooperative_id,
        terms=terms,
        cents=cents.get(cooperative_id, 0),
        signed_by=actor.person,
        signed_at=tx.now,
    )
    if cooperative_id in found.signed_ids:
        return (await signatures.all(tx, assignment_id=found.id, cooperative_id=cooperative_id, terms=terms))[0]
    await signatures.add(tx, signed)
    await assignments.save(tx, replace(found, signed_ids=(*found.signed_ids, cooperative_id)))
    await tell(tx, "assignment.signed", cooperative_id, found.id, title=found.title)
    return signed


@reads_by_id(assignments, (signatures, "assignment_id"))
async def list_signatures(tx: Tx, actor: Actor, *, assignment_id: AssignmentId) -> list[Signature]:
    """The signatures and their versions, oldest first. The lead's staff see all, a partner's staff their own."""
    found = await assignments.get(tx, assignment_id)
    place = _place(actor, (found.cooperative_id, *found.party_ids))
    actor.require(Right.READ_ASSIGNMENT, place)
    made = await signatures.all(tx, assignment_id=assignment_id)
    return [one for one in made if place in (found.cooperative_id, one.cooperative_id)]


def _place(actor: Actor, places: tuple[UUID, ...]) -> UUID:
    """The cooperative where the actor is staff: the lead before a partner; the lead if they are staff of none."""
    return next((place for place in places if actor.may(Right.READ_ASSIGNMENT, place)), places[0])
