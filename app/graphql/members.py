"""GraphQL: the drawn thermometer."""

from typing import Any

import strawberry

from app.adapters.drawings import thermometer_svg
from app.contract.members import Thermometer
from app.graphql.engine import extend


def svg(self: Any) -> str:
    """The thermometer as a picture."""
    return thermometer_svg(self.thing, self.viewer.language)


def extend_shapes() -> None:
    """Give shapes the fields that only GraphQL has."""
    extend(Thermometer, svg=strawberry.field(resolver=svg, description="The thermometer as a picture."))
