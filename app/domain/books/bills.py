"""Bills of suppliers and members: what a cooperative owes by them, who pays it, and the VAT that it deducts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.creditors import Creditor, CreditorKind
from app.domain.errors import MoreThanLeft, RuleRefused, SecondPersonNeeded, VatDiffers
from app.domain.input_vat import deductible_vat
from app.domain.money import WHOLE, half_up, share_out
from app.domain.second_person import of_staff_and_umbrella
from app.domain.transitions import REASON, Case, Process, Terms, Transition, move

ROUNDING = 2
"""Cents by which the VAT of a rate may differ from its net amount times the rate: suppliers round by line or in all."""


class BillState(StrEnum):
    """The state of a bill."""

    RECEIVED = "received"
    APPROVED = "approved"
    """It is booked: the cooperative owes it."""
    DISPUTED = "disputed"
    """The cooperative does not agree with it, and nobody pays it for now."""
    REJECTED = "rejected"
    """It is not the cooperative's, or was entered by mistake. Its number is free again."""


class BillVerb(StrEnum):
    """A step with a bill."""

    APPROVE = "approve"
    DISPUTE = "dispute"
    REJECT = "reject"


class VatTreatment(StrEnum):
    """What happens with the VAT of a bill."""

    DOMESTIC = "domestic"
    """Dutch VAT is on the bill, and is deducted."""
    REVERSE_CHARGED = "reverse_charged"
    """The supplier is Dutch and charges none: the cooperative owes it (box 2a), and deducts it."""
    EU = "eu"
    """The same, of a supplier in another member state of the EU (box 4b)."""
    OUTSIDE_EU = "outside_eu"
    """The same, of a supplier outside the EU (box 4a)."""
    FOREIGN = "foreign"
    """Another country's VAT is on the bill, which is cost."""


class BillCategory(StrEnum):
    """What was bought, by the chart of accounts."""

    MATERIALS = "materials"
    SUBCONTRACTED = "subcontracted"
    RENT = "rent"
    ENERGY = "energy"
    INSURANCE = "insurance"
    TRAINING = "training"
    OFFICE = "office"
    TRAVEL = "travel"
    EQUIPMENT = "equipment"
    BANK = "bank"
    OTHER = "other"


class PayerKind(StrEnum):
    """What pays a bill."""

    FUND = "fund"
    """The cooperative's fund."""
    TRAINING_POT = "training_pot"
    RESTRICTED_FUND = "restricted_fund"
    """A restricted fund, for one of its purposes."""
    SPENDING = "spending"
    """A purchase that a member may make from the pot: what it reserved pays, and the rest returns to the pot."""


@dataclass(frozen=True)
class Payer:
    """What pays a bill; `id` is that of the restricted fund or of the purchase, `purpose` one of the fund's."""

    kind: PayerKind
    id: UUID | None = None
    purpose: str | None = None


@dataclass(frozen=True, kw_only=True)
class BillLine:
    """A line: cents without VAT, the rate in basis points, the VAT as billed, and which part of it is deductible."""

    title: str
    net_cents: int
    basis_points: int
    vat_cents: int
    category: BillCategory
    deductible_basis_points: int = WHOLE


@dataclass(frozen=True, kw_only=True)
class LineVat:
    """A line with its VAT: as billed, or what the cooperative owes for it; and what is deducted of it."""

    line: BillLine
    vat_cents: int
    deducted_cents: int

    @property
    def cost_cents(self) -> int:
        """The cost to the cooperative: with the VAT that is not deducted."""
        return self.line.net_cents + self.vat_cents - self.deducted_cents


@dataclass(frozen=True, kw_only=True)
class Bill:
    """`cents` are owed by it; below zero it is a credit note. `number` is the creditor's own."""

    id: UUID
    cooperative_id: UUID
    creditor_kind: CreditorKind
    creditor_id: UUID
    number: str
    billed_on: date
    due_on: date | None
    lines: tuple[BillLine, ...]
    entered_by: UUID
    entered_at: datetime
    net_cents: int
    vat_cents: int
    """The VAT as billed."""
    cents: int
    vat_treatment: VatTreatment = VatTreatment.DOMESTIC
    payer_kind: PayerKind = PayerKind.FUND
    payer_id: UUID | None = None
    payer_purpose: str | None = None
    payment_reference: str | None = None
    source: str | None = None
    credits_id: UUID | None = None
    """The bill that this credit note is for."""
    state: BillState = BillState.RECEIVED
    approved_by: UUID | None = None
    approved_at: datetime | None = None
    deducted_vat_cents: int = 0
    """The VAT that was deducted when it was approved."""
    reason: str = ""
    credited_cents: int = 0
    """What approved credit notes took off it; loaded."""
    paid_cents: int = 0
    """What of it is paid, if what its sender got pays the oldest debt first; loaded."""
    umbrella_id: UUID | None = None
    """The umbrella of the cooperative now, whose officers may approve it; loaded."""
    version: int = 1

    @property
    def creditor(self) -> Creditor:
        return Creditor(self.creditor_kind, self.creditor_id)

    @property
    def payer(self) -> Payer:
        return Payer(self.payer_kind, self.payer_id, self.payer_purpose)

    @property
    def purchase_id(self) -> UUID | None:
        """The purchase from a pot that pays it, if one does."""
        return self.payer_id if self.payer_kind is PayerKind.SPENDING else None

    @property
    def member_id(self) -> UUID | None:
        """The member who sent it, if it was one."""
        return self.creditor_id if self.creditor_kind is CreditorKind.MEMBER else None


