"""GraphQL: the specification of a remittance."""

from typing import Any

import strawberry
from strawberry.scalars import JSON

from app.contract.remittances import Remittance
from app.domain.remittances import line_data
from app.graphql.engine import extend


def specification(self: Any) -> JSON:
    """Every line with its inputs, which sums to the amount."""
    return JSON([line_data(line) for line in self.thing.lines])


def extend_shapes() -> None:
    """Give shapes the fields that only GraphQL has."""
    words = "Every line with its inputs, which sums to the amount."
    extend(Remittance, specification=strawberry.field(resolver=specification, description=words))
