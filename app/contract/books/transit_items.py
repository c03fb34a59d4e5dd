"""What waits for a line of a bank statement."""

from datetime import date

from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.domain.books import transit_items as domain
from app.domain.ledger import JournalKind
from app.ids import AnyId, JournalId
from app.usecases.books.transit_items import list_transit_items


@shape(domain.TransitItem)
class TransitItem:
    """Something that was recorded at the bank, and that no line of a statement has brought yet."""

    id: JournalId
    """The journal that booked it; its reversal closes the item too."""
    kind: JournalKind
    """The kind of booking."""
    source_type: str
    """The kind of source."""
    source_id: AnyId
    """The id of the source, such as a payment."""
    day: date
    """The day on which it was recorded to be."""
    amount: Money = cents("cents")
    """The amount that a line has to bring or, if negative, to take."""


transit_items = Noun("transit_items")
transit_items.get("/cooperatives/{cooperative_id}/transit-items", list_transit_items, TransitItem)
