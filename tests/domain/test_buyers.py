"""What an invoice needs of its buyer, and how its numbers are typed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum.nl import bsn

from app.domain.errors import (
    BuyerAddressNeeded,
    BuyerNumberNeeded,
    BuyerReferenceNeeded,
    ContactIncomplete,
    DomainError,
)
from app.domain.people.addresses import PostalAddress
from app.domain.selling.customers import Billing, Buyer, BuyerType, Contact, invoiceable
from app.usecases.shared.addresses import PostalAddressInput
from app.usecases.shared.contacts import ContactInput
from app.usecases.shared.order_filters import ExternalReference

BUSINESS, PUBLIC = BuyerType.BUSINESS, BuyerType.PUBLIC
MARKET = PostalAddress(street="Markt 1", postcode="4811 AB", town="Breda")
ANTWERP = PostalAddress(street="Grote Markt 1", postcode="", town="Antwerpen", country="BE")
TYPED = {"street": "Markt 1", "postcode": "4811 AB", "town": "Breda"}
OPTIONAL = ("organisation", "kvkNumber", "oin", "vatId", "purchaseOrder", "buyerReference")


def body(**buyer: Any) -> Buyer:
    """A public body at the market."""
    return Buyer(buyer_type=PUBLIC, **({"postal_address": MARKET} | buyer))


def company(**address: Any) -> Buyer:
    """A company at the market, or at another address."""
    fields = {"street": "Markt 1", "postcode": "4811 AB", "town": "Breda"} | address
    return Buyer(buyer_type=BUSINESS, postal_address=PostalAddress(**fields))


@pytest.mark.parametrize(
    ("buyer", "refusal"),
    [
        pytest.param(Buyer(), None, id="a private person"),
        pytest.param(Buyer(buyer_type=BUSINESS), BuyerAddressNeeded, id="a company without an address"),
        pytest.param(company(), None, id="a company"),
        pytest.param(company(street=""), BuyerAddressNeeded, id="no street"),
        pytest.param(company(postcode=""), BuyerAddressNeeded, id="no postcode"),
        pytest.param(company(town=""), BuyerAddressNeeded, id="no town"),
        pytest.param(company(postcode="", town=""), BuyerAddressNeeded, id="a street that was stored before"),
        pytest.param(Buyer(buyer_type=BUSINESS, postal_address=ANTWERP), None, id="abroad"),
        pytest.param(body(oin="1" * 20), BuyerReferenceNeeded, id="no reference"),
        pytest.param(body(purchase_order="PO 1"), BuyerNumberNeeded, id="no number"),
        pytest.param(body(purchase_order="PO 1", kvk_number="1" * 8), None, id="order and KvK"),
        pytest.param(body(buyer_reference="K 7", oin="1" * 20), None, id="reference and OIN"),
        pytest.param(body(buyer_reference="K 7", oin="1" * 20, postal_address=None), BuyerAddressNeeded, id="nowhere"),
    ],
)
def test_a_buyer_says_what_their_invoice_needs(buyer: Buyer, refusal: type[DomainError] | None) -> None:
    contact = Contact(name="Jo", email="jo@example.org", buyer=buyer)
    if refusal is None:
        assert invoiceable(contact) is contact
        return
    with pytest.raises(refusal):
        invoiceable(contact)
    with pytest.raises(ContactIncomplete):
        invoiceable(Contact(name="Jo", buyer=buyer))


def read(**buyer: Any) -> Buyer:
    """The buyer as it is stored."""
    return ContactInput.model_validate({"name": "Jo", "email": "jo@example.org", "buyer": buyer}).contact.buyer


def refused(**buyer: Any) -> list[tuple[str, str]]:
    """The fields of the faults, with their codes."""
    with pytest.raises(ValidationError) as error:
        read(**buyer)
    return [(str(one["loc"][-1]), one["type"]) for one in error.value.errors()]


CITIZENS = (
    st.integers(10_000_000, 99_999_999)
    .map(lambda first: [number for digit in range(10) if bsn.is_valid(number := f"{first}{digit}")])
    .filter(bool)
    .map(lambda numbers: numbers[0])
)
"""Numbers of nine digits that pass the check of citizen numbers."""


@given(CITIZENS, st.integers(1, 99), st.sampled_from(["{}", "PO {}", "2026/{}", "{}-1"]))
def test_the_numbers_of_papers_may_look_like_a_citizen_number(number: str, branch: int, written: str) -> None:
    """One in eleven numbers of nine digits passes the check."""
    order, oin = written.format(number), f"00000001{number}000"
    vat_id = f"NL{number}B{branch:02}"
    buyer = read(purchaseOrder=order, buyerReference=order, vatId=vat_id, oin=oin)
    assert (buyer.purchase_order, buyer.buyer_reference, buyer.vat_id, buyer.oin) == (order, order, vat_id, oin)
    assert TypeAdapter(ExternalReference).validate_python(order) == order
    assert refused(organisation=f"Bouw {number}") == [("organisation", "citizen_number_in_text")]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("NL 1234.56.782.B12", "NL123456782B12"),
        ("nl123456782b12", "NL123456782B12"),
        (" NL-1234-56-782-B12 ", "NL123456782B12"),
        ("NL\u00a01234\u202f56782\tB12", "NL123456782B12"),
        ("BE 0123.456.749", "BE0123456749"),
    ],
)
def test_a_vat_id_is_stored_compact(typed: str, stored: str) -> None:
    assert read(vatId=typed).vat_id == stored
    assert read(vatId=stored).vat_id == stored


@pytest.mark.parametrize("kvk_number", ["09066027", "00000000", "90000011"])
def test_a_kvk_number_keeps_its_zeros(kvk_number: str) -> None:
    assert read(kvkNumber=kvk_number).kvk_number == kvk_number


@pytest.mark.parametrize(
    "wrong",
    [9066027, 90000011, "9066027", "090660270", "0906602a", "09 06 60 27", "0106:09066027", "٠٩٠٦٦٠٢٧", "09066027\n"],
)
def test_a_kvk_number_is_a_text_of_eight_digits(wrong: object) -> None:
    assert [field for field, _ in refused(kvkNumber=wrong)] == ["kvkNumber"]


@pytest.mark.parametrize("wrong", ["0190:00000001234567890000", "0190:000000012345678", "1" * 19, "1" * 21, 1])
def test_an_oin_has_twenty_digits_and_no_scheme(wrong: object) -> None:
    assert read(oin="0000 0001 2345 6789 0000").oin == "00000001234567890000"
    assert [field for field, _ in refused(oin=wrong)] == ["oin"]


@pytest.mark.parametrize("wrong", ["nl", "Nl", "NLD", "", "XX"])
def test_a_country_is_a_code_in_capitals(wrong: str) -> None:
    assert read(postalAddress=TYPED).postal_address == MARKET
    assert "country" in {field for field, _ in refused(postalAddress=TYPED | {"country": wrong})}


@pytest.mark.parametrize("name", OPTIONAL)
@given(blanks=st.text(" \t\u00a0\u2003", max_size=8))
def test_blanks_alone_are_none(name: str, blanks: str) -> None:
    assert read(**{name: blanks}) == Buyer()


@pytest.mark.parametrize("name", ["street", "postcode", "town"])
def test_a_dutch_address_has_all_its_parts(name: str) -> None:
    for blank in ("", "   ", "\u00a0"):
        assert [field for field, _ in refused(postalAddress=TYPED | {name: blank})] == [name]
    abroad = PostalAddressInput(street="Grote Markt 1", town="Antwerpen", country="BE").address
    assert (abroad, abroad.complete) == (ANTWERP, True)


def test_an_invoice_is_made_for_each_order_unless_the_buyer_says_otherwise() -> None:
    assert read().billing is Billing.PER_ORDER
    assert read(billing="monthly").billing is Billing.MONTHLY
    assert [field for field, _ in refused(billing="weekly")] == ["billing"]
