"""Batches of payments: the treasurer makes one, a second person approves it, the bank gets its file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.db.books.payables import due_on, lock_payables, owed_to
from app.db.books.payee_accounts import accounts_by_id
from app.db.books.payment_batches import (
    confirmed_ids,
    file_of,
    is_unchecked,
    keep_file,
    note_check,
    payment_batches,
    payment_items,
)
from app.db.engine import Tx, uuid7
from app.db.people.bank_accounts import bank_accounts
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.payables import Owed
from app.domain.books.payment_batches import (
    BATCH,
    GOES_OUT,
    MOST_ITEMS,
    BatchState,
    BatchVerb,
    ItemState,
    ItemVerb,
    LeftBecause,
    PaymentBatch,
    PaymentItem,
    check_maker,
    decide,
    in_file,
    ready,
    refused,
    with_accounts,
)
from app.domain.books.payment_files import PaymentFile, id_in_file
from app.domain.creditors import Creditor
from app.domain.errors import NotFound, NothingOwed, RuleRefused, Stale, WrongState
from app.domain.page import Page, PageRequest
from app.domain.people.bank_accounts import BankAccount, BankAccountState
from app.domain.second_person import require_here_or_above
from app.domain.sepa_text import LONGEST_TEXT
from app.domain.target_days import next_target_day
from app.domain.transitions import Case, find
from app.ids import BankAccountId, CooperativeId, PaymentBatchId, PaymentItemId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.creditors import CreditorInput
from app.usecases.shared.pay_creditor import still_owed
from app.usecases.shared.payment_items import book_item, save_refused, undo_item, with_texts
from app.vocabulary import Amount, Doc, Form, Reason, Text, Version

ItemText = Annotated[
    str,
    Text(0, LONGEST_TEXT),
    Doc(
        "What the creditor reads on their statement. Without it: the payment reference of the bill that it pays, the "
        "numbers of the bills, the reference of the customer's order, or the name of the cooperative."
    ),
]


class PaymentItemInput(Form):
    """A payment to a creditor."""

    creditor: Annotated[CreditorInput, Doc("The creditor.")]
    amount: Annotated[Amount, Doc("The amount: at most what the creditor is owed.")]
    text: ItemText = ""


PaymentItems = Annotated[
    list[PaymentItemInput],
    Field(min_length=1, max_length=MOST_ITEMS),
    Doc("The payments; without them, all that is due to creditors whose account is confirmed."),
]
OwnAccount = Annotated[BankAccountId, Doc("The account that pays; the one that customers pay to, if it is left out.")]
LeftBatches = Annotated[
    list[PaymentBatchId], Field(max_length=MOST_ITEMS), Doc("The batches that the bank got; none, if it got none.")
]


async def make_payment_batch(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    bank_account_id: OwnAccount | None = None,
    items: PaymentItems | None = None,
) -> PaymentBatch:
    """Put payments to creditors together; a second person approves them. For the treasurer.

    An amount can be in one open batch only. Raises NotFound, NothingOwed for more than is owed, or if nothing is due,
    InBatch, RuleRefused for a creditor without a confirmed account, SecondPersonNeeded for a maker whom it would pay.
    """
    cooperative = await cooperatives.plain.get(tx, cooperative_id)
    actor.require(Right.MAKE_BATCH, cooperative_id)
    account = await _own_account(tx, cooperative_id, bank_account_id)
    await lock_payables(tx, cooperative_id)
    batch = PaymentBatch(
        id=uuid7(),
        cooperative_id=cooperative_id,
        bank_account_id=account.id,
        made_by=actor.person,
        made_at=tx.now,
    )
    owed, found = await (_named(tx, actor, batch, items) if items else _all_due(tx, actor, batch))
    found = await with_texts(tx, found, owed, cooperative.name)
    await payment_batches.add(tx, batch)
    await tx.flush()
    await payment_items.add_all(tx, found)
    await tell(tx, "payment_batch.made", cooperative_id, batch.id)
    return await payment_batches.get(tx, batch.id)


async def _own_account(tx: Tx, cooperative_id: UUID, bank_account_id: UUID | None) -> BankAccount:
    """The account that pays. Raises NotFound; RuleRefused if the cooperative has none that is confirmed."""
    named = {"id": bank_account_id} if bank_account_id else {"for_customers": True}
    state = BankAccountState.CONFIRMED
    found = await bank_accounts.find(tx, cooperative_id=cooperative_id, state=state, **named)
    if found is not None:
        return found
    if bank_account_id:
        raise NotFound
    raise RuleRefused(rule="own_account_first", value=str(cooperative_id))


async def _named(
    tx: Tx, actor: Actor, batch: PaymentBatch, items: PaymentItems
) -> tuple[dict[Creditor, Owed], list[PaymentItem]]:
    """The items that the maker named, and what their creditors are owed."""
    creditors = list(dict.fromkeys(one.creditor.creditor for one in items))
    owed = await owed_to(tx, batch.cooperative_id, creditors)
    accounts = await confirmed_ids(tx, batch.cooperative_id, creditors)
    sums: Counter[Creditor] = Counter()
    for one in items:
        sums[one.creditor.creditor] += one.amount.cents
    for creditor in creditors:
        if creditor not in owed:
            raise NotFound
        owed[creditor].check(sums[creditor])
        if creditor not in accounts:
            raise RuleRefused(rule="payee_account_first", value=str(creditor.id))
    check_maker(actor, creditors, [one.person_id for one in owed.values()])
    return owed, [_item(batch, one.creditor.creditor, one.amount.cents, one.text) for one in items]


async def _all_due(tx: Tx, actor: Actor, batch: PaymentBatch) -> tuple[dict[Creditor, Owed], list[PaymentItem]]:
    """All that is due to creditors with a confirmed account, but for the maker. Raises NothingOwed."""
    due = await due_on(tx, batch.cooperative_id, next_target_day(tx.today))
    owed = await owed_to(tx, batch.cooperative_id, list(due))
    accounts = await confirmed_ids(tx, batch.cooperative_id, list(due))
    own = actor.member_ids()
    payable = [
        creditor
        for creditor in due
        if creditor in accounts and creditor.id not in own and owed[creditor].person_id != actor.person
    ]
    if not payable:
        raise NothingOwed(how="batch")
    return owed, [_item(batch, creditor, due[creditor]) for creditor in payable[:MOST_ITEMS]]


def _item(batch: PaymentBatch, creditor: Creditor, cents: int, text: str = "") -> PaymentItem:
    return PaymentItem(
        id=uuid7(),
        batch_id=batch.id,
        cooperative_id=batch.cooperative_id,
        creditor_kind=creditor.kind,
        creditor_id=creditor.id,
        cents=cents,
        text=text,
    )


async def move_payment_batch(
    tx: Tx,
    actor: Actor,
    *,
    payment_batch_id: PaymentBatchId,
    verb: BatchVerb,
    reason: Reason = "",
    expected_version: Version | None = None,
) -> PaymentBatch:
    """Approve a batch as a second person, send it, or withdraw it, also if the bank refused its file.

    The second person is of the staff, the outside approver, or an officer of the umbrella; neither that person nor the
    maker is paid by it. Sending makes the file for the bank, once, and books each payment as on its way. An item whose
    payee has another account since the approval leaves (`iban_changed`), as does one that is not owed any more
    (`nothing_owed`). A batch that all items left is withdrawn.

    Raises WrongState, also if the account that pays was closed since, Stale, SecondPersonNeeded, RestoredUnchecked
    until somebody has said which batches had left.
    """
    seen = await payment_batches.get(tx, payment_batch_id)
    require_here_or_above(actor, find(BATCH, verb).right, seen.cooperative_id, seen.umbrella_id)
    await lend_staff_view(tx, seen.cooperative_id)
    await lock_payables(tx, seen.cooperative_id)
    # The account that pays is not closed meanwhile.
    await bank_accounts.get(tx, seen.bank_account_id, lock=True)
    batch = await payment_batches.get(tx, payment_batch_id, lock=True)
    expect(batch.version, expected_version)
    decided = decide(Case(batch, actor, tx.now), verb)
    items = await payment_items.all(tx, batch_id=batch.id, state=(ItemState.OPEN, ItemState.SENT))
    if decided.state is BatchState.APPROVED:
        accounts = await confirmed_ids(tx, batch.cooperative_id, _creditors(items))
        found = with_accounts(items, accounts)
        await payment_items.save_all(tx, found)
        if all(item.state is ItemState.LEFT for item in found):
            decided = replace(decided, state=BatchState.WITHDRAWN)
    elif decided.state is BatchState.SENT:
        decided = await _send(tx, actor, decided, items)
    else:
        await _withdraw(tx, actor, items, reason)
    await tell(tx, f"payment_batch.{decided.state}", batch.cooperative_id, batch.id)
    await payment_batches.save(tx, decided)
    return await payment_batches.get(tx, batch.id)


def _creditors(items: Sequence[PaymentItem]) -> list[Creditor]:
    return list(dict.fromkeys(item.creditor for item in items))


async def _send(tx: Tx, actor: Actor, batch: PaymentBatch, items: Sequence[PaymentItem]) -> PaymentBatch:
    """Books the items that do not leave, and makes the file. Without any left, the batch is withdrawn."""
    creditors = _creditors(items)
    owed = await owed_to(tx, batch.cooperative_id, creditors)
    accounts = await confirmed_ids(tx, batch.cooperative_id, creditors)
    found = ready(items, accounts, {creditor: one.balance_cents for creditor, one in owed.items()})
    sent = [item for item in found if item.state is ItemState.SENT]
    await payment_items.save_all(tx, found)
    if not sent:
        return replace(batch, state=BatchState.WITHDRAWN, sent_at=None)
    await _book(tx, actor, sent, owed)
    return replace(batch, execute_on=next_target_day(tx.today))


async def _book(tx: Tx, actor: Actor, items: Sequence[PaymentItem], owed: Mapping[Creditor, Owed]) -> None:
    for item in items:
        await book_item(tx, actor, item, owed, tx.today)
    await still_owed(tx, items[0].cooperative_id, _creditors(items))


async def _withdraw(tx: Tx, actor: Actor, items: Sequence[PaymentItem], reason: str) -> None:
    """None of the items is paid; those that were booked are undone."""
    for item in items:
        if item.state is ItemState.SENT:
            await undo_item(tx, actor, item, tx.today, reason)
    await payment_items.save_all(
        tx,
        [
            replace(item, state=ItemState.REFUSED)
            if item.state is ItemState.SENT
            else replace(item, state=ItemState.LEFT, reason=LeftBecause.WITHDRAWN)
            for item in items
        ],
    )


async def check_payment_batches(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, left_batch_ids: LeftBatches
) -> list[PaymentBatch]:
    """Say, after a restore, which batches the bank had got by then; from then on others can be sent. For the treasurer.

    Those that had left are booked as sent. A batch that this system does not know is recorded by payouts. Returns the
    batches that had left. Raises NotFound; WrongState if nothing is to be checked, or for a batch that is not open.
    """
    await cooperatives.plain.get(tx, cooperative_id)
    actor.require(Right.MAKE_BATCH, cooperative_id)
    await lock_payables(tx, cooperative_id)
    if not await is_unchecked(tx, cooperative_id):
        raise WrongState(verb="check", state="checked", possible=[], reason="batches_checked")
    for batch_id in sorted(set(left_batch_ids)):
        await _had_left(tx, actor, cooperative_id, batch_id)
    await note_check(tx, cooperative_id, actor.person)
    await tell(tx, "payment_batches.checked", cooperative_id, cooperative_id)
    return await payment_batches.all(tx, id=tuple(left_batch_ids), cooperative_id=cooperative_id)


async def _had_left(tx: Tx, actor: Actor, cooperative_id: UUID, batch_id: UUID) -> None:
    """Books a batch as sent that had left before the restore."""
    batch = await payment_batches.get(tx, batch_id, lock=True)
    if batch.cooperative_id != cooperative_id:
        raise NotFound
    if batch.state not in (BatchState.DRAFT, BatchState.APPROVED):
        raise WrongState(verb="check", state=batch.state, possible=[])
    items = await payment_items.all(tx, batch_id=batch_id, state=ItemState.OPEN)
    owed = await owed_to(tx, cooperative_id, _creditors(items))
    sent = [replace(item, state=ItemState.SENT) for item in items]
    await payment_items.save_all(tx, sent)
    await _book(tx, actor, sent, owed)
    await payment_batches.save(tx, replace(batch, state=BatchState.SENT, sent_at=tx.now))
    await tell(tx, "payment_batch.sent", cooperative_id, batch.id)


@shows_private
async def list_payment_batches(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, state: BatchState | None = None
) -> Page[PaymentBatch]:
    """The batches of payments of a cooperative, newest first.

    For the staff, the outside approver and officers of the umbrella, who find here what waits for a second person.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    require_here_or_above(actor, Right.READ_BATCH, cooperative_id, cooperative.umbrella_id)
    return await payment_batches.page(tx, page, cooperative_id=cooperative_id, state=state)


