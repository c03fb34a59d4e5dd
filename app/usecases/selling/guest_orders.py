"""The status link of an order: its holder follows the order, and sees how to pay it, without a login."""

from typing import Annotated

from pydantic import Field

from app.db.engine import Tx
from app.db.selling.guest_orders import guest_files, guest_order
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.documents import MediaType
from app.domain.errors import NotFound
from app.domain.selling.guest_orders import GuestFiles, GuestOrder, HowToPay
from app.usecases.declared.visitors import open_to_visitors
from app.usecases.shared.order_filters import InvoiceNumber
from app.vocabulary import Doc

StatusToken = Annotated[str, Field(max_length=100), Doc("The last part of the status link.")]


@open_to_visitors
async def get_guest_order(tx: Tx, actor: Actor, *, token: StatusToken) -> GuestOrder:
    """The public part of an order, for the holder of its status link, without a login. Raises NotFound."""
    actor.require(Right.READ_PUBLIC)
    order = await guest_order(tx, token)
    if order is None:
        raise NotFound
    return order


@open_to_visitors
async def get_guest_files(
    tx: Tx, actor: Actor, *, token: StatusToken, number: InvoiceNumber, media_type: MediaType
) -> GuestFiles:
    """An invoice of an order with a file of it, for the holder of its status link, without a login. Raises NotFound."""
    actor.require(Right.READ_PUBLIC)
    files = await guest_files(tx, token, number, media_type)
    if files is None:
        raise NotFound
    return files


@open_to_visitors
async def get_guest_payment(tx: Tx, actor: Actor, *, token: StatusToken) -> HowToPay:
    """How to pay what is asked now of an order, for the holder of its status link, without a login.

    Raises NotFound, also if nothing is asked or the seller has no bank account.
    """
    order = await get_guest_order(tx, actor, token=token)
    if order.how_to_pay is None:
        raise NotFound
    return order.how_to_pay
