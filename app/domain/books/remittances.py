"""Remittances: a cooperative's debt to its municipality for closed months, reported line by line, invoiced, settled."""

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.access import Right
from app.domain.earning.split import recompute_remitted
from app.domain.errors import RuleRefused, SecondPersonNeeded
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
    """`cents` for the months after `after` (None: since the beginning) through `through`; `lines` sum to it."""

    id: UUID
    cooperative_id: UUID
    municipality_id: UUID
    after: date | None
    through: date
    cents: int
    lines: tuple[Line, ...]
    digest: str
    reported_by: UUID
    reported_at: datetime
    state: RemittanceState = RemittanceState.REPORTED
    reference: str = ""
    """The municipality's reference on its invoice."""
    invoiced_by: UUID | None = None
    settled_on: date | None = None
    version: int = 1


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
    stated_cents: int
    recomputed_cents: int
    ledger_cents: int
    digest_matches: bool
    differences: tuple[Recomputed, ...]

    @property
    def matches(self) -> bool:
        same = self.stated_cents == self.recomputed_cents == self.ledger_cents
        return same and self.digest_matches and not self.differences


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


def recompute_lines(lines: Sequence[Line]) -> list[Recomputed]:
    """Every line, computed again from the months in it; a mirrored line has no inputs of its own."""
    found = []
    for line in lines:
        year = line.facts.get("year")
        again = recompute_remitted(year) if year is not None else None
        found.append(Recomputed(line.journal_id, line.line, line.cents, again))
    return found


def recompute(remittance: Remittance, ledger_cents: int) -> Recomputation:
    """Computes a specification again, and compares it with the ledger of the same months."""
    lines = recompute_lines(remittance.lines)
    total = sum(line.stated_cents if line.recomputed_cents is None else line.recomputed_cents for line in lines)
    differences = tuple(line for line in lines if line.recomputed_cents not in (None, line.stated_cents))
    same = digest(remittance.lines) == remittance.digest
    return Recomputation(
        remittance_id=remittance.id,
        stated_cents=remittance.cents,
        recomputed_cents=total,
        ledger_cents=ledger_cents,
        digest_matches=same,
        differences=differences,
    )


def as_csv(remittance: Remittance) -> str:
    """The specification as a table; amounts in euro with a point."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["journal", "line", "effectiveOn", "period", "kind", "rule", "member", "before", "after", "amount"])
    for line in remittance.lines:
        before, after = (line.facts.get(name) for name in ("before", "after"))
        totals = ["" if total is None else decimal_text(total) for total in (before, after)]
        place = [str(line.journal_id), line.line, line.effective_on.isoformat(), f"{line.period:%Y-%m}"]
        writer.writerow([*place, line.kind, line.rule, line.member or "", *totals, decimal_text(line.cents)])
    writer.writerow(["total", *[""] * 8, decimal_text(remittance.cents)])
    return out.getvalue()
