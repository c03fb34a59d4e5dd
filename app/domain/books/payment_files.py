"""Files of payments, as a bank takes them from us."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class PaymentOfFile:
    """A payment to a creditor: `cents` to the account `iban`, of which `name` is the confirmed holder."""

    end_to_end_id: str
    """The id of the item by `id_in_file`: it comes back on the statement."""
    cents: int
    name: str
    iban: str
    text: str = ""
    creditor_reference: str | None = None
    """The payment reference of the bill. A bank takes it without `text`, if it is one that banks can check."""


@dataclass(frozen=True, kw_only=True)
class PaymentFile:
    """A batch of payments from one account of ours, which the bank executes on one day."""

    message_id: str
    """The id of the batch by `id_in_file`: statements name it as the batch's id."""
    made_at: datetime
    execute_on: date
    debtor_name: str
    debtor_iban: str
    items: tuple[PaymentOfFile, ...]


def id_in_file(number: UUID) -> str:
    """An id as banks take it: 32 characters, since one with hyphens has 36 and 35 are allowed."""
    return number.hex
