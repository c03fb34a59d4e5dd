"""The chain of seals over the journals, and the checks of all books."""

from datetime import datetime

from app.contract.operation import Noun
from app.contract.shape import shape
from app.domain import ledger as domain
from app.ids import BookCheckId
from app.usecases.books.seals import ask_check, get_seals, list_book_checks


@shape(domain.Seal)
class Seal:
    """A link: SHA-256 over the digest before it and the hashes of its journals, in order; hexadecimal."""

    number: int
    """Its number in the chain, from 1."""
    journals: int
    """The number of journals that it seals."""
    previous: str
    """The digest of the link before it; empty for the first one."""
    digest: str
    """Its own digest."""
    sealed_at: datetime
    """When it was made."""


@shape(domain.BookCheck)
class BookCheck:
    """A run of every invariant over all books."""

    id: BookCheckId
    asked_at: datetime
    """When it was requested."""
    checked_at: datetime | None
    """The moment of the step."""
    broken: dict[str, list[str]]
    """The broken invariants, each with the rows that break it; empty if there are none."""


seals = Noun("ledger")
seals.get("/cooperatives/{cooperative_id}/seals", get_seals, Seal)
seals.get("/book-checks", list_book_checks, BookCheck)
seals.post("/book-checks", ask_check, BookCheck, status=202, field="check_books")