SELF_ASSESSED = (VatTreatment.REVERSE_CHARGED, VatTreatment.EU, VatTreatment.OUTSIDE_EU)
"""Treatments by which the cooperative owes the VAT itself."""


def totalled(bill: Bill) -> Bill:
    """The bill with the sums of its lines.

    Raises VatDiffers if the VAT of a rate is not that of its net amount, RuleRefused if nothing is owed by it, or for a
    credit note that a purchase of a member pays.
    """
    for basis_points, net in _net_by_rate(bill.lines).items():
        expected = 0 if bill.vat_treatment in SELF_ASSESSED else half_up(net, basis_points)
        stated = sum(line.vat_cents for line in bill.lines if line.basis_points == basis_points)
        if abs(stated - expected) > (0 if bill.vat_treatment in SELF_ASSESSED else ROUNDING):
            raise VatDiffers(basis_points=basis_points, expected_cents=expected, stated_cents=stated)
    net, vat = sum(line.net_cents for line in bill.lines), sum(line.vat_cents for line in bill.lines)
    if not net + vat:
        raise RuleRefused(rule="amount_needed", value="0.00")
    if net + vat < 0 and bill.payer_kind is PayerKind.SPENDING:
        raise RuleRefused(rule="purchase_pays_no_credit_note", value=bill.number)
    return replace(bill, net_cents=net, vat_cents=vat, cents=net + vat)


def vat_of_lines(bill: Bill, *, small_business: bool) -> tuple[LineVat, ...]:
    """The VAT of each line. Under the small-business scheme, and of another country's, nothing is deducted.

    Wet OB 1968 art. 12, 15 and 25. VAT that the cooperative owes itself is computed once for a rate, half up, and
    shared over its lines.
    """
    owed = [line.vat_cents for line in bill.lines]
    if bill.vat_treatment in SELF_ASSESSED:
        for basis_points, net in _net_by_rate(bill.lines).items():
            places = [place for place, line in enumerate(bill.lines) if line.basis_points == basis_points]
            shares = share_out(half_up(net, basis_points), [bill.lines[place].net_cents for place in places])
            for place, share in zip(places, shares, strict=True):
                owed[place] = share
    none = small_business or bill.vat_treatment is VatTreatment.FOREIGN
    return tuple(
        LineVat(
            line=line,
            vat_cents=vat,
            deducted_cents=deductible_vat(vat, line.deductible_basis_points, small_business=none),
        )
        for line, vat in zip(bill.lines, owed, strict=True)
    )


def _net_by_rate(lines: Sequence[BillLine]) -> dict[int, int]:
    found: dict[int, int] = {}
    for line in lines:
        found[line.basis_points] = found.get(line.basis_points, 0) + line.net_cents
    return found


def _second_person(case: Case[Bill]) -> SecondPersonNeeded | None:
    """Another person than who entered it, and than the member who sent it."""
    bill = case.thing
    return SecondPersonNeeded() if case.is_person(bill.entered_by) or case.is_member(bill.member_id) else None


_WAITS = ("received", "disputed")
_SAYS_WHY: Terms[Bill] = Terms(needs=(REASON,))
BILL: Process[Bill] = Process(
    verbs=BillVerb,
    states=BillState,
    rights=of_staff_and_umbrella,
    rows=(
        Transition("approve", _WAITS, "approved", Right.APPROVE_BILL, Terms(_second_person)),
        Transition("dispute", ("received",), "disputed", Right.WRITE_BILL, _SAYS_WHY),
        Transition("reject", _WAITS, "rejected", Right.WRITE_BILL, _SAYS_WHY),
    ),
)


def decide(case: Case[Bill], verb: str, *, reason: str = "") -> Bill:
    """The bill after `verb`. Raises WrongState, ReasonNeeded; SecondPersonNeeded for whoever entered or sent it."""
    state = BillState(move(BILL, case, verb, reason=reason))
    if state is BillState.APPROVED:
        return replace(case.thing, state=state, approved_by=case.actor.person, approved_at=case.now, reason=reason)
    return replace(case.thing, state=state, reason=reason)


def check_note(note: Bill, bill: Bill) -> None:
    """Raises RuleRefused for a credit note whose bill is not approved, MoreThanLeft for more than is left of it."""
    if bill.state is not BillState.APPROVED:
        raise RuleRefused(rule="credited_bill_first", value=bill.number)
    left = bill.cents - bill.credited_cents
    if -note.cents > left:
        raise MoreThanLeft(left_cents=left)


def undecided(bill: Bill, reason: str) -> Bill:
    """The bill as it was received, after the reversal of its approval."""
    return replace(
        bill,
        state=BillState.RECEIVED,
        approved_by=None,
        approved_at=None,
        deducted_vat_cents=0,
        reason=reason,
    )
