"""Flows of money: statements of a period as of any day, the trace of one order, the flows of a month."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.errors import RuleRefused
from app.domain.ledger import AccountKind


class StatementAxis(StrEnum):
    """By the month in which it is booked, or by the day on which it was worked or paid."""

    PERIOD = "period"
    WORK = "work"


@dataclass(frozen=True)
class StatementLine:
    """An account kind over a period; credits are positive."""

    kind: AccountKind
    opening_cents: int
    change_cents: int
    closing_cents: int


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The books as of `as_of` about `since` through `until`, of a cooperative or one member.

    For a member: `turnover_cents` net of VAT, `costs` by category and `shares` by account kind of their earnings.
    `final` once every month of it is closed.
    """

    cooperative_id: UUID
    member_id: UUID | None
    since: date
    until: date
    as_of: datetime
    axis: StatementAxis
    final: bool
    lines: tuple[StatementLine, ...]
    turnover_cents: int = 0
    costs: dict[str, int] = field(default_factory=dict)
    shares: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Flow:
    """`cents` from one place to the next; `rule` and `facts` are the reason, if there is a single one."""

    source: str
    target: str
    cents: int
    rule: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Credited:
    """The amounts that one order added to a member's pot, in their order."""

    member_id: UUID
    order_id: UUID
    cents: int


@dataclass(frozen=True)
class Purchase:
    """A payment from a member's pot."""

    member_id: UUID
    title: str
    supplier: str
    cents: int


def check_dates(since: date, until: date) -> None:
    """Raises RuleRefused if it would end before it begins."""
    if until < since:
        raise RuleRefused(rule="until_not_before_start", value=until.isoformat())


def bought_with(order_id: UUID, credited: Sequence[Credited], purchases: Sequence[Purchase]) -> list[Flow]:
    """The purchases made with the money that one order added to the pots: first in, first out."""
    flows: list[Flow] = []
    for member_id in dict.fromkeys(row.member_id for row in credited if row.order_id == order_id):
        own = [row for row in credited if row.member_id == member_id]
        flows += _bought_by(order_id, own, [row for row in purchases if row.member_id == member_id])
    return flows


def _bought_by(order_id: UUID, credited: Sequence[Credited], purchases: Sequence[Purchase]) -> list[Flow]:
    begin = sum(row.cents for row in credited[: [row.order_id for row in credited].index(order_id)])
    end = begin + next(row.cents for row in credited if row.order_id == order_id)
    flows, spent = [], 0
    for purchase in purchases:
        part = min(end, spent + purchase.cents) - max(begin, spent)
        if part > 0:
            flows.append(
                Flow("pot", "purchase", part, "spend", {"title": purchase.title, "supplier": purchase.supplier})
            )
        spent += purchase.cents
    return flows
