"""Restricted funds: prize money, grants and gifts that may be spent on named purposes only."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.errors import PurposeNotAllowed
from app.domain.ledger import AccountKind, Leg


@dataclass(frozen=True, kw_only=True)
class Fund:
    """`purposes` is what it may be spent on; `balance_cents` is its balance."""

    id: UUID
    cooperative_id: UUID
    title: str
    purposes: tuple[str, ...]
    balance_cents: int = 0
    version: int = 1


def donation_legs(fund: Fund, cents: int, giver: str) -> tuple[Leg, ...]:
    """Money received for the fund."""
    facts = {"giver": giver, "fund": fund.title}
    return (
        Leg(kind=AccountKind.BANK, cents=-cents, rule="donation", facts=facts),
        Leg(kind=AccountKind.RESTRICTED_FUND, cents=cents, rule="donation", facts=facts, party=str(fund.id)),
    )


def expense_legs(fund: Fund, cents: int, purpose: str, supplier: str, title: str) -> tuple[Leg, ...]:
    """Money spent from the fund. Raises PurposeNotAllowed with the allowed purposes."""
    if purpose not in fund.purposes:
        raise PurposeNotAllowed(purpose=purpose, known=list(fund.purposes))
    facts = {"purpose": purpose, "supplier": supplier, "title": title}
    return (
        Leg(kind=AccountKind.RESTRICTED_FUND, cents=-cents, rule="fund_expense", facts=facts, party=str(fund.id)),
        Leg(kind=AccountKind.BANK, cents=cents, rule="fund_expense", facts=facts),
    )
