"""Bank accounts of creditors: a member sets their own, the treasurer those of others; a second person confirms each."""

from dataclasses import replace

from app.db.books.payee_accounts import (
    add_payee_account,
    opened,
    page_of_payee_accounts,
    payee_accounts,
)
from app.db.engine import Tx, uuid7
from app.db.people.bank_accounts import own_ibans
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.payee_accounts import (
    PAYEE_ACCOUNT,
    PayeeAccount,
    PayeeAccountState,
    PayeeAccountVerb,
    decide,
    member_of,
    require_mover,
    require_party,
    require_setter,
)
from app.domain.creditors import Creditor, CreditorKind
from app.domain.errors import RuleRefused
from app.domain.page import Page, PageRequest
from app.domain.second_person import require_here_or_above
from app.domain.transitions import Case, find
from app.ids import AnyId, CooperativeId, PayeeAccountId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.bank_accounts import HolderName, Iban
from app.usecases.shared.creditors import Payee, creditor_of
from app.vocabulary import Version


async def propose_payee_account(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, creditor: Payee, iban: Iban, name: HolderName
) -> PayeeAccount:
    """Propose the account to which the cooperative pays a creditor; a second person confirms it.

    A member sets their own, also after leaving; the treasurer sets those of others. The present account stays until
    then. A proposal that still waits is withdrawn. Raises NotFound; RuleRefused for an account of the cooperative.
    """
    # One proposal or decision at a time.
    cooperative = await cooperatives.plain.get(tx, cooperative_id, lock=True)
    require_setter(actor, creditor.creditor, cooperative_id, cooperative.umbrella_id)
    if member_of(creditor.creditor) is not None:
        # For the key under which the account is sealed.
        await lend_staff_view(tx, cooperative_id)
    paid = await creditor_of(tx, cooperative_id, creditor)
    if iban in await own_ibans(tx, cooperative_id) and paid.id != cooperative_id:
        raise RuleRefused(rule="account_is_own", value=iban)
    proposed = PayeeAccount(
        id=uuid7(),
        cooperative_id=cooperative_id,
        creditor_kind=paid.kind,
        creditor_id=paid.id,
        member_id=member_of(paid),
        iban=iban,
        name=name,
        proposed_by=actor.person,
        proposed_at=tx.now,
    )
    await _end(tx, cooperative_id, paid, PayeeAccountState.PROPOSED, PayeeAccountState.WITHDRAWN)
    await add_payee_account(tx, proposed)
    await tell(tx, "payee_account.proposed", cooperative_id, proposed.id)
    return opened(tx, await payee_accounts.get(tx, proposed.id))


async def move_payee_account(
    tx: Tx,
    actor: Actor,
    *,
    payee_account_id: PayeeAccountId,
    verb: PayeeAccountVerb,
    expected_version: Version | None = None,
) -> PayeeAccount:
    """Confirm the account of a creditor, as a second person, or withdraw it, as whoever may set it.

    The second person is of the staff, the outside approver, or an officer of the umbrella. From then on the cooperative
    pays to it, and it replaces the previous account; whoever is paid and all officers are told. Raises WrongState,
    Stale, SecondPersonNeeded for who proposed it and for the member who is paid.
    """
    seen = await payee_accounts.get(tx, payee_account_id)
    require_mover(actor, find(PAYEE_ACCOUNT, verb).right, seen)
    await cooperatives.plain.get(tx, seen.cooperative_id, lock=True)
    account = await payee_accounts.get(tx, payee_account_id, lock=True)
    expect(account.version, expected_version)
    decided = decide(Case(account, actor, tx.now), verb)
    if decided.state is PayeeAccountState.CONFIRMED:
        await _end(
            tx,
            account.cooperative_id,
            account.creditor,
            PayeeAccountState.CONFIRMED,
            PayeeAccountState.REPLACED,
        )
    if PayeeAccountState.CONFIRMED in (account.state, decided.state):
        await _tell_of_change(tx, account)
    await tell(tx, "payee_account.decided", account.cooperative_id, account.id)
    return opened(tx, await payee_accounts.save(tx, decided))


async def _end(
    tx: Tx, cooperative_id: CooperativeId, creditor: Creditor, before: PayeeAccountState, after: PayeeAccountState
) -> None:
    """Ends the account of a creditor that is in state `before`, if there is one, so that another one may be."""
    account = await payee_accounts.find(
        tx,
        cooperative_id=cooperative_id,
        creditor_kind=creditor.kind,
        creditor_id=creditor.id,
        state=before,
        lock=True,
    )
    if account is None:
        return
    await payee_accounts.save(tx, replace(account, state=after))
    if after is PayeeAccountState.WITHDRAWN:
        await tell(tx, "payee_account.decided", cooperative_id, account.id)
    # The unique index is checked row by row.
    await tx.flush()


async def _tell_of_change(tx: Tx, account: PayeeAccount) -> None:
    """Tells the officers, and the member or the other cooperative that is paid, that the account is another now."""
    paid = account.creditor
    facts = {"members": [str(account.member_id)]} if account.member_id is not None else {}
    await tell(tx, "payee_account.changed", account.cooperative_id, account.id, **facts)
    if paid.kind is CreditorKind.COOPERATIVE and paid.id != account.cooperative_id:
        payer = await cooperatives.plain.get(tx, account.cooperative_id)
        await tell(tx, "payee_account.changed_of_partner", paid.id, account.id, cooperative=payer.name)


@shows_private
async def list_payee_accounts(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    page: PageRequest,
    state: PayeeAccountState | None = None,
    creditor_id: AnyId | None = None,
) -> Page[PayeeAccount]:
    """The accounts to which a cooperative pays its creditors, with proposals and earlier ones, newest first.

    For the staff, the outside approver and officers of the umbrella, who find here what waits for a second person. A
    member sees their own.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    umbrella_id, there = cooperative.umbrella_id, actor.members_at(cooperative_id)
    office = actor.may(Right.READ_PAYEE_ACCOUNT, cooperative_id)
    if there and not office:
        actor.require(Right.READ_PAYEE_ACCOUNT, cooperative_id, own=actor.as_member(*there))
    else:
        require_here_or_above(actor, Right.READ_PAYEE_ACCOUNT, cooperative_id, umbrella_id)
    seen = there if there and not office else None
    return await page_of_payee_accounts(
        tx, page, cooperative_id=cooperative_id, state=state, creditor_id=creditor_id, member_id=seen
    )


@shows_private
@reads_by_id(payee_accounts)
async def get_payee_account(tx: Tx, actor: Actor, *, payee_account_id: PayeeAccountId) -> PayeeAccount:
    """One account of a creditor, for the staff, second persons from outside, and the member who is paid.

    Raises NotFound.
    """
    found = await payee_accounts.get(tx, payee_account_id)
    require_party(actor, Right.READ_PAYEE_ACCOUNT, found.cooperative_id, found.umbrella_id, found.member_id)
    return opened(tx, found)
