"""The story of the papers: companies order in an app, and get invoices and a credit note that open by link."""

from typing import Any
from uuid import UUID

from app.contract.selling.guest_orders import invoice_link, status_path
from app.db.engine import opened
from app.db.logins import WORKER_ROLE
from app.demo.loader import all_of
from app.demo.telling import Teller
from app.domain.access import Scope
from app.domain.actors import Identity
from app.domain.errors import NotFound
from app.domain.money import decimal_text
from app.domain.page import PageRequest
from app.domain.selling.customers import Billing, BuyerType
from app.domain.selling.guest_orders import GuestInvoice
from app.domain.selling.invoices import Invoice, InvoiceKind
from app.domain.selling.orders import Order, OrderVerb
from app.running.run import Run, SystemRun
from app.usecases.market.offerings import list_offerings
from app.usecases.platform.apps import list_apps
from app.usecases.selling.credits import CreditLineInput, credit_order
from app.usecases.selling.invoice_months import issue_collective
from app.usecases.selling.invoices import ask_invoice, list_invoices
from app.usecases.selling.orders import list_orders, move_order, place_order
from app.usecases.shared.addresses import PostalAddressInput
from app.usecases.shared.contacts import BuyerInput, ContactInput
from app.usecases.shared.order_form import OrderLineInput

APP = "Buurtklus"
ORDERS = {Scope.ORDERS_READ, Scope.ORDERS_WRITE}
BLANKETS, LUNCH, PORCH = "demo-blankets", "demo-lunch", "demo-porch"
LUNCH_TREASURER = "buurtmoeders-noord-penningmeester"
"""The app's own numbers of its orders; the lunches are demo-lunch-1, -2 and -3."""
LUNCHES = (12, 15, 10)
"""The persons at each lunch of the month."""


def company(organisation: str, name: str, kvk_number: str, address: PostalAddressInput, **more: Any) -> ContactInput:
    """A company that can be invoiced."""
    buyer = BuyerInput(
        buyer_type=BuyerType.BUSINESS,
        organisation=organisation,
        kvk_number=kvk_number,
        postal_address=address,
        **more,
    )
    return ContactInput(name=name, email="inkoop@example.org", buyer=buyer)


HOTEL = company(
    "Hotel De Kade B.V.",
    "Sanne Visser",
    "90000910",
    PostalAddressInput(street="Kade 1", postcode="1811 ZZ", town="Alkmaar"),
)
OFFICE = company(
    "Bureau Noord B.V.",
    "Karim Bakker",
    "90000911",
    PostalAddressInput(street="Voorbeeldkade 20", postcode="1012 ZZ", town="Amsterdam"),
    billing=Billing.MONTHLY,
)
LANDLORD = company(
    "Woningstichting De Terp",
    "Jelle de Vries",
    "90000912",
    PostalAddressInput(street="Terpweg 4", postcode="8911 ZZ", town="Leeuwarden"),
    purchase_order="PO-2044",
)


