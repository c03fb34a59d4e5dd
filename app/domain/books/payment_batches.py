"""Batches of payments: the treasurer makes one, a second person approves it, then the bank gets its file.

An item keeps the payee's account of its approval. If another one is confirmed until it is sent, the item leaves.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.payee_accounts import PayeeAccount
from app.domain.books.payment_files import PaymentOfFile, id_in_file
from app.domain.creditors import Creditor, CreditorKind
from app.domain.errors import RestoredUnchecked, SecondPersonNeeded
from app.domain.second_person import of_staff_and_umbrella
from app.domain.transitions import Case, Process, Terms, Transition, move, of_staff

MOST_ITEMS = 500
"""The most items of a batch."""


class BatchState(StrEnum):
    """The state of a batch of payments."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    """Its file is made; the bank gets it."""
    DONE = "done"
    """Each item was paid, came back or was refused."""
    WITHDRAWN = "withdrawn"
    """It never leaves, or the bank refused the whole file."""


class BatchVerb(StrEnum):
    """A step with a batch of payments."""

    APPROVE = "approve"
    SEND = "send"
    WITHDRAW = "withdraw"


class ItemState(StrEnum):
    """The state of an item of a batch."""

    OPEN = "open"
    SENT = "sent"
    PAID = "paid"
    """A line of a bank statement says that it went out."""
    RETURNED = "returned"
    """It went out and came back."""
    REFUSED = "refused"
    """The bank did not take it."""
    LEFT = "left"
    """It left its batch before that was sent; `reason` says why."""


GOES_OUT = (ItemState.SENT, ItemState.PAID, ItemState.RETURNED)
"""The states of items that the bank gets, or got."""


class ItemVerb(StrEnum):
    """A step with an item of a batch."""

    REFUSE = "refuse"


class LeftBecause(StrEnum):
    """Why an item left its batch."""

    IBAN_CHANGED = "iban_changed"
    NOTHING_OWED = "nothing_owed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class PaymentItem:
    """`cents` for a creditor; if it is sent, its journal has its id, and so has the payment in the file."""

    id: UUID
    batch_id: UUID
    cooperative_id: UUID
    creditor_kind: CreditorKind
    creditor_id: UUID
    cents: int
    text: str = ""
    payee_account_id: UUID | None = None
    """The payee's account of its approval."""
    state: ItemState = ItemState.OPEN
    reason: LeftBecause | None = None
    went_out: bool = False
    """Whether a line of a statement brought it, or a part of it; loaded."""
    version: int = 1

    @property
    def creditor(self) -> Creditor:
        return Creditor(self.creditor_kind, self.creditor_id)


@dataclass(frozen=True, kw_only=True)
class PaymentBatch:
    """Payments from one bank account of the cooperative (`bank_account_id`), sent together in one file."""

    id: UUID
    cooperative_id: UUID
    bank_account_id: UUID
    made_by: UUID
    made_at: datetime
    state: BatchState = BatchState.DRAFT
    approved_by: UUID | None = None
    approved_at: datetime | None = None
    sent_at: datetime | None = None
    execute_on: date | None = None
    """The day on which the bank executes it; on such days European banks settle payments."""
    items: int = 0
    """How many items did not leave it; loaded, like the next fields."""
    cents: int = 0
    paid_members: tuple[UUID, ...] = ()
    """The members whom it pays."""
    paid_persons: tuple[UUID, ...] = ()
    """The customers whom it pays, as far as they have a login."""
    umbrella_id: UUID | None = None
    """The umbrella of the cooperative now, whose officers may approve it."""
    unchecked: bool = False
    """Whether the system was restored, and nobody has said yet which batches had left."""
    account_closed: bool = False
    """Whether the account that pays was closed since."""
    went_out: bool = False
    """Whether a line of a statement says of any item that it went out, or a part of it."""
    version: int = 1


def _second_person(case: Case[PaymentBatch]) -> SecondPersonNeeded | None:
    """Another person than its maker; neither of them is paid by it."""
    batch = case.thing
    own = case.is_member(*batch.paid_members) or case.is_person(*batch.paid_persons)
    return SecondPersonNeeded() if own or case.is_person(batch.made_by) else None


