"""Orders behind status links."""

from app.db.engine import Tx
from app.domain.selling.guest_orders import GuestOrder, token_hash
from app.domain.selling.orders import OrderState, PaymentState


async def guest_order(tx: Tx, token: str) -> GuestOrder | None:
    """The order as the holder of a status link sees it."""
    record = await tx.row("select * from order_of_guest($1)", token_hash(token))
    if record is None:
        return None
    told = {"state": OrderState(record["state"]), "payment": PaymentState(record["payment"])}
    return GuestOrder(token=token, **(dict(record) | told))
