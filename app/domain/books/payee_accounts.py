"""Bank accounts to which a cooperative pays its creditors. A second person confirms each; a member sets their own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor, Party
from app.domain.creditors import Creditor, CreditorKind
from app.domain.errors import Forbidden, SecondPersonNeeded
from app.domain.second_person import may_here_or_above, require_here_or_above
from app.domain.transitions import Case, Process, Terms, Transition, move


class PayeeAccountState(StrEnum):
    """The state of a payee's account. At most one of a creditor is proposed, and at most one confirmed."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    """The cooperative pays to it."""
    WITHDRAWN = "withdrawn"
    """By whoever may set it, or by a newer proposal."""
    REPLACED = "replaced"
    """Another one was confirmed later."""


class PayeeAccountVerb(StrEnum):
    """A step with a payee's account."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, kw_only=True)
class PayeeAccount:
    """`iban` is in capitals without blanks; `name` is the account holder, as the bank knows it.

    Those of a member are sealed in the database, and are None once the member was erased.
    """

    id: UUID
    cooperative_id: UUID
    creditor_kind: CreditorKind
    creditor_id: UUID
    iban: str | None
    name: str | None
    proposed_by: UUID
    proposed_at: datetime
    member_id: UUID | None = None
    """The creditor, if that is a member."""
    state: PayeeAccountState = PayeeAccountState.PROPOSED
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    umbrella_id: UUID | None = None
    """The umbrella of the cooperative now, whose officers may confirm it; loaded."""
    version: int = 1

    @property
    def creditor(self) -> Creditor:
        return Creditor(self.creditor_kind, self.creditor_id)


def member_of(creditor: Creditor) -> UUID | None:
    """The member that a creditor is, if it is one."""
    return creditor.id if creditor.kind is CreditorKind.MEMBER else None


def require_setter(actor: Actor, creditor: Creditor, cooperative_id: UUID, umbrella_id: UUID | None) -> None:
    """Checks that the actor may set where this creditor is paid: a member for themselves, for others the treasurer.

    Raises NotFound for an outsider, Forbidden for an insider.
    """
    member_id = member_of(creditor)
    require_party(actor, Right.SET_PAYEE_ACCOUNT, cooperative_id, umbrella_id, member_id)
    if member_id is not None and not _own(actor, member_id):
        raise Forbidden(right=Right.SET_PAYEE_ACCOUNT)


def require_mover(actor: Actor, right: Right, account: PayeeAccount) -> None:
    """Checks the right of a step. Raises NotFound for an outsider, Forbidden for an insider."""
    if right is Right.SET_PAYEE_ACCOUNT:
        require_setter(actor, account.creditor, account.cooperative_id, account.umbrella_id)
    else:
        require_party(actor, right, account.cooperative_id, account.umbrella_id, account.member_id)


def require_party(
    actor: Actor, right: Right, cooperative_id: UUID, umbrella_id: UUID | None, member_id: UUID | None
) -> None:
    """Checks a right at the cooperative, of its umbrella, or of the member. Raises as `Actor.require` does."""
    if own := _own(actor, member_id):
        actor.require(right, cooperative_id, own=own)
    else:
        require_here_or_above(actor, right, cooperative_id, umbrella_id)


def _own(actor: Actor, member_id: UUID | None) -> tuple[Party, ...]:
    return actor.as_member(member_id) if member_id is not None else ()


def _second_person(case: Case[PayeeAccount]) -> SecondPersonNeeded | None:
    """Another person than who proposed it, and not whoever is paid."""
    involved = case.is_person(case.thing.proposed_by) or case.is_member(case.thing.member_id)
    return SecondPersonNeeded() if involved else None


def _rights(account: PayeeAccount, actor: Actor) -> Callable[[Right], bool]:
    """Those at the cooperative and of its umbrella; to set that of a member is the member's alone."""

    def may(right: Right) -> bool:
        if right is Right.SET_PAYEE_ACCOUNT and account.member_id is not None:
            return actor.may(right, own=_own(actor, account.member_id))
        return may_here_or_above(actor, right, account.cooperative_id, account.umbrella_id)

    return may


PAYEE_ACCOUNT: Process[PayeeAccount] = Process(
    verbs=PayeeAccountVerb,
    states=PayeeAccountState,
    rights=_rights,
    rows=(
        Transition("confirm", ("proposed",), "confirmed", Right.CONFIRM_PAYEE_ACCOUNT, Terms(_second_person)),
        Transition("withdraw", ("proposed", "confirmed"), "withdrawn", Right.SET_PAYEE_ACCOUNT),
    ),
)


def decide(case: Case[PayeeAccount], verb: PayeeAccountVerb) -> PayeeAccount:
    """The account after `verb`. Raises WrongState, SecondPersonNeeded."""
    state = PayeeAccountState(move(PAYEE_ACCOUNT, case, verb))
    if state is PayeeAccountState.CONFIRMED:
        return replace(case.thing, state=state, confirmed_by=case.actor.person, confirmed_at=case.now)
    return replace(case.thing, state=state)
