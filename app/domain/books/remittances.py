"""Remittances: a cooperative's debt to its municipality for closed months, reported, invoiced, settled."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.access import Right
from app.domain.earning.split import recompute_remitted
from app.domain.errors import RuleRefused, SecondPersonNeeded
from app.domain.figures import K, fits_with_others, shown
from app.domain.ledger import AccountKind, Leg
from app.domain.money import decimal_text
from app.domain.transitions import Case, Need, Process, Terms, Transition, move, of_staff_and_municipality


class RemittanceState(StrEnum):
    """The state of a remittance."""

    REPORTED = "reported"
    INVOICED = "invoiced"
    SETTLED = "settled"


class RemittanceVerb(StrEnum):
    """Steps of a remittance."""

    INVOICE = "invoice"
    SETTLE = "settle"


@dataclass(frozen=True)
class Owed:
    """The amount owed and not reported yet; negative if refunds came after the last report."""

    cooperative_id: UUID
    cents: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the ledger with a part for the municipality; `member` is a pseudonym, `facts` are its inputs."""

    journal_id: UUID
    line: int
    effective_on: date
    period: date
    kind: str
    rule: str
    cents: int
    member: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Remittance:
    """`cents` for the months after `after` (None: since the beginning) through `through`.

    This is all that the municipality sees: the lines are in the specification. The sums are computed once, by the
    report, so that nobody learns anything by asking again.
    """

    id: UUID
    cooperative_id: UUID
    municipality_id: UUID
    after: date | None
    through: date
    cents: int
    by_rule: dict[str, int] = field(default_factory=dict)
    """Cents by rule; empty if they would tell one member's part."""
    by_month: dict[str, int] = field(default_factory=dict)
    """Cents by month, of those months that may be shown."""
    recomputed: bool | None = None
    """Whether the report computed every line again and found the same; None: reported before this was kept."""
    digest: str
    """SHA-256 of the lines."""
    reported_by: UUID
    reported_at: datetime
    state: RemittanceState = RemittanceState.REPORTED
    reference: str = ""
    """The municipality's reference on its invoice."""
    invoiced_by: UUID | None = None
    settled_on: date | None = None
    by_payouts: bool = False
    """Whether payouts to the municipality paid it, and no payment of its own."""
    version: int = 1


@dataclass(frozen=True, kw_only=True)
class Specification:
    """The lines of a remittance (its `id`), which sum to `cents`; for the cooperative alone."""

    id: UUID
    cooperative_id: UUID
    through: date
    cents: int
    digest: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Recomputed:
    """One line, computed again from its stored inputs; None if it has none (an opening balance, a pot)."""

    journal_id: UUID
    line: int
    stated_cents: int
    recomputed_cents: int | None


@dataclass(frozen=True, kw_only=True)
class Recomputation:
    """A comparison of a specification with its inputs and with the ledger of the same months."""

    remittance_id: UUID
    matches: bool
    stated_cents: int
    recomputed_cents: int
    ledger_cents: int
    digest_matches: bool
    differences: tuple[Recomputed, ...]


def _not_who_reported(case: Case[Remittance]) -> SecondPersonNeeded | None:
    return SecondPersonNeeded() if case.is_person(case.thing.reported_by) else None


_REFERENCE = (Need("reference"),)
_INVOICES = Right.INVOICE_REMITTANCE
REMITTANCE: Process[Remittance] = Process(
    verbs=RemittanceVerb,
    states=RemittanceState,
    rights=of_staff_and_municipality,
    rows=(
        Transition("invoice", ("reported",), "invoiced", _INVOICES, Terms(_not_who_reported, needs=_REFERENCE)),
        Transition("settle", ("invoiced",), "settled", Right.SETTLE_REMITTANCE),
    ),
)


def digest(lines: Sequence[Line]) -> str:
    """SHA-256 of the lines as JSON with sorted keys."""
    return hashlib.sha256(json.dumps([line_data(line) for line in lines], sort_keys=True).encode()).hexdigest()


def line_data(line: Line) -> dict[str, Any]:
    """A line as the specification shows it: cents, dates in ISO 8601."""
    return {
        "journalId": str(line.journal_id),
        "line": line.line,
        "effectiveOn": line.effective_on.isoformat(),
        "period": f"{line.period:%Y-%m}",
        "kind": line.kind,
        "rule": line.rule,
        "cents": line.cents,
        "member": line.member,
        "facts": line.facts,
    }


def check_period(through: date, last: date | None, closed: date | None, cents: int) -> None:
    """Raises RuleRefused for a month that is open or reported already, or if nothing is owed."""
    if closed is None or through > closed:
        raise RuleRefused(rule="month_closed_first", value=f"{through:%Y-%m}")
    if last is not None and through <= last:
        raise RuleRefused(rule="not_reported_yet", value=f"{last:%Y-%m}")
    if cents <= 0:
        raise RuleRefused(rule="something_is_owed", value=cents)


def invoiced(case: Case[Remittance], reference: str) -> Remittance:
    """The remittance with the municipality's invoice. Raises WrongState, ReasonNeeded, SecondPersonNeeded."""
    state = RemittanceState(move(REMITTANCE, case, "invoice", reference=reference))
    return replace(case.thing, state=state, reference=reference, invoiced_by=case.actor.person)


