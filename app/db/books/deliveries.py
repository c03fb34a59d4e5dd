"""Internal deliveries: table and queries."""

from datetime import date
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.store import Store
from app.domain.books.deliveries import Delivery


class DeliveryRow(SQLModel, table=True):
    __tablename__ = "internal_delivery"
    __table_args__ = (
        c.check("internal_delivery_cents", "cents > 0 and from_cooperative_id <> to_cooperative_id"),
        c.check("internal_delivery_state", "state in ('proposed', 'confirmed', 'declined', 'reversed')"),
        c.check("internal_delivery_answered", "(state = 'proposed') = (answered_by is null)"),
        *c.longest("internal_delivery", title=200),
    )
    id: UUID = c.key()
    from_cooperative_id: UUID = c.link("cooperative")
    to_cooperative_id: UUID = c.link("cooperative")
    cents: int = c.cents()
    title: str = c.text()
    delivered_on: date = c.day()
    proposed_by: UUID = c.link("person", index=False)
    state: str = c.text()
    answered_by: UUID | None = c.link("person", null=True, index=False)
    version: int


deliveries = Store(
    DeliveryRow,
    Delivery,
    fixed=("from_cooperative_id", "to_cooperative_id", "cents", "title", "delivered_on", "proposed_by"),
)
