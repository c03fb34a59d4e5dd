"""Orders behind status links."""

from pydantic import TypeAdapter

from app.db.engine import Tx
from app.domain.selling.guest_orders import GuestFiles, GuestInvoice, GuestOrder, token_hash
from app.domain.selling.orders import OrderState, PaymentState

_INVOICES = TypeAdapter(tuple[GuestInvoice, ...])
_FILES = TypeAdapter(GuestFiles)


async def guest_order(tx: Tx, token: str) -> GuestOrder | None:
    """The order as the holder of a status link sees it."""
    record = await tx.row("select * from order_of_guest($1)", token_hash(token))
    if record is None:
        return None
    told = {"state": OrderState(record["state"]), "payment": PaymentState(record["payment"])}
    invoices = _INVOICES.validate_python([one | {"token": token} for one in record["invoices"]])
    return GuestOrder(token=token, **(dict(record) | told | {"invoices": invoices}))


async def guest_files(tx: Tx, token: str, number: str) -> GuestFiles | None:
    """An invoice of the order behind a status link."""
    record = await tx.row("select * from invoice_of_guest($1, $2)", token_hash(token), number)
    return _FILES.validate_python(dict(record)) if record else None
