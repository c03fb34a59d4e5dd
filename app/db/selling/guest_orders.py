"""Orders behind status links."""

from pydantic import TypeAdapter

from app.db.engine import Tx
from app.domain.documents import MediaType
from app.domain.selling.customers import Billing, BuyerType
from app.domain.selling.guest_orders import GuestFiles, GuestInvoice, GuestOrder, token_hash
from app.domain.selling.orders import OrderState, PaymentState

_INVOICE = TypeAdapter(GuestInvoice)
_INVOICES = TypeAdapter(tuple[GuestInvoice, ...])
_FILES = TypeAdapter(GuestFiles)


async def guest_order(tx: Tx, token: str) -> GuestOrder | None:
    """The order as the holder of a status link sees it."""
    record = await tx.row("select * from order_of_guest($1)", token_hash(token))
    if record is None:
        return None
    told = {
        "state": OrderState(record["state"]),
        "payment": PaymentState(record["payment"]),
        "buyer_type": BuyerType(record["buyer_type"]),
        "billing": Billing(record["billing"]),
        "invoice": _INVOICE.validate_python(record["invoice"] | {"token": token}) if record["invoice"] else None,
        "invoices": _INVOICES.validate_python([one | {"token": token} for one in record["invoices"]]),
    }
    return GuestOrder(token=token, **(dict(record) | told))


async def guest_files(tx: Tx, token: str, number: str, media_type: MediaType) -> GuestFiles | None:
    """An invoice of the order behind a status link, with its file of this type."""
    sql = "select * from invoice_of_guest($1, $2, $3)"
    record = await tx.row(sql, token_hash(token), number, media_type.value)
    return _FILES.validate_python(dict(record)) if record else None
