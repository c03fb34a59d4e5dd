"""Bills of suppliers and members: entered by the staff, approved by a second person."""

import re
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from stdnum import iso11649

from app.db.books.bills import bills
from app.db.books.funds import funds
from app.db.books.suppliers import suppliers
from app.db.buying.spending import requests
from app.db.documents import attachments_of
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import books_from, cooperatives
from app.db.people.members import members
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.bills import (
    BILL,
    Bill,
    BillCategory,
    BillLine,
    BillState,
    BillVerb,
    Payer,
    PayerKind,
    VatTreatment,
    check_note,
    decide,
    totalled,
)
from app.domain.creditors import Creditor, CreditorKind
from app.domain.days import check_day
from app.domain.errors import AlreadyExists, NotFound, PurposeNotAllowed, ReasonNeeded, RuleRefused
from app.domain.money import basis_points_of
from app.domain.page import Page, PageRequest
from app.domain.second_person import require_here_or_above
from app.domain.transitions import Case, find
from app.ids import AnyId, BillId, CooperativeId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.book_bill import book_bill
from app.usecases.shared.input_vat import Deductible
from app.usecases.shared.suppliers import supplier_named
from app.vocabulary import (
    Among,
    Balance,
    Day,
    Doc,
    Form,
    PastDay,
    Percent,
    Purpose,
    Reason,
    Reference,
    Source,
    Text,
    Title,
    Version,
)

Biller = Annotated[
    CreditorKind,
    Among(CreditorKind.SUPPLIER, CreditorKind.MEMBER, CreditorKind.COOPERATIVE),
    Doc("What it is. Another cooperative becomes the supplier of its name."),
]


def _checked(reference: str) -> str:
    """The reference; one of ISO 11649 with its check digits right. Raises PydanticCustomError."""
    if re.fullmatch("RF[0-9]{2}[A-Z0-9]{1,21}", reference.replace(" ", "")) and not iso11649.is_valid(reference):
        raise PydanticCustomError("payment_reference_malformed", "the check digits of this reference are wrong")
    return reference


PaymentReference = Annotated[
    str,
    Text(1, 35, number=True),
    AfterValidator(_checked),
    Doc("The reference that the payment must have, such as RF18539007547034."),
]

LATEST_DUE = timedelta(days=730)
"""So long after its date a bill can be due."""


class BillCreditorInput(Form):
    """Who sent the bill."""

    kind: Biller
    id: Annotated[AnyId, Doc("The id of the supplier, the member or the cooperative.")]


class BillLineInput(Form):
    """A line of a bill; below zero it takes off."""

    title: Annotated[Title, Doc("What was bought.")]
    net: Annotated[Balance, Doc("The amount without VAT.")]
    rate: Annotated[Percent, Doc("The rate of the VAT, in percent.")]
    vat: Annotated[Balance | None, Doc("The VAT as the bill names it; null for none.")] = None
    category: BillCategory
    deductible: Deductible = "100"

    @property
    def line(self) -> BillLine:
        """The line as the domain's type."""
        return BillLine(
            title=self.title,
            net_cents=self.net.cents,
            basis_points=basis_points_of(self.rate),
            vat_cents=self.vat.cents if self.vat else 0,
            category=self.category,
            deductible_basis_points=basis_points_of(self.deductible),
        )


class PayerInput(Form):
    """What pays a bill."""

    kind: PayerKind
    subject_id: Annotated[AnyId | None, Doc("The restricted fund, or the purchase of a member.")] = None
    purpose: Annotated[Purpose | None, Doc("One of the purposes of the restricted fund.")] = None


Lines = Annotated[list[BillLineInput], Field(min_length=1, max_length=200), Doc("Its lines.")]
BilledOn = Annotated[PastDay, Doc("Its date, on which it is booked.")]
DueOn = Annotated[Day, Doc("The last day to pay it.")]
Treatment = Annotated[VatTreatment, Doc("What happens with its VAT.")]
PaidBy = Annotated[PayerInput, Doc("What pays it; the cooperative's fund if it is left out.")]
CreditedBill = Annotated[BillId, Doc("The bill that a credit note is for.")]
BillSource = Annotated[Source, Doc("How it came, such as `mail`.")]
OfCreditor = Annotated[AnyId, Doc("Only those of this supplier or member.")]


async def enter_bill(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    creditor: Annotated[BillCreditorInput, Doc("Who sent it.")],
    number: Reference,
    billed_on: BilledOn,
    lines: Lines,
    due_on: DueOn | None = None,
    vat_treatment: Treatment = VatTreatment.DOMESTIC,
    payer: PaidBy | None = None,
    payment_reference: PaymentReference | None = None,
    source: BillSource | None = None,
    credits_id: CreditedBill | None = None,
) -> Bill:
    """Enter a bill that came, with the VAT as it names it; below zero it is a credit note. For the staff.

    Somebody else approves it. The number is the sender's own, and is entered once. Raises AlreadyExists, NotFound,
    DayOutOfRange, VatDiffers, ReasonNeeded, PurposeNotAllowed, RuleRefused.
    """
    await cooperatives.plain.get(tx, cooperative_id)
    actor.require(Right.WRITE_BILL, cooperative_id)
    check_day("billed_on", billed_on, await books_from(tx, cooperative_id), tx.today)
    if due_on is not None:
        check_day("due_on", due_on, billed_on, billed_on + LATEST_DUE)
    sender, paying = await _creditor(tx, cooperative_id, creditor), await _payer(tx, cooperative_id, payer)
    bill = Bill(
        id=uuid7(),
        cooperative_id=cooperative_id,
        creditor_kind=sender.kind,
        creditor_id=sender.id,
        number=number,
        billed_on=billed_on,
        due_on=due_on,
        lines=tuple(line.line for line in lines),
        entered_by=actor.person,
        entered_at=tx.now,
        net_cents=0,
        vat_cents=0,
        cents=0,
        vat_treatment=vat_treatment,
        payer_kind=paying.kind,
        payer_id=paying.id,
        payer_purpose=paying.purpose,
        payment_reference=payment_reference,
        source=source,
        credits_id=credits_id,
    )
    bill = totalled(bill)
    await _check_credited(tx, bill)
    await bills.add_new(tx, bill, AlreadyExists(how="bill"))
    await tell(tx, "bill.received", cooperative_id, bill.id, number=number)
    return await bills.get(tx, bill.id)