def _can_pay(case: Case[PaymentBatch]) -> str | None:
    """The bank still has the account that pays."""
    return "own_account_closed" if case.thing.account_closed else None


def _approves(case: Case[PaymentBatch]) -> SecondPersonNeeded | str | None:
    return _second_person(case) or _can_pay(case)


def _sends(case: Case[PaymentBatch]) -> RestoredUnchecked | str | None:
    return RestoredUnchecked(how="batches") if case.thing.unchecked else _can_pay(case)


def _none_went_out(case: Case[PaymentBatch]) -> str | None:
    return "payments_went_out" if case.thing.went_out else None


def _nothing_went_out(case: Case[PaymentItem]) -> str | None:
    return "payment_went_out" if case.thing.went_out else None


BATCH: Process[PaymentBatch] = Process(
    verbs=BatchVerb,
    states=BatchState,
    rights=of_staff_and_umbrella,
    rows=(
        Transition("approve", ("draft",), "approved", Right.APPROVE_BATCH, Terms(_approves)),
        Transition("send", ("approved",), "sent", Right.MAKE_BATCH, Terms(_sends)),
        Transition("withdraw", ("draft", "approved", "sent"), "withdrawn", Right.MAKE_BATCH, Terms(_none_went_out)),
    ),
)
ITEM: Process[PaymentItem] = Process(
    verbs=ItemVerb,
    states=ItemState,
    rights=of_staff,
    rows=(Transition("refuse", ("sent",), "refused", Right.MAKE_BATCH, Terms(_nothing_went_out)),),
)


def decide(case: Case[PaymentBatch], verb: BatchVerb) -> PaymentBatch:
    """The batch after `verb`. Raises WrongState, SecondPersonNeeded, RestoredUnchecked."""
    state = BatchState(move(BATCH, case, verb))
    if state is BatchState.APPROVED:
        return replace(case.thing, state=state, approved_by=case.actor.person, approved_at=case.now)
    if state is BatchState.SENT:
        return replace(case.thing, state=state, sent_at=case.now)
    return replace(case.thing, state=state)


def refused(case: Case[PaymentItem]) -> PaymentItem:
    """The item that the bank did not take. Raises WrongState."""
    return replace(case.thing, state=ItemState(move(ITEM, case, "refuse")))


def check_maker(actor: Actor, creditors: Collection[Creditor], persons: Collection[UUID | None]) -> None:
    """Raises SecondPersonNeeded for somebody whom their own batch or payout would pay."""
    paid = {one.id for one in creditors if one.kind is CreditorKind.MEMBER}
    if actor.member_ids() & paid or actor.person in persons:
        raise SecondPersonNeeded(verb="make")


def in_file(item: PaymentItem, account: PayeeAccount) -> PaymentOfFile:
    """An item as the bank gets it, to the account of its approval. The name is that of the account's holder.

    A text that is a reference which banks check goes as one.
    """
    return PaymentOfFile(
        end_to_end_id=id_in_file(item.id),
        cents=item.cents,
        name=account.name or "",
        iban=account.iban or "",
        creditor_reference=item.text,
    )


def with_accounts(items: Sequence[PaymentItem], accounts: Mapping[Creditor, UUID]) -> list[PaymentItem]:
    """The open items of a batch that is approved, each with its payee's account; without one it leaves."""
    return [
        replace(item, payee_account_id=accounts[item.creditor])
        if item.creditor in accounts
        else replace(item, state=ItemState.LEFT, reason=LeftBecause.IBAN_CHANGED)
        for item in items
    ]


def ready(
    items: Sequence[PaymentItem], accounts: Mapping[Creditor, UUID], owed: Mapping[Creditor, int]
) -> list[PaymentItem]:
    """The items of a batch that is sent: those whose payee has another account by now, or is owed less, leave."""
    left = dict(owed)
    found = []
    for item in items:
        rest = left.get(item.creditor, 0) - item.cents
        if accounts.get(item.creditor) != item.payee_account_id:
            found.append(replace(item, state=ItemState.LEFT, reason=LeftBecause.IBAN_CHANGED))
        elif rest < 0:
            found.append(replace(item, state=ItemState.LEFT, reason=LeftBecause.NOTHING_OWED))
        else:
            left[item.creditor] = rest
            found.append(replace(item, state=ItemState.SENT))
    return found
