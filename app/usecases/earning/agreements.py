"""Agreements: drafted, tested by their own examples, signed by both sides, in force from a date."""

from datetime import date
from functools import partial
from typing import Annotated

from pydantic import Field

from app.db.earning.agreements import add_agreement, next_number, save_agreement, versions
from app.db.earning.agreements import get_agreement as load
from app.db.earning.agreements import list_agreements as load_page
from app.db.earning.earnings import posted_in_year
from app.db.earning.replay import first_shown, keep_first, replay_figures, sets_shown
from app.db.engine import Tx, uuid7
from app.db.failures import unique_or
from app.db.ledger import lock_books
from app.db.people.cooperatives import cooperatives
from app.db.people.members import members
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.days import AGREED
from app.domain.earning import agreements as rules_of
from app.domain.earning.agreement_rules import check_rules
from app.domain.earning.agreements import Agreement, ExampleResult, Side
from app.domain.earning.replay import (
    Replay,
    ReplayFigures,
    check_over,
    check_sets_of_rules,
    digest_of_rules,
    for_municipality,
    replay,
)
from app.domain.earning.split import run_examples
from app.domain.errors import PeriodTaken
from app.domain.page import Page, PageRequest
from app.domain.rules import MonthlyAllowance
from app.domain.transitions import Case
from app.ids import AgreementId, CooperativeId, MemberId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.declared.visitors import open_to_visitors
from app.usecases.shared.agreement_forms import ExampleInput, RuleInput, to_example, to_rule
from app.usecases.shared.agreement_templates import AgreementTemplate, templates
from app.usecases.shared.preview import Preview, previewed
from app.vocabulary import WHOLE, AmountOrNone, Day, Doc, Form, Title, Version, Within

FirstDay = Annotated[date, Within(AGREED), Doc("The first day on which it applies.")]
Rules = Annotated[list[RuleInput], Field(min_length=1, max_length=20), Doc("What to do with the money, in order.")]
Examples = Annotated[
    list[ExampleInput], Field(min_length=1, max_length=50), Doc("Worked examples, which must give the promised result.")
]
SignedSide = Annotated[Side, Doc("The side that the signature is for.")]
Year = Annotated[int, Field(strict=True, ge=2000, le=2100), WHOLE, Doc("The year to compute again.")]
Net = Annotated[AmountOrNone, Doc("The amount earned, without VAT.")]
Costs = Annotated[AmountOrNone, Doc("The costs.")]
KeptBy = Annotated[MemberId, Doc("The member who earns it; null: somebody who has kept nothing yet this year.")]
WorkDay = Annotated[Day, Doc("The day of the work; null: today.")]


class AgreementChange(Form):
    """The fields of an agreement that change."""

    title: Title = ""
    active_from: FirstDay = date.min
    rules: Rules = Field(default_factory=list)
    examples: Examples = Field(default_factory=list)


@open_to_visitors
async def list_agreement_templates(tx: Tx, actor: Actor) -> list[AgreementTemplate]:
    """Agreements to start from: draft one with its title, rules and examples, then change what differs."""
    return templates()


async def list_agreements(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest) -> Page[Agreement]:
    """The versions of a cooperative's agreement, newest first."""
    cooperative = await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_AGREEMENT, cooperative_id, municipality_id=cooperative.municipality_id)
    return await load_page(tx, page, cooperative_id=cooperative_id)


@reads_by_id(versions)
async def get_agreement(tx: Tx, actor: Actor, *, agreement_id: AgreementId) -> Agreement:
    """One version of an agreement. Raises NotFound."""
    agreement = await load(tx, agreement_id)
    actor.require(Right.READ_AGREEMENT, agreement.cooperative_id, municipality_id=agreement.municipality_id)
    return agreement


async def draft_agreement(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    title: Title,
    active_from: FirstDay,
    rules: Rules,
    examples: Examples,
) -> Agreement:
    """Write the next version as a draft, with its worked examples. Raises RuleRefused if the rules are no agreement."""
    cooperative = await cooperatives.get(tx, cooperative_id)
    actor.require(Right.WRITE_AGREEMENT, cooperative_id)
    agreement = Agreement(
        id=uuid7(),
        cooperative_id=cooperative_id,
        municipality_id=cooperative.municipality_id,
        number=await next_number(tx, cooperative_id),
        title=title,
        active_from=active_from,
        rules=tuple(to_rule(rule) for rule in rules),
        examples=tuple(to_example(example) for example in examples),
        parent_id=cooperative.umbrella_id,
    )
    check_rules(agreement.rules, agreement.examples, has_parent=agreement.parent_id is not None)
    return await add_agreement(tx, agreement)


async def change_agreement(
    tx: Tx, actor: Actor, *, agreement_id: AgreementId, expected_version: Version | None, changes: AgreementChange
) -> Agreement:
    """Change a draft. It must be tested again. Raises WrongState once a side has signed, RuleRefused, Stale."""
    agreement = await load(tx, agreement_id, lock=True)
    actor.require(Right.WRITE_AGREEMENT, agreement.cooperative_id)
    expect(agreement.version, expected_version)
    cooperative = await cooperatives.get(tx, agreement.cooperative_id)
    named = changes.named()
    if "rules" in named:
        named["rules"] = tuple(to_rule(rule) for rule in changes.rules)
    if "examples" in named:
        named["examples"] = tuple(to_example(example) for example in changes.examples)
    edited = rules_of.edited(Case(agreement, actor, tx.now), **named, parent_id=cooperative.umbrella_id)
    check_rules(edited.rules, edited.examples, has_parent=edited.parent_id is not None)
    return agreement if edited == agreement else await save_agreement(tx, edited)