class Papers(Teller):
    """Plays the story once; later it tells where the papers are."""

    app: Run
    """The app that orders for guests."""

    async def tell(self) -> None:
        """Plays the story, unless it was played before on this data."""
        self.app = await self._app()
        known = await self.app(list_orders, external_reference=BLANKETS, page=PageRequest(1))
        if known.rows:
            self.say("It was played before:")
            for name, link in (await self.links()).items():
                self.say(f"  {name}: {link}")
            return
        await self._blankets()
        await self._lunches()
        await self._porch()
        self.say("These links need no token: whoever has the link of an order sees its page and its papers. Only the")
        self.say(f"collective invoice, which is of several orders, does: `samen token --as {LUNCH_TREASURER}`.")

    async def links(self) -> dict[str, str]:
        """The links of an invoice, a credit note and a collective invoice, as far as they are there."""
        self.app = await self._app()
        issued = await self._invoices(BLANKETS) + await self._invoices(f"{LUNCH}-1")
        wanted = {
            InvoiceKind.STANDARD: "invoice",
            InvoiceKind.CREDIT_NOTE: "credit note",
            InvoiceKind.COLLECTIVE: f"collective invoice (token of {LUNCH_TREASURER})",
        }
        return {wanted[one.kind]: self._pdf(one) for one in issued if one.kind in wanted}

    async def _blankets(self) -> None:
        """Five blankets are invoiced; one comes back."""
        order = await self._ordered(BLANKETS, "lichtpunt", "Els", "Gehaakte deken", 5, HOTEL)
        await self._delivered(order, "els")
        treasurer = self.loader.run_as("lichtpunt-penningmeester")
        invoice = await self.app(ask_invoice, order_id=order.id)
        self.say(f"Els delivers, and the app gets the invoice: {self._told(invoice)}")
        back = CreditLineInput(order_line_id=order.lines[0].id, quantity=1)
        await treasurer(credit_order, order_id=order.id, lines=[back], reason="Een deken kwam terug.")
        note = (await self._invoices(BLANKETS))[-1]
        self.say(f"One blanket comes back. The invoice stays, a credit note takes it off: {self._told(note)}")

    async def _lunches(self) -> None:
        """An office that wants one invoice a month has three lunches."""
        orders = []
        for number, persons in enumerate(LUNCHES, start=1):
            reference = f"{LUNCH}-{number}"
            order = await self._ordered(
                reference, "buurtmoeders-noord", "Aïcha", "Lunch voor een groep", persons, OFFICE
            )
            await self._delivered(order, "aicha")
            orders.append(order)
        # The worker does this on the third of the next month.
        async with opened(self.loader.database.logins, role=WORKER_ROLE, size=1) as database:
            run = SystemRun(database, orders[0].cooperative_id)
            await run(issue_collective, order_ids=[order.id for order in orders])
        (invoice,) = await self._invoices(f"{LUNCH}-1")
        self.say(f"All three are on one invoice, that of the month: {self._told(invoice)}")

    async def _porch(self) -> None:
        """A landlord pays thirty per cent before the painter begins."""
        order = await self._ordered(PORCH, "heechterp", "Sjoerd", "Portiek schilderen", 1, LANDLORD)
        painter, treasurer = self.loader.run_as("sjoerd"), self.loader.run_as("heechterp-penningmeester")
        await painter(move_order, order_id=order.id, verb=OrderVerb.ACCEPT)
        deposit = await treasurer(ask_invoice, order_id=order.id, percent="30")
        self.say(f"The treasurer asks a deposit of 30 % before the work: {self._told(deposit)}")
        await painter(move_order, order_id=order.id, verb=OrderVerb.DELIVER)
        final = await treasurer(ask_invoice, order_id=order.id)
        self.say(f"It is painted; the final invoice takes the deposit off: {self._told(final)}")

    async def _app(self) -> Run:
        """The app that orders for guests. Raises NotFound."""
        for app in await all_of(lambda page: self.loader.network(list_apps, page=page)):
            if app.name == APP and set(app.scopes) >= ORDERS and app.disabled_at is None:
                return Run(self.loader.database, Identity(client_id=str(app.id), scopes=frozenset(app.scopes)))
        raise NotFound

    async def _ordered(
        self, reference: str, slug: str, maker: str, title: str, quantity: int, contact: ContactInput
    ) -> Order:
        """An order of the app, for a guest."""
        coordinator, member = self.loader.run_as(f"{slug}-coordinator"), (await self.members(slug))[maker]
        offered = await all_of(
            lambda page: coordinator(
                list_offerings, cooperative_id=member.cooperative_id, member_id=member.id, page=page
            )
        )
        offering = next(one for one in offered if one.title == title)
        order = await self.app(
            place_order,
            lines=[OrderLineInput(offering_id=offering.id, quantity=quantity)],
            contact=contact,
            external_reference=reference,
        )
        buyer = contact.contact.buyer.organisation
        self.say(
            f"{buyer} orders {quantity} × {title} by {maker} in an app ({order.reference}): {self._page(order.id)}"
        )
        return order

    async def _delivered(self, order: Order, login: str) -> None:
        maker = self.loader.run_as(login)
        for verb in (OrderVerb.ACCEPT, OrderVerb.DELIVER):
            await maker(move_order, order_id=order.id, verb=verb)

    async def _invoices(self, reference: str) -> list[Invoice]:
        """The invoices of the order with this number of the app, oldest first."""
        found = await all_of(lambda page: self.app(list_invoices, external_reference=reference, page=page))
        return sorted(found, key=lambda invoice: invoice.id)

    def _told(self, invoice: Invoice) -> str:
        paper = invoice.paper
        net, vat, gross = (decimal_text(cents) for cents in (paper.net_cents, paper.vat_cents, paper.gross_cents))
        return f"{invoice.number}, {net} + {vat} = {gross}: {self._pdf(invoice)}"

    def _page(self, order_id: UUID) -> str:
        """The status link of an order: its page, without a login."""
        return f"{self.address}{status_path(self.app.token_of(order_id))}"

    def _pdf(self, invoice: Invoice) -> str:
        """The file behind the status link of its order; of several orders that of the seller's staff."""
        if len(invoice.order_ids) > 1:
            return f"{self.address}/v1/invoices/{invoice.id}/invoice.pdf"
        seen = GuestInvoice(
            token=self.app.token_of(invoice.order_ids[0]),
            number=invoice.number,
            kind=invoice.kind,
            issued_on=invoice.issued_on,
            gross_cents=invoice.gross_cents,
        )
        return invoice_link(seen, self.address)
