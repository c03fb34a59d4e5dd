"""Batches of payments."""

from datetime import date, datetime

from app.contract.creditors import Creditor
from app.contract.operation import Key, Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain.books import payment_batches as domain
from app.domain.books.payment_batches import BATCH, ITEM, BatchState, ItemState, LeftBecause
from app.ids import BankAccountId, CooperativeId, PayeeAccountId, PaymentBatchId, PaymentItemId, PersonId
from app.usecases.books import payment_batches as usecases


@shape(domain.PaymentBatch)
class PaymentBatch:
    """Payments to creditors, which the bank gets as one file."""

    id: PaymentBatchId
    cooperative_id: CooperativeId
    """The cooperative that pays."""
    bank_account_id: BankAccountId
    """Its account that pays."""
    state: BatchState
    items: int
    """How many payments it has, without those that left it."""
    amount: Money = cents("cents")
    """Their sum."""
    made_by: PersonId
    """The person who made it."""
    made_at: datetime
    """When it was made."""
    approved_by: PersonId | None
    """The second person."""
    approved_at: datetime | None
    """When that person approved it."""
    sent_at: datetime | None
    """When its file was made."""
    execute_on: date | None
    """The day on which the bank executes it."""
    unchecked: bool
    """Whether nothing is sent after a restore, until the treasurer has said which batches had left."""
    version: int
    available_transitions: list[Step] = steps("PaymentBatchTransition", BATCH)


@shape(domain.PaymentItem)
class PaymentItem:
    """A payment of a batch."""

    id: PaymentItemId
    """Its id; without hyphens it is the EndToEndId of the payment. Once it is sent, its journal has this id too."""
    batch_id: PaymentBatchId
    """The batch."""
    creditor: Creditor
    """The creditor."""
    amount: Money = cents("cents")
    """The amount."""
    text: str
    """What the creditor reads; a reference that banks check goes to the bank as one."""
    payee_account_id: PayeeAccountId | None
    """The creditor's account of its approval."""
    state: ItemState
    reason: LeftBecause | None
    """Why it left its batch."""
    version: int
    available_transitions: list[Step] = steps("PaymentItemTransition", ITEM)


THERE = "/cooperatives/{cooperative_id}/payment-batches"
ONE = "/payment-batches/{payment_batch_id}"
payment_batches = Noun("payment_batches")
payment_batches.get(THERE, usecases.list_payment_batches, PaymentBatch)
payment_batches.post(THERE, usecases.make_payment_batch, PaymentBatch, opens="/payment-batches")
payment_batches.post(f"{THERE}/checks", usecases.check_payment_batches, PaymentBatch, key=Key.KEPT)
payment_batches.get(ONE, usecases.get_payment_batch, PaymentBatch)
payment_batches.move(f"{ONE}/transitions", usecases.move_payment_batch, PaymentBatch)
payment_batches.get(f"{ONE}/payment-items", usecases.list_payment_items, PaymentItem)
payment_batches.move("/payment-items/{payment_item_id}/transitions", usecases.move_payment_item, PaymentItem)
