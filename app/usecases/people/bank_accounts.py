"""A cooperative's own bank accounts: the treasurer proposes one, a second person confirms it."""

from dataclasses import replace
from typing import Annotated

from app.db.engine import Tx, uuid7
from app.db.people.bank_accounts import bank_accounts
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.page import Page, PageRequest
from app.domain.people.bank_accounts import (
    BANK_ACCOUNT,
    BankAccount,
    BankAccountState,
    BankAccountVerb,
    check_customers_keep_one,
    decide,
)
from app.domain.second_person import require_here_or_above
from app.domain.transitions import Case, find
from app.ids import BankAccountId, CooperativeId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.bank_accounts import HolderName, Iban
from app.vocabulary import Doc, Flag, Version

ForCustomers = Annotated[Flag, Doc("Whether customers pay to it; otherwise it is one more account.")]


async def propose_bank_account(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    iban: Iban,
    name: HolderName,
    for_customers: ForCustomers = True,
) -> BankAccount:
    """Propose a bank account of the cooperative. For the treasurer; a second person confirms it.

    The account that customers pay to stays until then. Of the proposals that still wait, one with this IBAN is
    withdrawn, and one for customers if this is for them. Raises RuleRefused for the account that customers pay to,
    unless it stays so: another one is confirmed for them first.
    """
    # One proposal or decision at a time.
    cooperative = await cooperatives.plain.get(tx, cooperative_id, lock=True)
    require_here_or_above(actor, Right.PROPOSE_BANK_ACCOUNT, cooperative_id, cooperative.umbrella_id)
    proposed = BankAccount(
        id=uuid7(),
        cooperative_id=cooperative_id,
        iban=iban,
        name=name,
        for_customers=for_customers,
        proposed_by=actor.person,
        proposed_at=tx.now,
    )
    state = BankAccountState.CONFIRMED
    present = await bank_accounts.find(tx, cooperative_id=cooperative_id, state=state, for_customers=True)
    check_customers_keep_one(proposed, present)
    await _end(tx, proposed, BankAccountState.PROPOSED, BankAccountState.WITHDRAWN)
    await bank_accounts.add(tx, proposed)
    await tell(tx, "bank_account.proposed", cooperative_id, proposed.id, ending=proposed.ending)
    return await bank_accounts.get(tx, proposed.id)


async def move_bank_account(
    tx: Tx,
    actor: Actor,
    *,
    bank_account_id: BankAccountId,
    verb: BankAccountVerb,
    expected_version: Version | None = None,
) -> BankAccount:
    """Confirm a bank account, as a second person; withdraw the proposal or close the account, as the treasurer.

    The second person is of the staff, the outside approver, or an officer of the umbrella. From then on customers pay
    to it, if it is for them, and it replaces the previous one; all officers are told. A replaced account is still the
    cooperative's own, until it is closed. Raises WrongState, Stale, SecondPersonNeeded for who proposed it.
    """
    seen = await bank_accounts.get(tx, bank_account_id)
    require_here_or_above(actor, find(BANK_ACCOUNT, verb).right, seen.cooperative_id, seen.umbrella_id)
    await cooperatives.plain.get(tx, seen.cooperative_id, lock=True)
    account = await bank_accounts.get(tx, bank_account_id, lock=True)
    expect(account.version, expected_version)
    decided = decide(Case(account, actor, tx.now), verb)
    if decided.state is BankAccountState.CONFIRMED:
        await _end(tx, account, BankAccountState.CONFIRMED, BankAccountState.REPLACED)
        event = "bank_account.changed" if account.for_customers else "bank_account.added"
        await tell(tx, event, account.cooperative_id, account.id, ending=account.ending)
    await tell(tx, "bank_account.decided", account.cooperative_id, account.id)
    return await bank_accounts.save(tx, decided)


async def _end(tx: Tx, newer: BankAccount, before: BankAccountState, after: BankAccountState) -> None:
    """Ends the accounts in state `before` that cannot be beside a newer one: the same, and the other for customers."""
    for account in await bank_accounts.all(tx, cooperative_id=newer.cooperative_id, state=before):
        if account.iban != newer.iban and not (account.for_customers and newer.for_customers):
            continue
        await bank_accounts.save(tx, replace(account, state=after))
        if after is BankAccountState.WITHDRAWN:
            await tell(tx, "bank_account.decided", account.cooperative_id, account.id)
    # The unique indexes are checked row by row.
    await tx.flush()


@shows_private
async def list_bank_accounts(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, state: BankAccountState | None = None
) -> Page[BankAccount]:
    """The bank accounts of a cooperative, newest first, with proposals and earlier ones; customers pay to one of them.

    For the staff, the outside approver and officers of the umbrella, who find here what waits for a second person.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    require_here_or_above(actor, Right.READ_BANK_ACCOUNT, cooperative_id, cooperative.umbrella_id)
    return await bank_accounts.page(tx, page, cooperative_id=cooperative_id, state=state)


@shows_private
@reads_by_id(bank_accounts)
async def get_bank_account(tx: Tx, actor: Actor, *, bank_account_id: BankAccountId) -> BankAccount:
    """One bank account, for the staff, the outside approver and officers of the umbrella. Raises NotFound."""
    found = await bank_accounts.get(tx, bank_account_id)
    require_here_or_above(actor, Right.READ_BANK_ACCOUNT, found.cooperative_id, found.umbrella_id)
    return found