def settled(case: Case[Remittance], on: date) -> Remittance:
    """The remittance, paid on a day. Raises WrongState."""
    return replace(case.thing, state=RemittanceState(move(REMITTANCE, case, "settle")), settled_on=on)


def settlement(remittance: Remittance) -> tuple[Leg, ...]:
    """The amount owed leaves the bank."""
    facts = {"reference": remittance.reference, "through": f"{remittance.through:%Y-%m}"}
    return (
        Leg(
            kind=AccountKind.PAYABLE_MUNICIPALITY,
            cents=-remittance.cents,
            rule="remittance",
            facts=facts,
            party=str(remittance.municipality_id),
        ),
        Leg(kind=AccountKind.BANK, cents=remittance.cents, rule="remittance", facts=facts),
    )


def by_payouts(found: Sequence[Remittance], paid_cents: int, day: date) -> list[tuple[Remittance, Remittance]]:
    """The remittances that change by what payouts paid so far, before and after. They pay the oldest invoice first."""
    changed = []
    for remittance in sorted(found, key=lambda one: one.through):
        settled = remittance.state is RemittanceState.SETTLED
        if remittance.state is RemittanceState.REPORTED or (settled and not remittance.by_payouts):
            continue
        paid_cents -= remittance.cents
        if settled and paid_cents < 0:
            after = replace(remittance, state=RemittanceState.INVOICED, settled_on=None, by_payouts=False)
            changed.append((remittance, after))
        elif not settled and paid_cents >= 0:
            after = replace(remittance, state=RemittanceState.SETTLED, settled_on=day, by_payouts=True)
            changed.append((remittance, after))
    return changed


def left_of_invoices(found: Sequence[Remittance], paid_cents: int) -> int:
    """What is left to pay of invoices that payouts did not pay, in cents."""
    return sum(one.cents for one in found if one.state is RemittanceState.INVOICED or one.by_payouts) - paid_cents


def recompute_lines(lines: Sequence[Line]) -> list[Recomputed]:
    """Every line, computed again from the months in it; a mirrored line has no inputs of its own."""
    found = []
    for line in lines:
        year = line.facts.get("year")
        again = recompute_remitted(year) if year is not None else None
        found.append(Recomputed(line.journal_id, line.line, line.cents, again))
    return found


def recompute(specification: Specification, ledger_cents: int, *, for_staff: bool = True) -> Recomputation:
    """Computes a specification again, and compares it with the ledger of the same months.

    The lines that differ are for the cooperative's staff only.
    """
    stated, lines = specification.cents, recompute_lines(specification.lines)
    total = sum(line.stated_cents if line.recomputed_cents is None else line.recomputed_cents for line in lines)
    differences = tuple(line for line in lines if line.recomputed_cents not in (None, line.stated_cents))
    same = digest(specification.lines) == specification.digest
    return Recomputation(
        remittance_id=specification.id,
        matches=stated == total == ledger_cents and same and not differences,
        stated_cents=stated,
        recomputed_cents=total,
        ledger_cents=ledger_cents,
        digest_matches=same,
        differences=differences if for_staff else (),
    )


def sums(lines: Sequence[Line], k: int = K) -> tuple[dict[str, int], dict[str, int]]:
    """Cents by rule and by month, as a municipality may see them beside the total.

    The sum of the only rule is the total, so it is shown. Several rules are shown if each fits; they come before the
    months, because the invoice needs them. The months are then shown only if each rule's part of each month fits too: a
    month less a rule could otherwise be one member's part.
    """
    rules, months = _parts(lines, lambda line: line.rule), _parts(lines, lambda line: f"{line.period:%Y-%m}")
    if len(rules) == 1:
        return {rule: sum(parts.values()) for rule, parts in rules.items()}, shown(months, k)
    by_rule = shown(rules, k)
    if len(by_rule) < len(rules):
        return {}, shown(months, k)
    cells = _parts(lines, lambda line: f"{line.rule} {line.period:%Y-%m}")
    return by_rule, shown(months, k) if all(fits_with_others(cell, k) for cell in cells.values()) else {}


def _parts(lines: Sequence[Line], group_of: Callable[[Line], str]) -> dict[str, dict[str | None, int]]:
    """Cents by group and pseudonym of the member; None for lines without one, such as those of the fund."""
    groups: dict[str, dict[str | None, int]] = {}
    for line in lines:
        parts = groups.setdefault(group_of(line), {})
        parts[line.member] = parts.get(line.member, 0) + line.cents
    return groups


def as_csv(specification: Specification) -> str:
    """The specification as a table; amounts in euro with a point."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["journal", "line", "effectiveOn", "period", "kind", "rule", "member", "before", "after", "amount"])
    for line in specification.lines:
        before, after = (line.facts.get(name) for name in ("before", "after"))
        totals = ["" if total is None else decimal_text(total) for total in (before, after)]
        place = [str(line.journal_id), line.line, line.effective_on.isoformat(), f"{line.period:%Y-%m}"]
        writer.writerow([*place, line.kind, line.rule, line.member or "", *totals, decimal_text(line.cents)])
    writer.writerow(["total", *[""] * 8, decimal_text(specification.cents)])
    return out.getvalue()