@shows_private
@reads_by_id(payment_batches)
async def get_payment_batch(tx: Tx, actor: Actor, *, payment_batch_id: PaymentBatchId) -> PaymentBatch:
    """One batch of payments, for its staff, the outside approver and officers of the umbrella. Raises NotFound."""
    found = await payment_batches.get(tx, payment_batch_id)
    require_here_or_above(actor, Right.READ_BATCH, found.cooperative_id, found.umbrella_id)
    return found


@shows_private
async def list_payment_items(
    tx: Tx, actor: Actor, *, payment_batch_id: PaymentBatchId, page: PageRequest
) -> Page[PaymentItem]:
    """The payments of a batch, newest first. For whoever may read it."""
    await get_payment_batch(tx, actor, payment_batch_id=payment_batch_id)
    return await payment_items.page(tx, page, batch_id=payment_batch_id)


async def move_payment_item(
    tx: Tx,
    actor: Actor,
    *,
    payment_item_id: PaymentItemId,
    verb: ItemVerb,
    reason: Reason = "",
    expected_version: Version | None = None,
) -> PaymentItem:
    """Say that the bank did not take a payment: the creditor is owed it again. For the treasurer.

    Raises WrongState, Stale.
    """
    seen = await payment_items.get(tx, payment_item_id)
    actor.require(Right.MAKE_BATCH, seen.cooperative_id)
    await lock_payables(tx, seen.cooperative_id)
    item = await payment_items.get(tx, payment_item_id, lock=True)
    expect(item.version, expected_version)
    after = refused(Case(item, actor, tx.now))
    await undo_item(tx, actor, item, tx.today, reason)
    return await save_refused(tx, after)


