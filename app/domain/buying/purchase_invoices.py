"""Invoices of a joint purchase: what the lead charged each partner, at cost, and the supplier's credits.

The amounts are those of the books: what the wishes of the partner paid, and the VAT on their sum of each rate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.buying.joint_purchases import Credit, JointPurchase, Wish
from app.domain.buying.purchase_articles import Article
from app.domain.buying.purchase_bill import share_by
from app.domain.buying.purchase_vat import RateVat
from app.domain.market.offerings import PriceUnit
from app.domain.money import rounded
from app.domain.selling.invoice_lines import negated
from app.domain.selling.invoices import (
    Invoice,
    InvoiceBuyer,
    InvoiceKind,
    InvoiceLine,
    InvoiceSeller,
    LineRole,
    groups_of_lines,
)
from app.domain.selling.invoicing import Draft, language_for, reference_to
from app.domain.vat import PriceBasis, VatClass, inside


@dataclass(frozen=True)
class PartnerCharge:
    """What a settled purchase charged one partner: its wishes, and the supplier's credits of them that stand."""

    purchase: JointPurchase
    partner_id: UUID
    articles: Sequence[Article]
    wishes: Sequence[Wish]
    credits: Sequence[Credit] = ()

    @property
    def shared_costs(self) -> bool:
        """Whether the supplier's bill is shared with the VAT in it, and the lead charges none itself."""
        purchase = self.purchase
        return not purchase.deductible and purchase.cooperative_id in purchase.deducting_ids

    def lines(self) -> list[InvoiceLine]:
        """A line for each article, and one for each credit, which takes off."""
        found = [line for rate in self._rates() for line in self._lines_at(rate)]
        return found + negated(line for credit in self.credits for line in self.credit_lines(credit))

    def credit_lines(self, credit: Credit) -> list[InvoiceLine]:
        """What a credit takes off, above zero."""
        wish = next(one for one in self.wishes if one.id == credit.wish_id)
        article = next(one for one in self.articles if one.id == wish.article_id)
        return [
            self._line(
                article, LineRole.CREDITED, 1, PriceUnit.PIECE, credit.cents - credit.vat_cents, credit.vat_cents
            )
        ]

    def _rates(self) -> list[int]:
        return sorted({article.vat_basis_points for article in self.articles})

    def _lines_at(self, rate: int) -> list[InvoiceLine]:
        """The lines of the articles with one rate; VAT is that of their sum."""
        mine = [article for article in self.articles if article.vat_basis_points == rate]
        charged = {article.id: self._charged(article) for article in mine}
        vat = self._vat(rate, sum(charged.values()))
        nets, taxes = share_by(vat.base, charged), share_by(vat.vat, charged)
        lines = []
        for article in mine:
            units = sum(wish.units for wish in self.wishes if wish.article_id == article.id)
            net, tax = nets[article.id], taxes[article.id]
            if net or tax:
                unit = article.unit if units else PriceUnit.PIECE
                lines.append(self._line(article, LineRole.SUPPLY, units or 1, unit, net, tax))
        return lines

    def _charged(self, article: Article) -> int:
        return sum(wish.charged_cents for wish in self.wishes if wish.article_id == article.id)

    def _vat(self, rate: int, cents: int) -> RateVat:
        """What the lead charges, of the sum that wishes paid: VAT is inside it if their cooperative pays it."""
        if not self.purchase.charges_vat_to(self.partner_id):
            return RateVat(rate, cents, 0)
        if self.purchase.pays_vat(self.partner_id):
            vat = inside(cents, rate)
            return RateVat(rate, cents - vat, vat)
        return RateVat.on(rate, cents)

    def _line(
        self, article: Article, role: LineRole, units: int, unit: str, net_cents: int, vat_cents: int
    ) -> InvoiceLine:
        charges = self.purchase.charges_vat_to(self.partner_id)
        scheme = not charges and not self.shared_costs and article.vat_class is not VatClass.EXEMPT
        return InvoiceLine(
            role=role,
            title=article.title,
            quantity=units,
            unit=unit,
            unit_price_cents=rounded(net_cents, units),
            basis=PriceBasis.EXCL,
            net_cents=net_cents,
            vat_cents=vat_cents,
            gross_cents=net_cents + vat_cents,
            vat_class=article.vat_class if charges else VatClass.EXEMPT,
            basis_points=article.vat_basis_points if charges else 0,
            small_business=scheme,
            goods=True,
            order_reference=self.purchase.title,
            supplied_on=article.received_on,
        )


def signed_cents(invoice: Invoice) -> int:
    """What an invoice asks; below zero for a credit note."""
    return -invoice.gross_cents if invoice.is_credit_note else invoice.gross_cents


def standing(before: Iterable[Invoice]) -> list[Invoice]:
    """Those of a partner's invoices and notes, oldest first, since notes took back all that had been asked."""
    found: list[Invoice] = []
    for invoice in before:
        found.append(invoice)
        if not sum(map(signed_cents, found)):
            found = []
    return found


def purchase_draft(
    charge: PartnerCharge, seller: InvoiceSeller, buyer: InvoiceBuyer, notes: Sequence[Invoice] = ()
) -> Draft:
    """The invoice of a partner. Once an earlier one was taken back, it refers to those notes."""
    lines = charge.lines()
    days = [line.supplied_on for line in lines if line.supplied_on is not None]
    return Draft(
        kind=InvoiceKind.PARTNER,
        seller=seller,
        buyer=buyer,
        order_references=(charge.purchase.title,),
        lines=tuple(lines),
        supplied_from=min(days, default=charge.purchase.settled_on),
        supplied_until=max(days, default=charge.purchase.settled_on),
        refers_to=tuple(map(reference_to, notes)),
        shared_costs=charge.shared_costs,
        language=language_for(buyer),
    )


def later_draft(
    kind: InvoiceKind, lines: Sequence[InvoiceLine], refers_to: Sequence[Invoice], reason: str = ""
) -> Draft:
    """A credit note, or the invoice for a credit that was reversed. Seller and buyer are those of the earlier one."""
    paper = refers_to[-1].paper
    return Draft(
        kind=kind,
        seller=paper.seller,
        buyer=paper.buyer,
        order_references=paper.order_references,
        lines=tuple(lines),
        supplied_from=paper.supplied_from,
        supplied_until=paper.supplied_until,
        refers_to=tuple(map(reference_to, refers_to)),
        reason=reason,
        shared_costs=paper.shared_costs,
        language=paper.language,
    )


def all_back(title: str, before: Iterable[Invoice]) -> list[InvoiceLine]:
    """All that stands of these invoices, for a credit note: a line for each class and rate."""
    lines = [
        line
        for invoice in before
        for line in (negated(invoice.paper.lines) if invoice.is_credit_note else invoice.paper.lines)
    ]
    return [
        InvoiceLine(
            role=LineRole.CREDITED,
            title=title,
            quantity=1,
            unit=PriceUnit.PIECE,
            unit_price_cents=group.net_cents,
            basis=PriceBasis.EXCL,
            net_cents=group.net_cents,
            vat_cents=group.vat_cents,
            gross_cents=group.gross_cents,
            **group.key._asdict(),
            order_reference=title,
        )
        for group in groups_of_lines(lines)
        if group.gross_cents
    ]
