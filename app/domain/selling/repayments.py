"""Money that goes back to a customer: what is owed back first; before there is a sale, also what was paid."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from app.domain.errors import MoreThanLeft, NothingOpen, NothingOwed, RuleRefused
from app.domain.ledger import AccountKind, Leg
from app.domain.selling.charged import about
from app.domain.selling.customers import Contact
from app.domain.selling.orders import Order
from app.domain.selling.payments import PaymentMethod, SettlementMethod, money_place


@dataclass(frozen=True, kw_only=True)
class Repayment:
    """`cents` that went back to the customer on `paid_on`."""

    id: UUID
    order_id: UUID
    cooperative_id: UUID
    cents: int
    paid_on: date
    method: SettlementMethod
    recorded_by: UUID
    recorded_at: datetime
    reversed_on: date | None = None
    reversed_by: UUID | None = None
    reason: str = ""
    payment_id: UUID | None = None
    """The payment of another order that it became; reversing that one gives it back to this order."""
    bank_line_id: UUID | None = None
    """The line of a bank statement that it went by."""
    version: int = 1


def repayable(order: Order) -> int:
    """The most that can go back: what is owed back and, until the sale is booked, all that was paid."""
    return order.owed_back_cents if order.settled else order.paid_cents


def repay(order: Order, cents: int | None) -> Order:
    """The order after `cents` went back (all that is owed, if they are missing); the rest of the price is due again.

    Raises NothingOwed, MoreThanLeft.
    """
    most = repayable(order)
    back = order.owed_back_cents if cents is None else cents
    if not most or not back:
        raise NothingOwed
    if back > most:
        raise MoreThanLeft(left_cents=most)
    return replace(order, paid_cents=order.paid_cents - back)


def used_for(source: Order, target: Order, cents: int | None) -> int:
    """The cents of what is owed back on `source` that pay `target`: if they are missing, as much as it can.

    Raises NothingOwed, NothingOpen if nothing is due, MoreThanLeft, RuleRefused unless both have the same customer.
    """
    if not same_customer(source, target):
        raise RuleRefused(rule="other_customer", value=target.reference)
    if not source.owed_back_cents:
        raise NothingOwed
    if not target.due_cents:
        raise NothingOpen
    most = min(source.owed_back_cents, target.due_cents)
    if cents is not None and cents > most:
        raise MoreThanLeft(left_cents=most)
    return most if cents is None else cents


class OfCustomer(Protocol):
    """An order, as far as it says who its customer is."""

    @property
    def customer_person_id(self) -> UUID | None: ...

    @property
    def contact(self) -> Contact: ...


def same_customer(one: OfCustomer, other: OfCustomer) -> bool:
    """Whether two orders have the same customer: one person, or a company number or an e-mail address in common.

    Two people who both have a login are two customers, whatever address they typed.
    """
    persons = {order.customer_person_id for order in (one, other)} - {None}
    if persons and one.customer_person_id == other.customer_person_id:
        return True
    numbers = bool(company_numbers(one) & company_numbers(other))
    return numbers or (len(persons) < 2 and bool(_addresses(one) & _addresses(other)))


def company_numbers(order: OfCustomer) -> set[str]:
    """The numbers by which registers know the buyer."""
    buyer = order.contact.buyer
    return {number for number in (buyer.kvk_number, buyer.oin, buyer.vat_id) if number}


def _addresses(order: OfCustomer) -> set[str]:
    return {order.contact.email.casefold()} if order.contact.email else set()


def repayment_legs(
    before: Order, after: Order, method: PaymentMethod | SettlementMethod, bank_line_id: UUID | None = None
) -> tuple[Leg, ...]:
    """The legs of money that leaves: first what was owed back, then what the customer had paid of the price."""
    cents, owed = before.paid_cents - after.paid_cents, before.owed_back_cents - after.owed_back_cents
    facts = about(after) | {"method": method}
    legs = (
        money_place(method, bank_line_id).leg(cents, "money_back", facts),
        Leg(kind=AccountKind.RECEIVABLE_CUSTOMER, cents=owed - cents, rule="money_back", facts=facts),
        Leg(kind=AccountKind.CUSTOMER_CREDIT, cents=-owed, rule="money_back", facts=facts, party=str(after.id)),
    )
    return tuple(leg for leg in legs if leg.cents)
