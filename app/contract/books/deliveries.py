"""Deliveries within one legal entity."""

from datetime import date

from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain.books import deliveries as domain
from app.domain.books.deliveries import DELIVERY, DeliveryState
from app.ids import CooperativeId, DeliveryId
from app.usecases.books.deliveries import answer_delivery, list_deliveries, propose_delivery


@shape(domain.Delivery)
class InternalDelivery:
    """A delivery from one cooperative to another of the same legal entity: no VAT, no invoice."""

    id: DeliveryId
    from_cooperative_id: CooperativeId
    """The cooperative that delivered."""
    to_cooperative_id: CooperativeId
    """The cooperative that received."""
    amount: Money = cents("cents")
    """The value."""
    title: str
    """The goods that were delivered."""
    delivered_on: date
    """The day of the delivery."""
    state: DeliveryState
    version: int
    available_transitions: list[Step] = steps("InternalDeliveryTransition", DELIVERY)


OF_COOPERATIVE = "/cooperatives/{cooperative_id}/internal-deliveries"
deliveries = Noun("funds")
deliveries.get(OF_COOPERATIVE, list_deliveries, InternalDelivery, field="internal_deliveries")
deliveries.post(OF_COOPERATIVE, propose_delivery, InternalDelivery)
deliveries.move("/internal-deliveries/{delivery_id}/transitions", answer_delivery, InternalDelivery)
