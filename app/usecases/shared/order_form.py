"""The form of a line of an order, as it is placed."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.domain.selling.order_lines import Units
from app.ids import HoldId, OfferingId
from app.vocabulary import WHOLE, Doc, Edition, Flag, Form, Quantity

OrderMinutes = Annotated[
    int,
    Field(strict=True, ge=1, le=6_000_000),
    WHOLE,
    Doc("The number of minutes, in place of `quantity`; for an hourly price."),
]
ReverseCharged = Annotated[
    Flag,
    Doc(
        "Whether this is work on a building or land for you as its contractor: you declare the VAT, and pay none here."
    ),
]


class OrderLineInput(Form):
    """Some units of an offering, or some minutes of one with an hourly price."""

    offering_id: OfferingId
    quantity: Quantity | None = None
    minutes: OrderMinutes | None = None
    hold_id: Annotated[HoldId | None, Field(description="The hold of these units. It keeps its price.")] = None
    edition: Annotated[Edition | None, Field(description="The edition seen; 409 if its price has changed.")] = None
    reverse_charged: ReverseCharged = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.quantity is None) == (self.minutes is None):
            raise PydanticCustomError("quantity_or_minutes", "a line has a quantity or minutes")
        return self

    @property
    def units(self) -> Units:
        """The ordered amount, as the domain's type."""
        return Units(self.quantity or 0) if self.minutes is None else Units.of_minutes(self.minutes)
