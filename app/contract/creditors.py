"""Creditors: whom a cooperative owes money."""

from app.contract.shape import shape
from app.domain import creditors as domain
from app.domain.creditors import CreditorKind
from app.ids import AnyId


@shape(domain.Creditor)
class Creditor:
    """A creditor of a cooperative."""

    kind: CreditorKind
    """What the creditor is."""
    id: AnyId
    """The id of the supplier, member, municipality, cooperative or order (of a customer)."""
