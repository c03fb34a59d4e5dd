"""Postal addresses."""

from app.contract.shape import shape
from app.domain.people import addresses as domain


@shape(domain.PostalAddress)
class PostalAddress:
    """A postal address."""

    street: str
    """The street and the number of the house."""
    postcode: str
    """The postcode."""
    town: str
    """The town."""
    country: str
    """The country, as its code of two letters (ISO 3166-1)."""
