"""Bills of suppliers and members."""

from datetime import date, datetime

from app.contract.creditors import Creditor
from app.contract.operation import Noun
from app.contract.shape import Money, cents, computed, shape
from app.contract.transitions import Step, steps
from app.domain.books import bills as domain
from app.domain.books.bills import BILL, BillCategory, BillState, PayerKind, VatTreatment
from app.domain.money import percent_text
from app.ids import AnyId, BillId, CooperativeId, PersonId
from app.usecases.books.bills import enter_bill, get_bill, list_bills, move_bill


@shape(domain.Payer)
class Payer:
    """What pays a bill."""

    kind: PayerKind
    subject_id: AnyId | None = computed(lambda payer, _: payer.id)
    """The restricted fund, or the purchase of a member."""
    purpose: str | None
    """The purpose for which the restricted fund pays it."""


@shape(domain.BillLine)
class BillLine:
    """A line of a bill."""

    title: str
    """What was bought."""
    net: Money
    """The amount without VAT."""
    rate: str = computed(lambda line, _: percent_text(line.basis_points))
    """The rate of the VAT, in percent."""
    vat: Money
    """The VAT as the bill names it."""
    category: BillCategory
    deductible: str = computed(lambda line, _: percent_text(line.deductible_basis_points))
    """The percentage of the VAT that can be deducted."""


@shape(domain.Bill)
class Bill:
    """A bill that a supplier or a member sent to a cooperative; below zero it is a credit note."""

    id: BillId
    cooperative_id: CooperativeId
    creditor: Creditor
    """Who sent it."""
    number: str
    """The sender's own number."""
    billed_on: date
    """Its date, on which it is booked."""
    due_on: date | None
    """The last day to pay it."""
    lines: list[BillLine]
    """Its lines, as they came."""
    net: Money
    """The amount without VAT."""
    vat: Money
    """The VAT as the bill names it."""
    amount: Money = cents("cents")
    """What is owed by it."""
    vat_treatment: VatTreatment
    payer: Payer
    """What pays it."""
    payment_reference: str | None
    """The reference that the payment must have."""
    source: str | None
    """How it came."""
    credits_id: BillId | None
    """The bill that a credit note is for."""
    credited: Money
    """What approved credit notes took off it."""
    paid: Money
    """What of it is paid: what its sender got pays the oldest debt first."""
    deducted_vat: Money
    """The VAT that was deducted when it was approved."""
    state: BillState
    entered_by: PersonId
    """Who entered it."""
    entered_at: datetime
    """When it was entered."""
    approved_by: PersonId | None
    """The second person, who approved it."""
    approved_at: datetime | None
    """When it was approved."""
    reason: str
    """The reason of the last step."""
    version: int
    available_transitions: list[Step] = steps("BillTransition", BILL)


OF_ONE = "/cooperatives/{cooperative_id}/bills"
ONE = "/bills/{bill_id}"
bills = Noun("bills")
bills.get(OF_ONE, list_bills, Bill)
bills.post(OF_ONE, enter_bill, Bill, opens="/bills")
bills.get(ONE, get_bill, Bill)
bills.move(f"{ONE}/transitions", move_bill, Bill)