async def try_agreement(
    tx: Tx, actor: Actor, *, agreement_id: AgreementId, expected_version: Version | None = None
) -> Agreement:
    """Run the worked examples. Only an agreement that passes them can be signed.

    Raises ExamplesFail with the results that differ, Stale; and, like signing, LimitUnknown, WorkBookedAlready,
    WrongState.
    """
    agreement = await load(tx, agreement_id, lock=True)
    actor.require(Right.WRITE_AGREEMENT, agreement.cooperative_id)
    expect(agreement.version, expected_version)
    tested = await save_agreement(tx, rules_of.tested(Case(agreement, actor, tx.now), run_examples(agreement)))
    await tell(tx, "agreement.tested", agreement.cooperative_id, agreement.id, title=agreement.title)
    return tested


async def get_example_results(tx: Tx, actor: Actor, *, agreement_id: AgreementId) -> list[ExampleResult]:
    """The results of the worked examples, next to the promised ones."""
    agreement = await get_agreement(tx, actor, agreement_id=agreement_id)
    return run_examples(agreement)


async def sign_agreement(
    tx: Tx, actor: Actor, *, agreement_id: AgreementId, side: SignedSide, expected_version: Version | None = None
) -> Agreement:
    """Sign for the cooperative (its treasurer) or the municipality (its controller).

    Raises WrongState before the examples pass, LimitUnknown; at the second signature PeriodTaken if another version
    starts on that day or later, WorkBookedAlready if work of that day or later was booked.
    """
    agreement = await load(tx, agreement_id, lock=True)
    place = (agreement.cooperative_id, agreement.municipality_id)
    right = Right.SIGN_FOR_COOPERATIVE if side is Side.COOPERATIVE else Right.SIGN_FOR_MUNICIPALITY
    actor.require(right, place[0], municipality_id=place[1])
    expect(agreement.version, expected_version)
    if agreement.cooperative_signed_by or agreement.municipality_signed_by:
        # At the second signature, no booking may slip in before this transaction commits.
        await lock_books(tx, place[0])
        await lend_staff_view(tx, place[0])
        agreement = await load(tx, agreement_id)
    sign = rules_of.sign_for_cooperative if side is Side.COOPERATIVE else rules_of.sign_for_municipality
    signed = sign(Case(agreement, actor, tx.now))
    with unique_or(PeriodTaken(date=agreement.active_from.isoformat())):
        saved = await save_agreement(tx, signed)
    if saved.signed:
        await tell(tx, "agreement.signed", agreement.cooperative_id, agreement.id, title=agreement.title)
    return saved


async def replay_agreement(tx: Tx, actor: Actor, *, agreement_id: AgreementId, year: Year) -> Replay:
    """Compute a past year again under a version: the difference in total, and per member by pseudonym.

    Nothing is booked. A municipality sees totals and counts that tell of no member, of years that are over; they stay
    as they were computed first for these rules. Raises RuleRefused.
    """
    agreement = await load(tx, agreement_id)
    place = agreement.municipality_id
    actor.require(Right.REPLAY_AGREEMENT, agreement.cooperative_id, municipality_id=place)
    if actor.may(Right.REPLAY_AGREEMENT, agreement.cooperative_id):
        return await _replayed(tx, agreement, year)
    check_over(year, tx.today)
    rules = digest_of_rules(agreement)
    known = await replay_figures.find(tx, agreement_id=agreement_id, year=year, rules=rules)
    if known is None:
        await lend_staff_view(tx, agreement.cooperative_id)
        # Two drafts are computed one after the other, so that the second is compared with the first.
        await lock_books(tx, agreement.cooperative_id)
        check_sets_of_rules(await sets_shown(tx, agreement, year, but=rules))
        before = await first_shown(tx, agreement.cooperative_id, year)
        figures = ReplayFigures(
            id=uuid7(),
            agreement_id=agreement_id,
            cooperative_id=agreement.cooperative_id,
            municipality_id=place,
            year=year,
            rules=rules,
            result=for_municipality(await _replayed(tx, agreement, year), before),
        )
        known = await keep_first(tx, figures)
    return known.result


async def _replayed(tx: Tx, agreement: Agreement, year: int) -> Replay:
    name = partial(tx.sealing.pseudonym, agreement.cooperative_id)
    earnings = await posted_in_year(tx, agreement.cooperative_id, year)
    return replay(agreement, earnings, year, name, tx.now)


@shows_private
async def preview_split(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    net: Net,
    costs: Costs | None = None,
    member_id: KeptBy | None = None,
    day: WorkDay | None = None,
) -> Preview:
    """What do I keep? The split of an amount by the version of a day, with the member's real year so far.

    Nothing is booked. A member sees their own year; only staff see the year of somebody else. Raises AgreementMissing.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.PREVIEW_SPLIT, cooperative_id)
    if member_id is not None:
        member = await members.get(tx, member_id)
        own = actor.as_member(member_id)
        actor.require(Right.READ_THERMOMETER, member.cooperative_id, own=own)
    return await previewed(tx, cooperative_id, member_id, net.cents, costs.cents if costs else 0, day or tx.today)


async def warn_of_limit(tx: Tx, actor: Actor, *, agreement_id: AgreementId) -> None:
    """Timer for a legal limit without a verified value: asks the treasurer to take care of it."""
    actor.require(Right.RUN_TIMER)
    agreement = await load(tx, agreement_id)
    rule = agreement.the(MonthlyAllowance)
    if rule is not None:
        await tell(tx, "agreement.limit_unknown", agreement.cooperative_id, agreement_id, law=rule.law)
