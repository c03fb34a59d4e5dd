"""When VAT of an order is due if the customer does not pay: until a year after the last day to pay.

The VAT of what is not paid by then goes back, and is due again as the money comes in (Wet OB 1968 art. 29 lid 2 and 7).
"""

from dataclasses import replace
from datetime import date, datetime

from app.domain.days import midnight, years_on
from app.domain.selling.orders import SUPPLIED, Order


def year_after_due(order: Order) -> date | None:
    """The day on which VAT of what is not paid goes back; None if there is none to go back."""
    charged = order.state in SUPPLIED and order.due_cents and order.vat_cents and not order.vat_with_money
    return years_on(order.due_on, 1) if order.due_on is not None and charged else None


def timer_of(order: Order, now: datetime) -> datetime | None:
    """When the timer of an unpaid order is due; None if it needs none."""
    day = year_after_due(order)
    return max(midnight(day), now) if day is not None else None


def unpaid_too_long(order: Order) -> Order:
    """The order, whose VAT is due from now on as its money comes in."""
    return replace(order, vat_with_money=True)
