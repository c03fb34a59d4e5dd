"""The story of the month: a cooperative pays, is paid, and closes its month, with a bank that answers.

It plays in the month before this one, by a clock of its own, because only a month that is over can be closed.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from app.adapters.camt import read_statements
from app.adapters.pain import payment_file
from app.demo.bank import COSTS, DemoBank, Movement
from app.demo.format import CooperativeFile
from app.demo.loader import all_of, read
from app.demo.papers import company
from app.demo.telling import Teller
from app.domain.books.bank_statements import BankLine, LineState
from app.domain.books.bills import Bill, BillCategory, BillVerb
from app.domain.books.matching import MatchRule, What
from app.domain.books.payee_accounts import PayeeAccountVerb
from app.domain.books.payment_batches import BatchVerb
from app.domain.books.payment_files import PaymentFile
from app.domain.books.statement_files import ours_of
from app.domain.creditors import CreditorKind
from app.domain.days import day_of, midnight
from app.domain.ledger import AccountKind
from app.domain.money import decimal_text
from app.domain.page import PageRequest
from app.domain.people.members import Member
from app.domain.selling.orders import Order, OrderVerb
from app.domain.selling.payments import ReceiptVerb
from app.running.run import Run, utc_now
from app.usecases.books.bank_lines import list_bank_lines, park_bank_line
from app.usecases.books.bank_matches import MatchPart, list_bank_matches, list_match_suggestions, match_line
from app.usecases.books.bank_statements import import_statements, list_own_ibans
from app.usecases.books.bills import BillCreditorInput, BillLineInput, enter_bill, move_bill
from app.usecases.books.cash_counts import count_cash
from app.usecases.books.documents import add_bill_document
from app.usecases.books.opening import OpeningAccountInput, open_books
from app.usecases.books.payables import list_payables
from app.usecases.books.payee_accounts import move_payee_account, propose_payee_account
from app.usecases.books.payment_batches import (
    find_payment_file,
    keep_payment_file,
    list_payment_items,
    make_payment_batch,
    move_payment_batch,
)
from app.usecases.books.suppliers import add_supplier
from app.usecases.ledger import close_month, list_accounts
from app.usecases.market.offerings import list_offerings
from app.usecases.people.cooperatives import list_cooperatives
from app.usecases.selling.invoices import ask_invoice
from app.usecases.selling.orders import move_order, place_order
from app.usecases.selling.payments import move_payment, record_cash
from app.usecases.shared.addresses import PostalAddressInput
from app.usecases.shared.contacts import ContactInput
from app.usecases.shared.creditors import CreditorInput
from app.usecases.shared.order_form import OrderLineInput
from app.vocabulary import BalanceIn, MoneyIn

FILE = Path(__file__).parent / "month.yaml"
SLUG = "de-haven"
AT_BANK, BROUGHT = 125_000, 5_000
"""What the cooperative begins with, and what the treasurer brings to the bank."""
BAKERY_IBAN, NEIGHBOUR_IBAN, STRANGER_IBAN = "NL47DEMO0000000091", "NL20DEMO0000000092", "NL90DEMO0000000093"
SUPPLIER_IBAN, MEMBER_IBAN = "NL63DEMO0000000094", "NL36DEMO0000000095"
BAKERY = company(
    "Bakkerij Het Anker B.V.",
    "Ineke Blom",
    "90000914",
    PostalAddressInput(street="Haven 2", postcode="4811 ZZ", town="Breda"),
)
NEIGHBOUR = ContactInput(name="Buurvrouw", email="buurvrouw@example.org")
RECEIPT = b"%PDF-1.4\n% The bill of a supplier that does not exist.\n%%EOF\n"


class Clock:
    """A clock that the story sets to a day; it goes on by a second each time that somebody looks at it."""

    def __init__(self, month: date) -> None:
        self.month = month
        self.now = midnight(month)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def on(self, day: int) -> date:
        """Sets it to the beginning of a day of its month."""
        found = self.month.replace(day=day)
        self.now = max(self.now, midnight(found))
        return found

    @property
    def last_day(self) -> date:
        return (self.month + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def over(self) -> None:
        """Sets it to the beginning of the next month."""
        self.now = midnight(self.last_day + timedelta(days=1))


class Month(Teller):
    """Plays the story once; later it tells where its books are."""

    id: UUID
    bank: DemoBank
    member: Member

    def __init__(self, teller: Teller) -> None:
        month = (day_of(utc_now()).replace(day=1) - timedelta(days=1)).replace(day=1)
        self.clock = Clock(month)
        super().__init__(teller.loader.at(self.clock), teller.address, teller.say)
        self.treasurer = self.loader.run_as(f"{SLUG}-penningmeester")
        self.coordinator = self.loader.run_as(f"{SLUG}-coordinator")
        self.maker = self.loader.run_as("mila")
        self.buyer = self.loader.run_as("buurvrouw")

    async def tell(self) -> None:
        """Plays the story, unless it was played before on this data."""
        known = await all_of(lambda page: self.loader.network(list_cooperatives, page=page))
        if any(cooperative.slug == SLUG for cooperative in known):
            self.id = await self.cooperative(SLUG)
            self.say("It was played before:")
            await self._shown()
            return
        await self._begin()
        await self._sales()
        await self._bills()
        await self._paid_by_customers()
        self.clock.on(15)
        await self._first_half()
        await self._batch()
        await self._closed()
        await self._shown()

    async def _begin(self) -> None:
        file: CooperativeFile = read(FILE, CooperativeFile)
        await self.loader.cooperative(file)
        self.id = await self.cooperative(SLUG)
        self.member = (await self.members(SLUG))["Mila"]
        self.bank = DemoBank(iban=file.account.iban, holder=file.account.name, opening_cents=AT_BANK)
        accounts = [
            OpeningAccountInput(kind=kind, amount=BalanceIn.of(AT_BANK))
            for kind in (AccountKind.BANK, AccountKind.COOPERATIVE_FUND)
        ]
        await self.treasurer(open_books, cooperative_id=self.id, as_of=self.clock.month, accounts=accounts)
        self.say(
            f"It is {self.clock.month:%B %Y}: the story has a clock of its own, as only a month that is over closes."
        )
        self.say(f"De Haven begins with {_euro(AT_BANK)} at the bank.")

    async def _sales(self) -> None:
        """A company gets an invoice, a neighbour pays by bank, another one at the door."""
        self.clock.on(3)
        self.shop = await self._sold("Etalage schilderen", BAKERY)
        invoice = await self.treasurer(ask_invoice, order_id=self.shop.id)
        where = self.link(f"invoices/{invoice.id}")
        self.say(
            f"Mila paints the window of a bakery: invoice {invoice.number} of {_euro(self.shop.gross_cents)}: {where}"
        )
        self.windows = await self._sold("Ramen lappen", NEIGHBOUR)
        self.say(f"She cleans the windows of a neighbour, who will pay {_euro(self.windows.gross_cents)} by bank.")
        self.planter = planter = await self._sold("Plantenbak vullen", NEIGHBOUR)
        cash = await self.maker(record_cash, order_id=planter.id, amount=MoneyIn.of(planter.gross_cents))
        await self.treasurer(move_payment, payment_id=cash.id, verb=ReceiptVerb.CONFIRM)
        self.say(f"Another one pays {_euro(cash.cents)} at the door. Mila says so, the treasurer has it in the till.")

    async def _sold(self, title: str, contact: ContactInput) -> Order:
        """An order that Mila delivers, and the customer confirms."""
        offered = await all_of(
            lambda page: self.coordinator(list_offerings, cooperative_id=self.id, member_id=self.member.id, page=page)
        )
        wanted = next(offering.id for offering in offered if offering.title == title)
        lines = [OrderLineInput(offering_id=wanted, quantity=1)]
        order = await self.buyer(place_order, lines=lines, contact=contact)
        for verb in (OrderVerb.ACCEPT, OrderVerb.DELIVER):
            await self.maker(move_order, order_id=order.id, verb=verb)
        return await self.buyer(move_order, order_id=order.id, verb=OrderVerb.COMPLETE)

    async def _bills(self) -> None:
        """Two bills, each entered by one person and approved by another; and where they are paid."""
        billed_on = self.clock.on(8)
        supplier = await self.treasurer(add_supplier, cooperative_id=self.id, name="Verfhuis Breda")
        paint = BillLineInput(
            title="Verf en kwasten",
            net=BalanceIn.of(10_000),
            rate="21",
            vat=BalanceIn.of(2_100),
            category=BillCategory.MATERIALS,
        )
        travel = BillLineInput(title="Reiskosten", net=BalanceIn.of(3_630), rate="0", category=BillCategory.TRAVEL)
        bought = await self._billed(CreditorKind.SUPPLIER, supplier.id, "2207", billed_on, paint)
        await self.treasurer(add_bill_document, bill_id=bought.id, name="verf.pdf", content=RECEIPT)
        await self._billed(CreditorKind.MEMBER, self.member.id, "MILA-1", billed_on, travel)
        self.say("Two bills come: 121.00 for paint, with its file, and 36.30 for what Mila travelled. The treasurer")
        self.say(f"enters them, the coordinator approves them: {self.link(f'cooperatives/{self.id}/bills')}")
        theirs = CreditorInput(kind=CreditorKind.SUPPLIER, id=supplier.id)
        hers = CreditorInput(kind=CreditorKind.MEMBER, id=self.member.id)
        await self._account(self.treasurer, theirs, SUPPLIER_IBAN, "Verfhuis Breda B.V.")
        await self._account(self.maker, hers, MEMBER_IBAN, "Mila")
        self.say("Mila gives her IBAN, the treasurer that of the shop; the coordinator confirms both.")

    async def _billed(self, kind: CreditorKind, creditor_id: UUID, number: str, day: date, line: BillLineInput) -> Bill:
        bill = await self.treasurer(
            enter_bill,
            cooperative_id=self.id,
            creditor=BillCreditorInput(kind=kind, id=creditor_id),
            number=number,
            billed_on=day,
            lines=[line],
        )
        return await self.coordinator(move_bill, bill_id=bill.id, verb=BillVerb.APPROVE)

    async def _account(self, setter: Run, creditor: CreditorInput, iban: str, name: str) -> None:
        set_by = await setter(propose_payee_account, cooperative_id=self.id, creditor=creditor, iban=iban, name=name)
        await self.coordinator(move_payee_account, payee_account_id=set_by.id, verb=PayeeAccountVerb.CONFIRM)

    async def _paid_by_customers(self) -> None:
        """One names its order, one names nothing, and one is nobody that the cooperative knows."""
        self.bank.move(
            Movement(
                day=self.clock.on(10),
                cents=self.shop.gross_cents,
                name="Bakkerij Het Anker B.V.",
                iban=BAKERY_IBAN,
                creditor_reference=self.shop.rf_reference,
            )
        )
        for cents, iban, name, text in (
            (self.windows.gross_cents, NEIGHBOUR_IBAN, "Buurvrouw", "bedankt voor de ramen"),
            (7_500, STRANGER_IBAN, "J. Smit", "zoals afgesproken"),
        ):
            self.bank.move(Movement(day=self.clock.on(11), cents=cents, name=name, iban=iban, text=text))

    async def _first_half(self) -> None:
        """The treasurer imports a file, and looks at the queue."""
        await self._imported(self.clock.month, self.clock.month.replace(day=14))
        for line in await self._open_lines():
            suggested = await self.treasurer(list_match_suggestions, line_id=line.id)
            orders = [part.target_id for one in suggested for part in one.parts if part.what is What.ORDER]
            if orders:
                await self.treasurer(match_line, line_id=line.id, parts=[MatchPart(order_id=orders[0])])
                self.say(f"  {_told(line)}: names no order. One of that amount is open: the treasurer takes it.")
            else:
                reason = "Onbekend. We hebben de bank gevraagd wie dit is."
                await self.treasurer(park_bank_line, line_id=line.id, reason=reason)
                self.say(f"  {_told(line)}: nobody knows it. It is parked, with the reason.")

    async def _imported(self, first_on: date, last_on: date) -> None:
        """A file of the bank comes into the books; says what the rules placed."""
        own = await self.treasurer(list_own_ibans, cooperative_id=self.id)
        ours, _ = ours_of(read_statements(self.bank.statement(first_on, last_on)), own)
        taken = await self.treasurer(import_statements, cooperative_id=self.id, statements=ours)
        self.say(f"The file of the bank of {first_on:%d %b} to {last_on:%d %b} brings {taken.lines_added} lines:")
        found = await all_of(
            lambda page: self.treasurer(
                list_bank_lines, cooperative_id=self.id, since=first_on, until=last_on, page=page
            )
        )
        for line in reversed(found):
            for match in await self.treasurer(list_bank_matches, line_id=line.id):
                self.say(f"  {_told(line)}: {WHY[match.rule]}.")

    async def _open_lines(self) -> Sequence[BankLine]:
        page = await self.treasurer(
            list_bank_lines, cooperative_id=self.id, state=LineState.OPEN, page=PageRequest(100)
        )
        return page.rows

    async def _batch(self) -> None:
        """All that is due goes out in one file; one of the payments comes back."""
        batch = await self.treasurer(make_payment_batch, cooperative_id=self.id)
        await self.coordinator(move_payment_batch, payment_batch_id=batch.id, verb=BatchVerb.APPROVE)
        sent = await self.treasurer(move_payment_batch, payment_batch_id=batch.id, verb=BatchVerb.SEND)
        contents, _ = await self.treasurer(find_payment_file, payment_batch_id=batch.id)
        file = await self._file(batch.id, contents)
        self.bank.take(file)
        where = self.link(f"payment-batches/{batch.id}")
        self.say(f"The treasurer puts {sent.items} payments of {_euro(sent.cents)} together, the coordinator approves")
        self.say(f"them, the bank takes the file and pays it on {contents.execute_on:%d %b}: {where}")
        page = PageRequest(100)
        items = (await self.treasurer(list_payment_items, payment_batch_id=batch.id, page=page)).rows
        hers = next(item for item in items if item.creditor_kind is CreditorKind.MEMBER)
        self.bank.send_back(hers.id.hex, contents.execute_on + timedelta(days=2))

    async def _file(self, batch_id: UUID, contents: PaymentFile) -> bytes:
        return await self.treasurer(keep_payment_file, payment_batch_id=batch_id, content=payment_file(contents))

    async def _closed(self) -> None:
        """The rest of the month: what came back, costs, cash that is brought, and the till is counted."""
        last_on = self.clock.last_day
        self.bank.move(Movement(day=self.clock.on(25), cents=BROUGHT, text="GELDSTORTING"))
        self.bank.move(Movement(day=last_on, cents=-995, text="Kosten betaalrekening", code=COSTS))
        self.clock.over()
        await self._imported(self.clock.month.replace(day=15), last_on)
        (line,) = await self._open_lines()
        await self.treasurer(match_line, line_id=line.id, parts=[MatchPart(cash=True)])
        self.say(f"  {_told(line)}: the treasurer brought it from the till, and says so.")
        owed = (await self.treasurer(list_payables, cooperative_id=self.id, page=PageRequest(100))).rows
        for one in (one for one in owed if one.balance_cents > 0):
            self.say(f"{one.name} is owed {_euro(one.balance_cents)} again, because the payment came back.")
        till = self.planter.gross_cents - BROUGHT
        await self.treasurer(count_cash, cooperative_id=self.id, counted_on=last_on, amount=MoneyIn.of(till))
        await self.treasurer(close_month, cooperative_id=self.id, month=f"{last_on:%Y-%m}")
        self.say(f"The till holds {_euro(till)}, as the books say. The treasurer closes {last_on:%B}.")
        self.say(f"The bank says {_euro(self.bank.balance_after(last_on))} on {last_on:%d %b}.")

    async def _shown(self) -> None:
        """What the books have now, as their accounts."""
        accounts = await all_of(lambda page: self.treasurer(list_accounts, cooperative_id=self.id, page=page))
        held = {kind: abs(sum(one.balance_cents for one in accounts if one.kind is kind)) for kind in MONEY}
        told = ", ".join(f"{words} {_euro(held[kind])}" for kind, words in MONEY.items())
        self.say(f"The books say: {told}.")
        for what in ("accounts", "bank-statements", "bank-lines", "payment-batches", "periods"):
            self.say(f"  {what}: {self.link(f'cooperatives/{self.id}/{what}')}")
        self.say(f"The links are for the treasurer: `samen token --as {SLUG}-penningmeester`.")


WHY = {
    MatchRule.BY_HAND: "placed by hand",
    MatchRule.END_TO_END: "a payment of ours, by its own id",
    MatchRule.CREDITOR_REFERENCE: "it names the order, so it pays it",
    MatchRule.BANK_CODE: "the bank calls it its costs, so the fund pays it",
}
MONEY = {
    AccountKind.BANK: "at the bank",
    AccountKind.CASH: "in cash",
    AccountKind.SUSPENSE: "not known yet",
}


def _euro(cents: int) -> str:
    return decimal_text(cents)


def _told(line: BankLine) -> str:
    said = " ".join((line.counterparty_name or "", line.text)).strip().replace("\n", " ")
    return f"{_euro(line.cents):>8} {said}"
