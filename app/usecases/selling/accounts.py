"""The statement of account of a customer, found by one of their orders."""

from typing import Annotated

from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.selling.accounts import AccountParties, orders_of_customer
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import RuleRefused
from app.domain.selling.accounts import CustomerAccount, account_of, period_of, printable
from app.domain.selling.orders import Order, roles_on
from app.ids import OrderId
from app.usecases.declared.audit import shows_private
from app.vocabulary import Day, Doc

Since = Annotated[Day, Doc("The first day; 1 January of the year of the last day if it is left out.")]
Until = Annotated[Day, Doc("The last day, less than two years after the first one; today if it is left out.")]


@shows_private
async def get_order_account(
    tx: Tx, actor: Actor, *, order_id: OrderId, since: Since | None = None, until: Until | None = None
) -> CustomerAccount:
    """The statement of account of the customer of an order at its seller: opening balance, entries, closing balance.

    The orders of one customer have a person, a company number or an e-mail address in common. The staff sees all of
    them, a customer those placed with their login, an app those that it placed.

    Raises DayOutOfRange; RuleRefused for a charge between cooperatives, which is netted.
    """
    order = await orders.get(tx, order_id)
    actor.require(Right.READ_PAYMENT, order.cooperative_id, own=roles_on(order, actor))
    if order.buyer_id is not None:
        raise RuleRefused(rule="charges_are_netted", value=order.reference)
    first, last = period_of(since, until, tx.today)
    parties = _parties(order, actor)
    # Customers and apps see no write-offs of their own, nor when one was undone.
    await lend_staff_view(tx, order.cooperative_id)
    seller = await cooperatives.get(tx, order.cooperative_id)
    found = await orders_of_customer(tx, order, parties)
    return account_of(found, cooperative_id=seller.id, seller=seller.name, since=first, until=last)


@shows_private
async def print_order_account(
    tx: Tx, actor: Actor, *, order_id: OrderId, since: Since | None = None, until: Until | None = None
) -> CustomerAccount:
    """The same statement, to be printed. Raises DayOutOfRange, RuleRefused for too many entries too."""
    return printable(await get_order_account(tx, actor, order_id=order_id, since=since, until=until))


def _parties(order: Order, actor: Actor) -> AccountParties:
    """Whose orders the actor may see beside this one."""
    if actor.may(Right.READ_PAYMENT, order.cooperative_id):
        return AccountParties()
    if actor.subject is not None:
        return AccountParties(person_id=actor.person)
    return AccountParties(app_id=actor.app_id)
