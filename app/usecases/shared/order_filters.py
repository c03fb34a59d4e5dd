"""The forms of the filters of orders."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from app.domain.selling.customers import BuyerType
from app.domain.selling.order_filters import PaymentFilter
from app.domain.selling.references import reference_in
from app.ids import CooperativeId
from app.vocabulary import Doc, PastMoment, Text


def _reference(value: Any) -> Any:
    """The order's own reference. Raises PydanticCustomError for a text that is none, or with wrong check digits."""
    if not isinstance(value, str):
        return value
    reference = reference_in(value)
    if reference is None:
        raise PydanticCustomError("reference_malformed", "this is no reference of an order")
    return reference


def _number(value: Any) -> Any:
    """The number of an invoice in capitals, without blanks."""
    return "".join(value.split()).upper() if isinstance(value, str) else value


OrderReference = Annotated[
    str,
    Field(max_length=40, examples=["SMKKT5DN", "RF84 SMKK T5DN"]),
    BeforeValidator(_reference),
    Doc("Only the order with this reference, as the order shows it, or as its RF form."),
]
ExternalReference = Annotated[
    str,
    Text(1, 100, number=True),
    Doc("Your app's own number for the order. No two orders of an app have the same one."),
]
OfExternalReference = Annotated[ExternalReference, Doc("Only orders with this number of the app that placed them.")]
OfBuyer = Annotated[str, Text(1, 120), Doc("Only orders whose customer has this text in the name or the organisation.")]
OfBuyerType = Annotated[BuyerType, Doc("Only orders of private people, of companies, or of public bodies.")]
OfPayment = Annotated[PaymentFilter, Doc("Only orders with this state of payment.")]
UpdatedSince = Annotated[PastMoment, Doc("Only orders that were placed or changed since this moment.")]
InvoiceNumber = Annotated[
    str,
    Field(max_length=20, pattern=r"^[A-Z]{1,6}[0-9]{4}-[0-9]{5,}$", examples=["BRD2026-00012"]),
    BeforeValidator(_number),
    Doc("Only what has the invoice or credit note with this number."),
]
OfCooperative = Annotated[CooperativeId, Doc("Only orders at this cooperative.")]
