"""The series of invoice numbers of a year, and the check of its last number after a restore."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from app.domain.errors import RuleRefused
from app.domain.selling.invoices import number_of

MOST_LOST = 10_000
"""The most numbers that one check may leave out: more is a typing error."""
_NUMBER = re.compile(r"(?:(?P<prefix>[A-Z]{1,6})(?P<year>[0-9]{4})-)?(?P<sequence>[0-9]{1,9})")


@dataclass(frozen=True, kw_only=True)
class InvoiceSeries:
    """`last` is the last number that this database knows, 0 before the first."""

    cooperative_id: UUID
    year: int
    last: int
    unchecked: bool
    """Whether it was restored, and nobody has said yet which number left last."""
    prefix: str = ""
    """The present prefix of its cooperative."""
    number: str | None = None
    """The number of the invoice with `last`; None if there is none, or if it is lost."""
    lost: int = 0
    """How many of its numbers were given before a restore, to invoices that this database does not know."""

    @property
    def last_number(self) -> str | None:
        """The last number as invoices show it; None before the first."""
        return (self.number or number_of(self.prefix, self.year, self.last)) if self.last else None


def last_of(series: InvoiceSeries, text: str, prefixes: Collection[str]) -> int:
    """The last sequence number that a text names, as invoices show it or without prefix and year.

    `prefixes` are those that the cooperative has or had. Raises RuleRefused.
    """
    parts = _NUMBER.fullmatch(text.strip().upper())
    if parts is None or (parts["prefix"] and (parts["prefix"] not in prefixes or int(parts["year"]) != series.year)):
        raise RuleRefused(rule="number_of_another_series", value=text)
    last = int(parts["sequence"])
    if last < series.last:
        raise RuleRefused(rule="number_before_last", value=series.last_number)
    if last > series.last + MOST_LOST:
        raise RuleRefused(rule="number_too_far", value=number_of(series.prefix, series.year, series.last + MOST_LOST))
    return last