@shows_private
async def find_payment_file(
    tx: Tx, actor: Actor, *, payment_batch_id: PaymentBatchId
) -> tuple[PaymentFile, bytes | None]:
    """What the bank gets of a batch, and its file if that is made. For the treasurer.

    A payment that was refused by then is not in it, nor one to a member who was forgotten. Raises NotFound before it is
    sent, if it is withdrawn, or if nothing of it goes out.
    """
    batch = await payment_batches.get(tx, payment_batch_id)
    actor.require(Right.READ_LEDGER, batch.cooperative_id)
    if batch.state is BatchState.WITHDRAWN or batch.sent_at is None or batch.execute_on is None:
        raise NotFound
    items = await payment_items.all(tx, batch_id=batch.id, state=GOES_OUT)
    accounts = await accounts_by_id(tx, [item.payee_account_id for item in items if item.payee_account_id])
    own, file = await bank_accounts.get(tx, batch.bank_account_id), await file_of(tx, batch.id)
    known = {account_id: account for account_id, account in accounts.items() if account.iban}
    contents = PaymentFile(
        message_id=id_in_file(batch.id),
        made_at=batch.sent_at,
        execute_on=batch.execute_on,
        debtor_name=own.name,
        debtor_iban=own.iban,
        items=tuple(in_file(item, known[item.payee_account_id]) for item in items if item.payee_account_id in known),
    )
    if file is None and not contents.items:
        raise NotFound
    return contents, file


async def keep_payment_file(tx: Tx, actor: Actor, *, payment_batch_id: PaymentBatchId, content: bytes) -> bytes:
    """Keep the file of a batch, unless another reader did meanwhile; returns what is kept.

    Raises NotFound; Stale if a payment in it was refused meanwhile.
    """
    seen = await payment_batches.get(tx, payment_batch_id)
    actor.require(Right.READ_LEDGER, seen.cooperative_id)
    await lock_payables(tx, seen.cooperative_id)
    batch = await payment_batches.get(tx, payment_batch_id, lock=True)
    kept = await file_of(tx, batch.id)
    if kept is None:
        items = await payment_items.all(tx, batch_id=batch.id)
        if any(item.state not in GOES_OUT and id_in_file(item.id).encode() in content for item in items):
            raise Stale
        await keep_file(tx, batch.id, content)
    return kept or content
