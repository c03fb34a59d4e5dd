"""Flows of money: statements of a period, the trace of an order, the flows of a month."""

from datetime import date, datetime

from app.contract.amounts import NamedAmount, amounts
from app.contract.ledger import Flow
from app.contract.operation import Noun
from app.contract.shape import Money, computed, shape
from app.domain.books import flows as domain
from app.domain.books.flows import StatementAxis
from app.domain.ledger import AccountKind
from app.ids import CooperativeId, MemberId
from app.usecases.books.flows import get_member_statement, get_month_flows, get_statement, trace_order


@shape(domain.StatementLine)
class StatementLine:
    """The accounts of one kind over the period. Credits are positive."""

    kind: AccountKind
    """The kind of accounts."""
    opening: Money
    """The balance at the start."""
    change: Money
    """The change of the balance."""
    closing: Money
    """The balance at the end."""


class Stated:
    """The fields of every statement."""

    cooperative_id: CooperativeId
    """The cooperative whose books they are."""
    since: date
    """Its first day."""
    until: date
    """Its last day."""
    as_of: datetime
    """The moment as of which the books were read."""
    axis: StatementAxis
    """The day by which an entry counts."""
    final: bool
    """Whether every month of it is closed."""
    lines: list[StatementLine]
    """The changes by kind of account."""


@shape(domain.Statement)
class Statement(Stated):
    """The books of a cooperative over a period, as of a moment."""


@shape(domain.Statement)
class MemberStatement(Stated):
    """The earnings of a member over a period, as of a moment."""

    member_id: MemberId = computed(lambda statement, _: statement.member_id)
    """The member."""
    turnover: Money
    """The turnover, without VAT."""
    costs: list[NamedAmount] = amounts("costs")
    """The costs, by category."""
    shares: list[NamedAmount] = amounts("shares")
    """The shares of the rest, by kind of account."""


BELOW = "/cooperatives/{cooperative_id}"
flows = Noun("ledger")
flows.get(f"{BELOW}/statement", get_statement, Statement)
flows.get("/members/{member_id}/statement", get_member_statement, MemberStatement)
flows.get("/orders/{order_id}/trace", trace_order, Flow, field="order_trace")
flows.get(f"{BELOW}/flows", get_month_flows, Flow)
