"""What an invoice says, as the texts of its printed form; the template only places them."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from babel import Locale
from babel.numbers import format_currency

from app.adapters.epc import epc_svg
from app.adapters.line_titles import line_title
from app.adapters.messages import euro, say
from app.domain.market.offerings import PriceUnit
from app.domain.money import CURRENCY
from app.domain.people.addresses import NETHERLANDS, PostalAddress
from app.domain.selling.invoices import (
    InvoiceBuyer,
    InvoiceGroup,
    InvoiceKind,
    InvoiceLine,
    InvoicePaper,
    InvoiceSeller,
    LineRole,
)
from app.domain.selling.references import in_fours
from app.domain.vat import PriceBasis, VatClass

Printed = dict[str, Any]
"""Texts by the names that the template knows; of a text that is left out, an empty one."""
NO_BREAK = "\N{NO-BREAK SPACE}"
WITHOUT_RATE = frozenset(
    {VatClass.EXEMPT, VatClass.MARGIN, VatClass.REVERSE_CHARGED, VatClass.INTRA_EU},
)
"""The classes that are named by a word instead of a rate."""


def printed(paper: InvoicePaper) -> Printed:
    """The texts of an invoice, in its language."""
    return _Words(paper).all()


class _Words:
    """The texts of one invoice."""

    def __init__(self, paper: InvoicePaper) -> None:
        self.paper, self.language = paper, str(paper.language)
        self.bases = {line.basis for line in paper.lines}
        self.incl = self.bases == {PriceBasis.INCL}
        """Whether all prices have VAT inside; then the amounts of the lines have, too."""
        self.without_vat = paper.small_business and all(group.vat_class is VatClass.EXEMPT for group in paper.groups)
        """Whether no line may speak of VAT: all are free of it, by the small-business scheme (Wet OB art. 25a(4))."""

        self.margin = any(group.vat_class is VatClass.MARGIN for group in paper.groups)
        """Whether there is VAT inside an amount that it must not show; then no sum is called one without VAT."""

    def say(self, code: str, **facts: Any) -> str:
        return say("invoice", code, self.language, **facts)

    def euro(self, cents: int) -> str:
        return euro(cents, self.language)

    def all(self) -> Printed:
        paper = self.paper
        title = self.say(f"kind_{paper.kind}")
        number = paper.number or self.say("preview")
        return {
            "language": self.language,
            "day": [paper.issued_on.year, paper.issued_on.month, paper.issued_on.day],
            "title": title,
            "number": number,
            "document": f"{title} {number} – {paper.seller.trade_name}",
            "preview": "" if paper.number else self.say("preview_note"),
            "page": self.say("page", page="{page}", pages="{pages}"),
            "seller": self.seller(paper.seller),
            "buyer": self.buyer(paper.buyer) if paper.buyer else None,
            "facts": list(self.facts()),
            "table": self.table(),
            "groups": self.groups(),
            "sums": list(self.sums()),
            "notes": list(self.notes()),
            "payment": self.payment(),
        }

    # --- who, and what it is about ---

    def address(self, address: PostalAddress) -> list[str]:
        """The lines of an address; its country if it is another one."""
        country = "" if address.country == NETHERLANDS else Locale(self.language).territories[address.country]
        town = f"{address.postcode}  {address.town}" if address.postcode else address.town
        return [line for line in (address.street, town, country) if line]

    def seller(self, seller: InvoiceSeller) -> Printed:
        vat_id = None if self.without_vat else seller.vat_id
        numbers = (("kvk", seller.kvk_number), ("oin", seller.oin), ("vat_id", vat_id))
        return {
            "name": seller.trade_name,
            "lines": [name for name in (seller.name,) if name != seller.trade_name]
            + self.address(seller.postal_address),
            "reach": [text for text in (seller.email, seller.phone) if text],
            "numbers": [self.labelled(label, number) for label, number in numbers if number],
        }

    def buyer(self, buyer: InvoiceBuyer) -> Printed:
        vat_id = None if self.without_vat else buyer.vat_id
        numbers = (("kvk", buyer.kvk_number), ("oin", buyer.oin), ("vat_id", vat_id))
        attention = [self.say("attention", name=buyer.attention)] if buyer.attention else []
        return {
            "label": self.say("for"),
            "name": buyer.name,
            "lines": attention + (self.address(buyer.postal_address) if buyer.postal_address else []),
            "numbers": [self.labelled(label, number) for label, number in numbers if number],
        }

    def labelled(self, label: str, text: str) -> Printed:
        return {"label": self.say(label), "text": text}

    def facts(self) -> Iterator[Printed]:
        """The numbers and days that identify the invoice and what it is for."""
        paper, buyer = self.paper, self.paper.buyer
        if paper.number:
            yield self.labelled("credit_number" if paper.is_credit_note else "number", paper.number)
        yield self.labelled("issued_on", self.day(paper.issued_on))
        if supplied := self.supplied():
            yield self.labelled("supplied", supplied)
        if paper.due_on and paper.payable_cents > 0:
            yield self.labelled("due_on", self.day(paper.due_on))
        if paper.order_references and not self.by_order:
            several = "orders" if len(paper.order_references) > 1 else "order"
            yield self.labelled(several, ", ".join(paper.order_references))
        if buyer and buyer.buyer_reference:
            yield self.labelled("buyer_reference", buyer.buyer_reference)
        if buyer and buyer.purchase_order:
            yield self.labelled("purchase_order", buyer.purchase_order)
        # An invoice for a credit that was reversed refers to the credit note, or to an invoice: a number does not tell.
        refers = "refers_to" if paper.is_credit_note else "belongs_to"
        for earlier in paper.refers_to:
            day = self.day(earlier.issued_on)
            yield self.labelled(refers, self.say("of_day", number=earlier.number, day=day))

    def supplied(self) -> str:
        """The day of supply, or the first and the last one; empty before supply."""
        days = [day for day in (self.paper.supplied_from, self.paper.supplied_until) if day]
        if not days:
            return ""
        first, last = self.day(days[0]), self.day(days[-1])
        return first if first == last else self.say("period", first=first, last=last)

    def day(self, day: date) -> str:
        return self.say("day", day=day.isoformat())

    # --- the lines ---

    @property
    def by_order(self) -> bool:
        """Whether the lines stand under the orders that they belong to."""
        return self.paper.kind is InvoiceKind.COLLECTIVE

    def table(self) -> Printed:
        """The head of the table, and its sections: each with a head, which may be empty, and its rows."""
        if self.without_vat:
            head = [self.say(code) for code in ("description", "quantity", "price", "amount")]
        else:
            basis = "incl" if self.incl else "excl"
            price = f"price_{basis}" if len(self.bases) == 1 else "price"
            amount = "amount" if self.margin and not self.incl else f"amount_{basis}"
            head = [self.say(code) for code in ("description", "quantity", price, "vat", amount)]
        return {"head": head, "sections": list(self.sections())}

    def sections(self) -> Iterator[Printed]:
        lines = [line for line in self.paper.lines if line.role is not LineRole.DEPOSIT_OFF]
        deposits = [line for line in self.paper.lines if line.role is LineRole.DEPOSIT_OFF]
        if self.by_order:
            for reference, of_order in groupby(lines, lambda line: line.order_reference):
                rows = list(of_order)
                yield {"head": self.order(reference, rows), "rows": [self.row(line) for line in rows], "sum": None}
        elif lines:
            several = len({line.supplied_on for line in lines if line.supplied_on}) > 1
            rows_of_all = [self.row(line, several) for line in lines]
            yield {"head": "", "rows": rows_of_all, "sum": self.subtotal(lines) if deposits else None}
        if deposits:
            yield {"head": self.say("deposits"), "rows": [self.row(line) for line in deposits], "sum": None}

    def order(self, reference: str, lines: Sequence[InvoiceLine]) -> str:
        days = sorted({line.supplied_on for line in lines if line.supplied_on})
        if not days:
            return self.say("order_of", reference=reference)
        if len(days) == 1:
            return self.say("order_on", reference=reference, day=self.day(days[0]))
        return self.say("order_from", reference=reference, first=self.day(days[0]), last=self.day(days[-1]))

    def subtotal(self, lines: Sequence[InvoiceLine]) -> Printed:
        cents = sum(self.amount_of(line) for line in lines)
        return {"label": self.say("supplied_in_all"), "amount": self.euro(cents)}

    def amount_of(self, line: InvoiceLine) -> int:
        return line.gross_cents if self.incl else line.net_cents

    def row(self, line: InvoiceLine, with_day: bool = False) -> Printed:
        """A row: its cells, and small texts under the title and under the price."""
        title = line_title(line, self.paper)
        small = [line.title] if line.title not in ("", title) else []
        if line.role is LineRole.CREDITED and line.title and not self.paper.is_credit_note:
            small.append(self.say("credited"))
        if line.role is LineRole.DEPOSIT_OFF and not self.without_vat:
            small.append(self.say("net_and_vat", net=self.euro(line.net_cents), vat=self.euro(line.vat_cents)))
        if with_day and line.supplied_on:
            small.append(self.say("supplied_on", day=self.day(line.supplied_on)))
        return {
            "title": title,
            "small": small,
            "quantity": self.quantity(line),
            "price": self.euro(line.unit_price_cents),
            "price_small": self.price_small(line),
            "vat": "" if self.without_vat else self.rate(line.vat_class, line.basis_points, line.small_business),
            "amount": self.euro(self.amount_of(line)),
        }

    def quantity(self, line: InvoiceLine) -> str:
        """The number of units, or the time of an hourly price; below zero with a minus."""
        sign = "-" if line.quantity < 0 else ""
        if line.minutes is not None:
            hours, minutes = divmod(abs(line.minutes), 60)
            parts = [self.counted("unit_hour", hours)] if hours or not minutes else []
            parts += [self.counted("unit_minute", minutes)] if minutes else []
            return sign + " ".join(parts)
        if line.unit not in list(PriceUnit):
            return f"{sign}{self.digits(abs(line.quantity))} {line.unit}"
        return sign + self.counted(f"unit_{line.unit}", abs(line.quantity))

    def counted(self, code: str, number: int) -> str:
        return self.say(code, number=number, digits=self.digits(number))

    def digits(self, number: int) -> str:
        grouped = self.euro(number * 100)
        return "".join(sign for sign in grouped if sign.isdigit() or sign in ".,")[:-3]

    def price_small(self, line: InvoiceLine) -> list[str]:
        """The kind of a price, if prices differ in it; and without VAT for a company (Wet OB art. 35a(1)(h)).

        Private people need no invoice, so theirs has the price that was shown.
        """
        if self.without_vat or line.vat_class is VatClass.MARGIN:
            return []
        small = [self.say(f"basis_{line.basis}")] if len(self.bases) > 1 else []
        buyer = self.paper.buyer
        if line.basis is PriceBasis.INCL and buyer and not buyer.private and line.vat_cents:
            small.append(self.say("price_without", price=self.exact(_net_of_a_unit(line))))
        return small

    def exact(self, amount: Decimal) -> str:
        """An amount with up to four decimals, but at least two."""
        short = amount.quantize(Decimal("1.0000")).normalize()
        if short.as_tuple().exponent > -2:  # type: ignore[operator]
            short = short.quantize(Decimal("1.00"))
        text = format_currency(short, CURRENCY, locale=self.language, decimal_quantization=False)
        return text.replace(NO_BREAK, " ")

    def rate(self, vat_class: VatClass, basis_points: int, small_business: bool) -> str:
        if self.paper.shared_costs:
            return self.say("rate_shared_costs")
        if small_business:
            return self.say("rate_small_business")
        if vat_class in WITHOUT_RATE:
            return self.say(f"rate_{vat_class}")
        return self.say("rate", rate=basis_points)

    # --- sums, notes and the payment ---

    def groups(self) -> Printed | None:
        """The table of VAT: net and VAT per rate. None under the small-business scheme."""
        if self.without_vat:
            return None
        return {
            "label": self.say("vat_table"),
            "head": [self.say(code) for code in ("vat_rate", "amount" if self.margin else "vat_over", "vat")],
            "rows": [self.group(group) for group in self.paper.groups],
        }

    def group(self, group: InvoiceGroup) -> list[str]:
        rate = self.rate(group.vat_class, group.basis_points, group.small_business)
        if _without_rate(group):
            return [rate, self.euro(group.net_cents), "–"]
        return [rate, self.euro(group.net_cents), self.euro(group.vat_cents)]

    def sums(self) -> Iterator[Printed]:
        """The sums from the net amount to what is to be paid; the last one counts."""
        paper = self.paper
        rated = any(not _without_rate(group) for group in paper.groups)
        if rated:
            yield {"label": self.say("subtotal" if self.margin else "net"), "amount": self.euro(paper.net_cents)}
            yield {"label": self.say("vat"), "amount": self.euro(paper.vat_cents)}
        total = "gross" if rated else "total"
        yield {"label": self.say("credit" if paper.is_credit_note else total), "amount": self.euro(paper.gross_cents)}
        if paper.is_credit_note:
            return
        if paper.received_cents:
            yield {"label": self.say("received"), "amount": self.euro(-paper.received_cents)}
        yield {"label": self.say("payable"), "amount": self.euro(paper.payable_cents)}

    def notes(self) -> Iterator[str]:
        """Why the price is lower, and which rules of VAT apply."""
        paper = self.paper
        if paper.reason:
            yield self.say("reason", reason=paper.reason)
        if paper.shared_costs:
            yield self.say("note_shared_costs")
            return
        if paper.small_business:
            yield self.say("note_small_business")
        for vat_class in dict.fromkeys(group.vat_class for group in paper.groups if not group.small_business):
            if vat_class in WITHOUT_RATE:
                yield self.note(vat_class)

    def note(self, vat_class: VatClass) -> str:
        vat_id = self.paper.buyer.vat_id if self.paper.buyer else None
        if vat_class in (VatClass.REVERSE_CHARGED, VatClass.INTRA_EU) and vat_id:
            return self.say(f"note_{vat_class}_to", vat_id=vat_id)
        return self.say(f"note_{vat_class}")

    def payment(self) -> Printed:
        """How to pay: in words, and as a code if there is one. Nothing about a payment after issue."""
        paper, seller = self.paper, self.paper.seller
        netted = paper.kind is InvoiceKind.PARTNER
        if paper.is_credit_note or netted or paper.payable_cents <= 0:
            text = self.say("how_credit" if paper.is_credit_note else "how_netted" if netted else "how_nothing")
            return {"label": "", "amount": "", "until": "", "text": text, "facts": [], "code": "", "code_text": ""}
        amount = self.euro(paper.payable_cents)
        facts = [("iban", in_fours(seller.iban)), ("iban_name", seller.iban_name)]
        facts += [("rf", in_fours(paper.rf_reference))] if paper.rf_reference else []
        code = self.code()
        return {
            "label": self.say("payable"),
            "amount": amount,
            "until": self.say("until", day=self.day(paper.due_on)) if paper.due_on else "",
            "text": self.say("how_code" if code else "how"),
            "facts": [self.labelled(label, text) for label, text in facts],
            "code": code,
            "code_text": self.say("code", amount=amount, name=seller.iban_name) if code else "",
        }

    def code(self) -> str:
        """The QR code; none on a preview, which nobody should pay."""
        paper = self.paper
        if not paper.number or not paper.rf_reference:
            return ""
        drawn = epc_svg(
            name=paper.seller.iban_name,
            iban=paper.seller.iban,
            cents=paper.payable_cents,
            reference=paper.rf_reference,
        )
        return drawn or ""


def _without_rate(group: InvoiceGroup) -> bool:
    return group.small_business or group.vat_class in WITHOUT_RATE


def _net_of_a_unit(line: InvoiceLine) -> Decimal:
    """The price of a unit without VAT, in euro: what the line has for all, divided."""
    if line.minutes is not None:
        return Decimal(line.net_cents) * 60 / (100 * (line.minutes or 60))
    return Decimal(line.net_cents) / (100 * (line.quantity or 1))