async def move_bill(
    tx: Tx,
    actor: Actor,
    *,
    bill_id: BillId,
    verb: BillVerb,
    reason: Reason = "",
    expected_version: Version | None = None,
) -> Bill:
    """Approve a bill, as a second person, or dispute or reject it, with a reason.

    The second person is of the staff, the outside approver, or an officer of the umbrella. From its approval on the
    cooperative owes it, by its date. An approval is undone by the reversal of its journal; then the bill waits again.

    Raises WrongState, Stale, ReasonNeeded, SecondPersonNeeded for whoever entered or sent it, or whose purchase pays
    it; BelowFloor and NumberOutOfRange if its payer has too little; of a credit note RuleRefused before its bill is
    approved, and MoreThanLeft for more than what is left of that bill.
    """
    seen = await bills.get(tx, bill_id)
    require_here_or_above(actor, find(BILL, verb).right, seen.cooperative_id, seen.umbrella_id)
    bill = await bills.get(tx, bill_id, lock=True)
    expect(bill.version, expected_version)
    decided = decide(Case(bill, actor, tx.now), verb, reason=reason)
    if decided.state is BillState.APPROVED:
        await lend_staff_view(tx, bill.cooperative_id)
        if bill.credits_id is not None:
            check_note(bill, await bills.get(tx, bill.credits_id, lock=True))
        decided = await book_bill(tx, actor, decided)
    filed = bool(await attachments_of(tx, bill.id))
    await tell(tx, f"bill.{decided.state}", bill.cooperative_id, bill.id, number=bill.number, filed=filed)
    return await bills.save(tx, decided)


@shows_private
async def list_bills(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    page: PageRequest,
    state: BillState | None = None,
    creditor_id: OfCreditor | None = None,
) -> Page[Bill]:
    """The bills of a cooperative, newest first. For the staff, the outside approver and officers of the umbrella."""
    cooperative = await cooperatives.get(tx, cooperative_id)
    require_here_or_above(actor, Right.READ_BILL, cooperative_id, cooperative.umbrella_id)
    return await bills.page(tx, page, cooperative_id=cooperative_id, state=state, creditor_id=creditor_id)


@shows_private
@reads_by_id(bills)
async def get_bill(tx: Tx, actor: Actor, *, bill_id: BillId) -> Bill:
    """One bill, for the staff, the outside approver and officers of the umbrella. Raises NotFound."""
    bill = await bills.get(tx, bill_id)
    require_here_or_above(actor, Right.READ_BILL, bill.cooperative_id, bill.umbrella_id)
    return bill


async def _creditor(tx: Tx, cooperative_id: UUID, given: BillCreditorInput) -> Creditor:
    """The supplier or member; what another cooperative bills is owed to a supplier of its name, and never netted."""
    if given.kind is CreditorKind.COOPERATIVE:
        other = await cooperatives.plain.get(tx, given.id)
        if other.id == cooperative_id:
            raise NotFound
        return Creditor(CreditorKind.SUPPLIER, (await supplier_named(tx, cooperative_id, other.name)).id)
    if given.kind is CreditorKind.MEMBER:
        owner = (await members.plain.get(tx, given.id)).cooperative_id
    else:
        owner = (await suppliers.get(tx, given.id)).cooperative_id
    if owner != cooperative_id:
        raise NotFound
    return Creditor(given.kind, given.id)


async def _payer(tx: Tx, cooperative_id: UUID, given: PayerInput | None) -> Payer:
    """What pays it. Raises NotFound, ReasonNeeded for what is missing, PurposeNotAllowed, RuleRefused."""
    if given is None or given.kind in (PayerKind.FUND, PayerKind.TRAINING_POT):
        return Payer(PayerKind.FUND if given is None else given.kind)
    if given.subject_id is None:
        raise ReasonNeeded(how="field", verb="payer.subjectId")
    if given.kind is PayerKind.SPENDING:
        if (await requests.get(tx, given.subject_id)).cooperative_id != cooperative_id:
            raise NotFound
        return Payer(given.kind, given.subject_id)
    fund = await funds.get(tx, given.subject_id)
    if fund.cooperative_id != cooperative_id:
        raise NotFound
    if not given.purpose:
        raise ReasonNeeded(how="field", verb="payer.purpose")
    if given.purpose not in fund.purposes:
        raise PurposeNotAllowed(purpose=given.purpose, known=list(fund.purposes))
    return Payer(given.kind, given.subject_id, given.purpose)


async def _check_credited(tx: Tx, bill: Bill) -> None:
    """A credit note names a bill of the same sender. Raises NotFound; RuleRefused for a bill that names one, or for one
    that was rejected.
    """
    if bill.credits_id is None:
        return
    credited = await bills.get(tx, bill.credits_id)
    if (credited.cooperative_id, credited.creditor) != (bill.cooperative_id, bill.creditor):
        raise NotFound
    if bill.cents > 0 or credited.cents < 0 or credited.state is BillState.REJECTED:
        raise RuleRefused(rule="credit_note_credits_bill", value=bill.number)
