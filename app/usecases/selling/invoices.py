"""Invoices: the worker issues what was supplied, people ask for one, and customers and their apps read them."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from app.db.documents import find_document, keep_documents
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.selling.invoices import earlier_invoices, invoices, invoices_of_orders, sendings
from app.db.selling.invoices import list_invoices as load_page
from app.db.selling.orders import orders
from app.domain.access import Right, Role
from app.domain.actors import Actor, Party
from app.domain.documents import Document, MediaType, sha256_of
from app.domain.errors import (
    BuyerAddressNeeded,
    InvoiceDetailsMissing,
    NotFound,
    NothingOpen,
    RestoredUnchecked,
    RuleRefused,
    VatIdNeeded,
)
from app.domain.money import cents_of
from app.domain.page import Page, PageRequest
from app.domain.platform.privacy import end_of_books
from app.domain.selling.invoice_lines import deposit_lines
from app.domain.selling.invoices import (
    Invoice,
    InvoiceFilter,
    InvoiceKind,
    InvoiceLanguage,
    InvoicePaper,
    InvoiceParties,
    InvoicePayment,
    InvoiceState,
    Sending,
    SendingChannel,
)
from app.domain.selling.invoicing import (
    asks_deposit,
    deposit_draft,
    deposit_of,
    has_something,
    seller_of,
    supply_draft,
)
from app.domain.selling.orders import SUPPLIED, Order, roles_on
from app.ids import InvoiceId, OrderId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.due import order_in_time
from app.usecases.declared.reading import reads_by_id
from app.usecases.shared.addresses import PostalAddressInput
from app.usecases.shared.issue import issue_deposit, issue_supply, partner_buyer, standing_invoices, within_entity
from app.usecases.shared.order_filters import (
    InvoiceNumber,
    OfBuyer,
    OfBuyerType,
    OfCooperative,
    OfExternalReference,
    OrderReference,
    UpdatedSince,
)
from app.usecases.shared.send_invoice import address_of, ask_mail, note_sending
from app.vocabulary import Amount, AmountText, Doc, Percent

DepositPercent = Annotated[Percent, Doc("The percentage of the price that a deposit asks, before supply.")]
DepositAmount = Annotated[Amount, Doc("The amount with VAT that a deposit asks, in place of a percentage.")]
DepositAmountText = Annotated[AmountText, Doc("The amount with VAT that a deposit asks, in place of a percentage.")]
ForAddress = Annotated[PostalAddressInput, Doc("The address of the buyer, if the order has none.")]
InLanguage = Annotated[
    InvoiceLanguage,
    Doc("Its language; else English for an address where no Dutch is spoken, and Dutch for all others."),
]
OfKind = Annotated[InvoiceKind, Doc("Only invoices of this kind.")]
OfState = Annotated[InvoiceState, Doc("Only invoices that were sent, or that were issued and not yet sent.")]
OfInvoicePayment = Annotated[InvoicePayment, Doc("Only invoices with this state of payment.")]


async def issue_due(tx: Tx, actor: Actor, *, order_id: UUID) -> None:
    """Issue the invoice that is due of an order: of its supply, or of money that a company paid before.

    Nothing is issued while the cooperative or the order lacks what an invoice has to name, nor while the numbers have
    to be checked after a restore, nor of a price of 0.00.
    """
    actor.require(Right.RUN_TIMER)
    order = await orders.get(tx, order_id, lock=True)
    try:
        if order.state in SUPPLIED:
            if _due(order) and not await within_entity(tx, order):
                await issue_supply(tx, order)
        elif asks_deposit(order):
            _, after = await issue_deposit(tx, order, order.paid_cents - order.owed_back_cents - order.deposit_cents)
            await orders.save(tx, after)
    except (InvoiceDetailsMissing, BuyerAddressNeeded, RestoredUnchecked, VatIdNeeded):
        return


def _due(order: Order) -> bool:
    """Whether an order that was supplied has no invoice yet, and gets one of its own."""
    return order.invoice_id is None and not order.billed_monthly and has_something(order)


async def ask_invoice(
    tx: Tx,
    actor: Actor,
    *,
    order_id: OrderId,
    percent: DepositPercent | None = None,
    amount: DepositAmount | None = None,
    postal_address: ForAddress | None = None,
    language: InLanguage | None = None,
) -> Invoice:
    """Issue the invoice of an order now: of its supply, or before that a deposit of a percentage or an amount.

    If its supply is invoiced already, that invoice is the answer. A customer and their app may ask once it is supplied;
    deposits are for the treasurer.

    Raises WrongState for an order that is not accepted or called off, NothingOpen for a price of 0.00, MoreThanLeft,
    RuleRefused for a deposit without percentage or amount, or with both, and for a charge within one legal entity;
    InvoiceDetailsMissing while the cooperative cannot issue, BuyerAddressNeeded, VatIdNeeded, RestoredUnchecked.
    """
    order = await orders.get(tx, order_id)
    right = Right.ASK_INVOICE if order.state in SUPPLIED else Right.ISSUE_INVOICE
    actor.require(right, order.cooperative_id, own=roles_on(order, actor))
    await lend_staff_view(tx, order.cooperative_id)
    order = order_in_time(tx, await orders.get(tx, order_id, lock=True))
    order = _at(order, postal_address)
    if order.state in SUPPLIED:
        if percent is not None or amount is not None:
            raise RuleRefused(rule="deposit_before_supply", value=order.reference)
        if order.invoice_id is not None:
            return await invoices.get(tx, order.invoice_id)
        if not has_something(order):
            raise NothingOpen
        issued = await issue_supply(tx, order, named=True, language=language)
        return await invoices.get(tx, issued.id)
    cents = deposit_of(order, percent, amount.cents if amount else None)
    invoice, after = await issue_deposit(tx, order, cents, language=language)
    await orders.save(tx, after)
    return await invoices.get(tx, invoice.id)


@shows_private
async def preview_invoice(
    tx: Tx,
    actor: Actor,
    *,
    order_id: OrderId,
    percent: DepositPercent | None = None,
    amount: DepositAmountText | None = None,
) -> InvoicePaper:
    """Show the invoice that an order would get now, without a number; nothing is booked.

    Raises as `ask_invoice` does, except RestoredUnchecked.
    """
    order = await orders.get(tx, order_id)
    actor.require(Right.READ_INVOICE, order.cooperative_id, own=roles_on(order, actor))
    await lend_staff_view(tx, order.cooperative_id)
    seller = seller_of(await cooperatives.get(tx, order.cooperative_id))
    before = await earlier_invoices(tx, order.id)
    if order.state in SUPPLIED:
        standing = [] if order.invoice_id is not None else standing_invoices(before)
        draft = supply_draft(order, standing, seller, await partner_buyer(tx, order))
    else:
        lines = deposit_lines(order, before, deposit_of(order, percent, cents_of(amount) if amount else None))
        draft = deposit_draft(order, before, seller, lines)
    return draft.issued("", tx.today)


@shows_private
@reads_by_id(orders, (invoices_of_orders, "order_id"))
async def list_order_invoices(tx: Tx, actor: Actor, *, order_id: OrderId) -> list[Invoice]:
    """The invoices and credit notes of an order, oldest first."""
    order = await orders.get(tx, order_id)
    actor.require(Right.READ_INVOICE, order.cooperative_id, own=roles_on(order, actor))
    found = [one.invoice for one in await invoices_of_orders.all(tx, order_id=order_id)]
    return [one for one in found if _may_read(actor, one)]


@shows_private
@reads_by_id(invoices)
async def get_invoice(tx: Tx, actor: Actor, *, invoice_id: InvoiceId) -> Invoice:
    """One invoice, for its customer, their app, and the staff of its seller and of the cooperative that buys.

    Raises NotFound.
    """
    invoice = await invoices.get(tx, invoice_id)
    _require_reading(actor, invoice)
    return invoice


def _may_read(actor: Actor, invoice: Invoice) -> bool:
    """Whether the actor is a party to an invoice. After an erasure an app may read the order, but not its invoice."""
    own = actor.as_customer(invoice.customer_person_id, invoice.app_id)
    return actor.may(Right.READ_INVOICE, invoice.cooperative_id, own=own) or (
        invoice.buyer_id is not None and actor.may(Right.READ_INVOICE, invoice.buyer_id)
    )


def _require_reading(actor: Actor, invoice: Invoice) -> None:
    if _may_read(actor, invoice):
        return
    if invoice.buyer_id in actor.cooperative_ids(Role.COORDINATOR, Role.TREASURER):
        actor.require(Right.READ_INVOICE, invoice.buyer_id)
    own = actor.as_customer(invoice.customer_person_id, invoice.app_id)
    actor.require(Right.READ_INVOICE, invoice.cooperative_id, own=own)


@shows_private
async def list_invoices(
    tx: Tx,
    actor: Actor,
    *,
    page: PageRequest,
    cooperative_id: OfCooperative | None = None,
    kind: OfKind | None = None,
    state: OfState | None = None,
    number: InvoiceNumber | None = None,
    payment: OfInvoicePayment | None = None,
    reference: OrderReference | None = None,
    external_reference: OfExternalReference | None = None,
    buyer: OfBuyer | None = None,
    buyer_type: OfBuyerType | None = None,
    updated_since: UpdatedSince | None = None,
) -> Page[Invoice]:
    """The invoices that the caller is a party to as staff of either side, customer or app, newest first."""
    actor.require(Right.READ_INVOICE, own=(Party(Role.CUSTOMER), Party(Role.APP)))
    parties = InvoiceParties(
        cooperative_ids=actor.cooperative_ids(Role.COORDINATOR, Role.TREASURER, Role.APP),
        buyer_ids=actor.cooperative_ids(Role.COORDINATOR, Role.TREASURER),
        person_id=actor.person_id,
        app_id=actor.app_id if actor.subject is None else None,
    )
    wanted = InvoiceFilter(
        cooperative_id=cooperative_id,
        kind=kind,
        state=state,
        number=number,
        payment=payment,
        reference=reference,
        external_reference=external_reference,
        buyer=buyer,
        buyer_type=buyer_type,
        updated_since=updated_since,
    )
    return await load_page(tx, page, parties, wanted)


async def get_paper(tx: Tx, actor: Actor, *, invoice_id: UUID) -> InvoicePaper:
    """What an invoice shows, to make its files of."""
    actor.require(Right.RUN_TIMER)
    return (await invoices.get(tx, invoice_id)).paper


@shows_private
async def find_invoice_file(
    tx: Tx, actor: Actor, *, invoice_id: InvoiceId, media_type: MediaType
) -> tuple[Invoice, Document | None]:
    """An invoice and its file; None until it is made. Raises NotFound, also once its seven years are over."""
    invoice = await get_invoice(tx, actor, invoice_id=invoice_id)
    if invoice.issued_at < end_of_books(tx.now):
        raise NotFound
    return invoice, await find_document(tx, invoice.id, media_type)


async def keep_invoice_files(
    tx: Tx, actor: Actor, *, invoice_id: UUID, files: dict[MediaType, bytes]
) -> dict[MediaType, Document]:
    """Store the files of an invoice, once: what was stored before stays, and is the answer. Raises NotFound."""
    invoice = await invoices.get(tx, invoice_id)
    if not actor.system:
        _require_reading(actor, invoice)
        await lend_staff_view(tx, invoice.cooperative_id)
    made = [
        Document(
            id=uuid7(),
            cooperative_id=invoice.cooperative_id,
            owner_id=invoice.id,
            name=f"{invoice.number}.{media_type.ending}",
            media_type=media_type,
            sha256=sha256_of(content),
            content=content,
            made_at=tx.now,
        )
        for media_type, content in files.items()
    ]
    await keep_documents(tx, *made)
    kept = [await find_document(tx, invoice.id, one.media_type) for one in made]
    return {one.media_type: one for one in kept if one is not None}


async def send_invoice(tx: Tx, actor: Actor, *, invoice_id: InvoiceId, channel: SendingChannel) -> Sending:
    """Record that an invoice went to its customer by hand, or send it by mail again. For the treasurer.

    A mail has no `at` yet: it is among the sendings once the mail server took it. If the worker sends no mail, or the
    address is refused, the treasurer gets a task.

    Raises NotFound; RuleRefused for mail to a customer without an address.
    """
    invoice = await invoices.get(tx, invoice_id)
    actor.require(Right.ISSUE_INVOICE, invoice.cooperative_id)
    if channel is SendingChannel.BY_HAND:
        return await note_sending(tx, invoice.id, channel, person_id=actor.person_id)
    if await address_of(tx, invoice) is None:
        raise RuleRefused(rule="no_mail_address", value=invoice.number)
    return await ask_mail(tx, invoice, actor.person_id)


@shows_private
@reads_by_id(invoices, (sendings, "invoice_id"))
async def list_sendings(tx: Tx, actor: Actor, *, invoice_id: InvoiceId) -> list[Sending]:
    """When and how an invoice was sent, oldest first."""
    invoice = await get_invoice(tx, actor, invoice_id=invoice_id)
    return await sendings.all(tx, invoice_id=invoice.id)


def _at(order: Order, address: PostalAddressInput | None) -> Order:
    """The order, whose buyer has this address if they named none."""
    buyer = order.contact.buyer
    if address is None or buyer.postal_address is not None:
        return order
    return replace(order, contact=replace(order.contact, buyer=replace(buyer, postal_address=address.address)))
