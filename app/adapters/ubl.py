"""The electronic invoice: UBL 2.1 by the European norm EN 16931, from the paper of an invoice alone.

Dutch buyers get SI-UBL 2.0 (NLCIUS), foreign companies with a VAT id Peppol BIS Billing 3. Amounts are those of the
paper. An element without a value is left out, as both formats refuse empty ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree

from app.adapters.messages import say
from app.adapters.ubl_elements import NAMESPACES, UBL, Element, cac, cbc, tax_scheme, trimmed
from app.adapters.ubl_lines import line_of, totals
from app.domain.money import CURRENCY
from app.domain.people.addresses import NETHERLANDS, PostalAddress
from app.domain.selling.invoices import (
    InvoiceBuyer,
    InvoiceKind,
    InvoicePaper,
    InvoiceSeller,
)
from app.domain.vat import VatClass

SI_UBL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0"
PEPPOL_BIS = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
INVOICE, CREDIT_NOTE = "380", "381"
"""Types of documents (UNTDID 1001). A deposit is an ordinary invoice: BR-NL-7 refuses 386."""
SEPA_TRANSFER, STANDING_AGREEMENT = "58", "57"
"""Means of payment (UNTDID 4461). BR-NL-12 refuses the one for netting, 97."""
KVK, OIN = "0106", "0190"
VAT_SCHEMES = {
    "AT": "9914",
    "BE": "9925",
    "BG": "9926",
    "CY": "9928",
    "CZ": "9929",
    "DE": "9930",
    "DK": "0198",
    "EE": "9931",
    "EL": "9933",
    "ES": "9920",
    "FI": "0213",
    "FR": "9957",
    "HR": "9934",
    "HU": "9910",
    "IE": "9935",
    "IT": "0211",
    "LT": "9937",
    "LU": "9938",
    "LV": "9939",
    "MT": "9943",
    "NL": "9944",
    "PL": "9945",
    "PT": "9946",
    "RO": "9947",
    "SI": "9949",
    "SK": "9950",
}
"""Peppol's address schemes (EAS) of VAT ids in the EU, by the letters of the id. Sweden's has none."""


class Identifier(NamedTuple):
    """A number with the code of its scheme (ISO 6523, or Peppol's EAS)."""

    scheme: str
    number: str


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A buyer who can read the file."""

    customization: str
    address: PostalAddress
    endpoint: Identifier


def invoice_ubl(paper: InvoicePaper) -> bytes | None:
    """The file. None for private people, simplified invoices and previews, or if seller or buyer lacks what it needs.

    Dutch parties need an address and a KvK number or OIN; other buyers a VAT id of a state that `VAT_SCHEMES` has.
    """
    buyer = paper.buyer
    recipient = None if buyer is None or buyer.private else _recipient(buyer)
    if buyer is None or recipient is None or paper.kind is InvoiceKind.SIMPLIFIED or not trimmed(paper.number):
        return None
    if not _can_send(paper):
        return None
    name = "CreditNote" if paper.is_credit_note else "Invoice"
    root = etree.Element(f"{{{UBL}{name}-2}}{name}", nsmap={None: f"{UBL}{name}-2"} | NAMESPACES)
    parts = (
        *_head(paper, recipient, buyer),
        cac("AccountingSupplierParty", _seller(paper.seller)),
        cac("AccountingCustomerParty", _buyer(buyer, recipient)),
        _delivery(paper, recipient),
        *_payment(paper, recipient),
        *totals(paper),
        *(line_of(number, line, paper) for number, line in enumerate(paper.lines, 1)),
    )
    root.extend([part for part in parts if part is not None])
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


# --- who can get it ---


def _recipient(buyer: InvoiceBuyer) -> Recipient | None:
    """How a buyer is reached; None if they are not (BR-NL-4, BR-NL-10, PEPPOL-EN16931-R010)."""
    address = buyer.postal_address
    if address is None or not _complete(address):
        return None
    if address.country.upper() == NETHERLANDS:
        endpoint, customization = _legal(buyer.oin, buyer.kvk_number), SI_UBL
    else:
        vat_id, customization = _compact(buyer.vat_id), PEPPOL_BIS
        scheme = VAT_SCHEMES.get(vat_id[:2])
        endpoint = Identifier(scheme, vat_id) if scheme else None
    if endpoint is None:
        return None
    return Recipient(customization=customization, address=address, endpoint=endpoint)


def _can_send(paper: InvoicePaper) -> bool:
    """Whether the seller has what both formats ask (BR-NL-1, BR-NL-3, BR-IC-02)."""
    seller = paper.seller
    abroad = any(line.vat_class is VatClass.INTRA_EU for line in paper.lines)
    named = _legal(seller.oin, seller.kvk_number) is not None
    return named and _complete(seller.postal_address) and not (abroad and not _compact(seller.vat_id))


def _complete(address: PostalAddress) -> bool:
    """Whether a letter would arrive. Only Dutch addresses need a postcode."""
    needed = [address.street, address.town, address.country]
    if address.country.upper() == NETHERLANDS:
        needed.append(address.postcode)
    return all(trimmed(text) for text in needed)


def _legal(oin: str | None, kvk_number: str | None) -> Identifier | None:
    """The number of an organisation, an OIN first."""
    if number := trimmed(oin):
        return Identifier(OIN, number)
    return Identifier(KVK, number) if (number := trimmed(kvk_number)) else None


def _compact(vat_id: str | None) -> str:
    return "".join(letter for letter in vat_id or "" if letter.isalnum()).upper()


# --- the head ---


def _head(paper: InvoicePaper, recipient: Recipient, buyer: InvoiceBuyer) -> Iterable[Element | None]:
    """All before the parties. A credit note has no due day."""
    note = paper.is_credit_note
    code = cbc("CreditNoteTypeCode", CREDIT_NOTE) if note else cbc("InvoiceTypeCode", INVOICE)
    return (
        cbc("CustomizationID", recipient.customization),
        cbc("ProfileID", PROFILE),
        cbc("ID", paper.number),
        cbc("IssueDate", paper.issued_on.isoformat()),
        cbc("DueDate", paper.due_on.isoformat()) if paper.due_on and not note else None,
        code,
        cbc("Note", paper.reason),
        cbc("DocumentCurrencyCode", CURRENCY),
        cbc("BuyerReference", _buyer_reference(paper, buyer)),
        _period(paper),
        cac("OrderReference", cbc("ID", buyer.purchase_order)),
        *_earlier(paper, recipient),
    )


def _buyer_reference(paper: InvoicePaper, buyer: InvoiceBuyer) -> str:
    """The buyer's own reference. BR-NL-2 asks for one or for a purchase order: without either it is the order's.

    An invoice for several orders has its own number there.
    """
    if trimmed(buyer.buyer_reference) or trimmed(buyer.purchase_order):
        return trimmed(buyer.buyer_reference)
    return paper.order_references[0] if len(paper.order_references) == 1 else paper.number


def _period(paper: InvoicePaper) -> Element | None:
    """The days of supply, if they are several. A supply to another state has a day or a period (BR-IC-11).

    Before such a supply, the period begins with the invoice.
    """
    first, last = paper.supplied_from, paper.supplied_until
    if first and last and first != last:
        return cac("InvoicePeriod", cbc("StartDate", first.isoformat()), cbc("EndDate", last.isoformat()))
    if not (first or last) and _state_of_delivery(paper):
        return cac("InvoicePeriod", cbc("StartDate", paper.issued_on.isoformat()))
    return None


def _earlier(paper: InvoicePaper, recipient: Recipient) -> Iterable[Element | None]:
    """The invoices that this one refers to, then the deposits that it takes off.

    SI-UBL advises against their days (BR-NL-24).
    """
    days = {one.number: one.issued_on.isoformat() for one in paper.refers_to}
    numbers = [*days, *(line.deposit_number for line in paper.lines if line.deposit_number)]
    shown = days if recipient.customization == PEPPOL_BIS else {}
    for number in dict.fromkeys(numbers):
        reference = cac("InvoiceDocumentReference", cbc("ID", number), cbc("IssueDate", shown.get(number)))
        yield cac("BillingReference", reference)


# --- the parties ---


def _identifier(name: str, identifier: Identifier | None) -> Element | None:
    return None if identifier is None else cbc(name, identifier.number, schemeID=identifier.scheme)


def _country(code: str) -> Element | None:
    return cac("Country", cbc("IdentificationCode", code.upper()))


def _seller(seller: InvoiceSeller) -> Element | None:
    """Every category of VAT asks for a tax number (BR-S-02, BR-E-02); without a VAT id it is that of the register."""
    legal = _legal(None, seller.kvk_number) or _legal(seller.oin, None)
    vat_id = _compact(seller.vat_id)
    tax = _tax_number(vat_id, "VAT") if vat_id else _tax_number(legal.number if legal else "", "TAX")
    trade_name = None if trimmed(seller.trade_name) == trimmed(seller.name) else seller.trade_name
    return cac(
        "Party",
        _identifier("EndpointID", legal),
        cac("PartyName", cbc("Name", trade_name)),
        _address("PostalAddress", seller.postal_address),
        tax,
        cac("PartyLegalEntity", cbc("RegistrationName", seller.name), _identifier("CompanyID", legal)),
        _contact(None, seller.phone, seller.email),
    )


def _buyer(buyer: InvoiceBuyer, recipient: Recipient) -> Element | None:
    legal = _legal(buyer.oin, buyer.kvk_number)
    return cac(
        "Party",
        _identifier("EndpointID", recipient.endpoint),
        _address("PostalAddress", recipient.address),
        _tax_number(_compact(buyer.vat_id), "VAT"),
        cac("PartyLegalEntity", cbc("RegistrationName", buyer.name), _identifier("CompanyID", legal)),
        _contact(buyer.attention, None, buyer.email),
    )


def _address(name: str, address: PostalAddress) -> Element | None:
    return cac(
        name,
        cbc("StreetName", address.street),
        cbc("CityName", address.town),
        cbc("PostalZone", address.postcode),
        _country(address.country),
    )


def _tax_number(number: str, scheme: str) -> Element | None:
    return cac("PartyTaxScheme", cbc("CompanyID", number), tax_scheme(scheme)) if number else None


def _contact(name: str | None, phone: str | None, email: str | None) -> Element | None:
    return cac("Contact", cbc("Name", name), cbc("Telephone", phone), cbc("ElectronicMail", email))


# --- delivery and payment ---


def _delivery(paper: InvoicePaper, recipient: Recipient) -> Element | None:
    """The day of supply, if it is one; of a supply to another state, which one it is (BR-IC-12)."""
    first, last = paper.supplied_from, paper.supplied_until
    day = first or last if first == last or not (first and last) else None
    state = _state_of_delivery(paper)
    if state and recipient.address.country.upper() != NETHERLANDS:
        state = recipient.address.country
    address = cac("Address", _country(state)) if state else None
    return cac(
        "Delivery",
        cbc("ActualDeliveryDate", day.isoformat() if day else None),
        cac("DeliveryLocation", address),
    )


def _state_of_delivery(paper: InvoicePaper) -> str:
    """The state of the buyer's VAT id, if something is supplied there without Dutch VAT."""
    if paper.buyer is None or all(line.vat_class is not VatClass.INTRA_EU for line in paper.lines):
        return ""
    state = _compact(paper.buyer.vat_id)[:2]
    return "GR" if state == "EL" else state


def _payment(paper: InvoicePaper, recipient: Recipient) -> Iterable[Element | None]:
    """How to pay; nothing on a credit note, or if nothing is due. Cooperatives settle with each other by netting.

    SI-UBL advises against the name of the account (BR-NL-30), so it has one only if that is not the seller's.
    """
    if paper.is_credit_note or not paper.payable_cents:
        return ()
    if paper.kind is InvoiceKind.PARTNER:
        return (
            cac("PaymentMeans", cbc("PaymentMeansCode", STANDING_AGREEMENT)),
            cac("PaymentTerms", cbc("Note", say("ubl", "netted", paper.language))),
        )
    seller = paper.seller
    name = None if recipient.customization == SI_UBL and seller.iban_name == seller.name else seller.iban_name
    account = cac("PayeeFinancialAccount", cbc("ID", seller.iban), cbc("Name", name))
    code = cbc("PaymentMeansCode", SEPA_TRANSFER)
    return (cac("PaymentMeans", code, cbc("PaymentID", paper.rf_reference), account),)
