"""The filters of lists of orders."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.selling.customers import BuyerType
from app.domain.selling.orders import OrderState


class PaymentFilter(StrEnum):
    """The state of payment of the orders in a list.

    `unpaid` and `partly_paid`: something is due. `overdue`: something is due, and the day to pay it has passed.
    `owed_back`: more was paid than the price. The others are what `payment` says.
    """

    UNPAID = "unpaid"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    WRITTEN_OFF = "written_off"
    OVERDUE = "overdue"
    OWED_BACK = "owed_back"


@dataclass(frozen=True, kw_only=True)
class OrderParties:
    """Whose orders are listed: those of any of these."""

    cooperative_ids: tuple[UUID, ...] = ()
    """As staff or as the app of a partner."""
    member_ids: tuple[UUID, ...] = ()
    person_id: UUID | None = None
    app_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class OrderFilter:
    """Which orders are listed; None filters nothing. `buyer` is a part of the customer's name or organisation."""

    state: OrderState | None = None
    cooperative_id: UUID | None = None
    payment: PaymentFilter | None = None
    reference: str | None = None
    external_reference: str | None = None
    buyer: str | None = None
    buyer_type: BuyerType | None = None
    updated_since: datetime | None = None
    invoice_number: str | None = None
