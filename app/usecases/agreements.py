"""Agreements: written, tested by their own examples, signed by both sides, in force from a date."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError

from app.db.agreements import (
    add_agreement,
    next_number,
    save_agreement,
)
from app.db.agreements import (
    get_agreement as load,
)
from app.db.agreements import (
    list_agreements as load_page,
)
from app.db.cooperatives import cooperatives
from app.db.earnings import posted_in_year
from app.db.engine import Tx, uuid7
from app.db.ledger import lock_books
from app.db.members import members
from app.db.outbox import tell
from app.db.people import lend_staff_view
from app.domain import agreements as rules_of
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.agreement_rules import check_rules
from app.domain.agreements import (
    Agreement,
    Example,
    ExampleResult,
    MonthlyAllowance,
    Rule,
)
from app.domain.errors import PeriodTaken
from app.domain.page import Page, PageRequest
from app.domain.replay import Replay, replay
from app.domain.split import run_examples
from app.domain.transitions import Case
from app.usecases.steps.audit import shows_private
from app.usecases.steps.preview import Preview, previewed
from app.usecases.steps.version import expect


async def list_agreements(tx: Tx, actor: Actor, *, cooperative_id: UUID, page: PageRequest) -> Page[Agreement]:
    """The versions of a cooperative's agreement, newest first."""
    cooperative = await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_AGREEMENT, cooperative_id, municipality_id=cooperative.municipality_id)
    return await load_page(tx, page, cooperative_id=cooperative_id)


async def get_agreement(tx: Tx, actor: Actor, *, agreement_id: UUID) -> Agreement:
    """One version. Raises NotFound."""
    agreement = await load(tx, agreement_id)
    actor.require(Right.READ_AGREEMENT, agreement.cooperative_id, municipality_id=agreement.municipality_id)
    return agreement


async def draft_agreement(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: UUID,
    title: str,
    active_from: date,
    rules: tuple[Rule, ...],
    examples: tuple[Example, ...],
) -> Agreement:
    """Write the next version as a draft. Raises RuleRefused where the rules are no agreement."""
    cooperative = await cooperatives.get(tx, cooperative_id)
    actor.require(Right.WRITE_AGREEMENT, cooperative_id)
    check_rules(rules, examples, has_parent=cooperative.umbrella_id is not None)
    number = await next_number(tx, cooperative_id)
    place = (uuid7(), cooperative_id, cooperative.municipality_id, number)
    return await add_agreement(tx, Agreement(*place, title, active_from, rules, examples, cooperative.umbrella_id))


async def change_agreement(
    tx: Tx, actor: Actor, *, agreement_id: UUID, expected_version: int | None, changes: dict[str, Any]
) -> Agreement:
    """Change a draft; it has to be tested again. Raises WrongState once a side has signed, RuleRefused, Stale."""
    agreement = await load(tx, agreement_id, lock=True)
    actor.require(Right.WRITE_AGREEMENT, agreement.cooperative_id)
    expect(agreement.version, expected_version)
    cooperative = await cooperatives.get(tx, agreement.cooperative_id)
    edited = rules_of.edited(Case(agreement, actor, tx.now), **changes, parent_id=cooperative.umbrella_id)
    check_rules(edited.rules, edited.examples, has_parent=edited.parent_id is not None)
    return await save_agreement(tx, edited)


async def try_agreement(tx: Tx, actor: Actor, *, agreement_id: UUID, expected_version: int | None = None) -> Agreement:
    """Run the worked examples. Raises ExamplesFail with what came out instead.

    Raises LimitUnknown and WorkBookedAlready too, as signing will.
    """
    agreement = await load(tx, agreement_id, lock=True)
    actor.require(Right.WRITE_AGREEMENT, agreement.cooperative_id)
    expect(agreement.version, expected_version)
    tested = await save_agreement(tx, rules_of.tested(Case(agreement, actor, tx.now), run_examples(agreement)))
    await tell(tx, "agreement.tested", agreement.cooperative_id, agreement.id, title=agreement.title)
    return tested


async def get_example_results(tx: Tx, actor: Actor, *, agreement_id: UUID) -> list[ExampleResult]:
    """What comes out of the worked examples, next to what they promise."""
    agreement = await get_agreement(tx, actor, agreement_id=agreement_id)
    return run_examples(agreement)


async def sign_agreement(
    tx: Tx, actor: Actor, *, agreement_id: UUID, side: str, expected_version: int | None = None
) -> Agreement:
    """Sign for the `cooperative` (its treasurer) or the `municipality` (its controller).

    Raises WrongState before the examples came out, LimitUnknown; at the second signature PeriodTaken if another
    version starts on that day or later, WorkBookedAlready if work of that day or later was booked.
    """
    agreement = await load(tx, agreement_id, lock=True)
    place = (agreement.cooperative_id, agreement.municipality_id)
    right = Right.SIGN_FOR_COOPERATIVE if side == "cooperative" else Right.SIGN_FOR_MUNICIPALITY
    actor.require(right, place[0], municipality_id=place[1])
    expect(agreement.version, expected_version)
    if agreement.cooperative_signed_by or agreement.municipality_signed_by:
        # The second signature: from here on nothing is booked until this commits.
        await lock_books(tx, place[0])
        await lend_staff_view(tx, place[0])
        agreement = await load(tx, agreement_id)
    sign = rules_of.sign_for_cooperative if side == "cooperative" else rules_of.sign_for_municipality
    signed = sign(Case(agreement, actor, tx.now))
    try:
        saved = await save_agreement(tx, signed)
    except UniqueViolationError:
        raise PeriodTaken(date=agreement.active_from.isoformat()) from None
    if saved.signed:
        await tell(tx, "agreement.signed", agreement.cooperative_id, agreement.id, title=agreement.title)
    return saved


async def replay_agreement(tx: Tx, actor: Actor, *, agreement_id: UUID, year: int) -> Replay:
    """What a year's earnings would have become under a version, by pseudonym; nothing is booked."""
    agreement = await load(tx, agreement_id)
    place = agreement.municipality_id
    actor.require(Right.REPLAY_AGREEMENT, agreement.cooperative_id, municipality_id=place)
    await lend_staff_view(tx, agreement.cooperative_id)
    name = partial(tx.sealing.pseudonym, agreement.cooperative_id)
    return replay(agreement, await posted_in_year(tx, agreement.cooperative_id, year), year, name)


@shows_private
async def preview_split(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: UUID,
    net_cents: int,
    cost_cents: int = 0,
    member_id: UUID | None = None,
    day: date | None = None,
) -> Preview:
    """What do I keep? The split of an amount by the version of `day`, with the member's real year so far.

    A member sees their own; `member_id` of somebody else is for the staff. Raises AgreementMissing.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.PREVIEW_SPLIT, cooperative_id)
    if member_id is not None:
        member = await members.get(tx, member_id)
        own = actor.as_member(member_id)
        actor.require(Right.READ_THERMOMETER, member.cooperative_id, own=own)
    return await previewed(tx, cooperative_id, member_id, net_cents, cost_cents, day or tx.today)


async def warn_of_limit(tx: Tx, actor: Actor, *, agreement_id: UUID) -> None:
    """The timer of a law without a verified value: asks the treasurer to see to it."""
    actor.require(Right.RUN_TIMER)
    agreement = await load(tx, agreement_id)
    rule = agreement.the(MonthlyAllowance)
    if rule is not None:
        await tell(tx, "agreement.limit_unknown", agreement.cooperative_id, agreement_id, law=rule.law)
