"""Where money went: statements of a period, the trace of an order, the flows of a month."""

from datetime import date, datetime

from app.contract.amounts import NamedAmount, amounts
from app.contract.ledger import Flow
from app.contract.operation import Noun
from app.contract.shape import Money, seen, shape
from app.domain.books import flows as domain
from app.domain.books.flows import StatementAxis
from app.domain.ledger import AccountKind
from app.ids import CooperativeId, MemberId
from app.usecases.books.flows import get_member_statement, get_month_flows, get_statement, trace_order


@shape(domain.StatementLine)
class StatementLine:
    """The accounts of one kind over the period. Credits are positive."""

    kind: AccountKind
    """What the accounts are for."""
    opening: Money
    """What stood on them when it began."""
    change: Money
    """How much came on them, or went off."""
    closing: Money
    """What stood on them when it ended."""


class Stated:
    """What every statement shows."""

    cooperative_id: CooperativeId
    """Whose books they are."""
    since: date
    """Its first day."""
    until: date
    """Its last day."""
    as_of: datetime
    """The moment at which the books said so."""
    axis: StatementAxis
    """By which day an entry counts."""
    final: bool
    """Whether every month of it is closed."""
    lines: list[StatementLine]
    """What happened, by kind of account."""


@shape(domain.Statement)
class Statement(Stated):
    """What the books of a cooperative said at a moment about a period."""


@shape(domain.Statement)
class MemberStatement(Stated):
    """What the books said at a moment about what a member earned in a period."""

    member_id: MemberId = seen(lambda statement, _: statement.member_id)
    """Whose it is."""
    turnover: Money
    """What they turned over, without VAT."""
    costs: list[NamedAmount] = amounts("costs")
    """What it cost, by category."""
    shares: list[NamedAmount] = amounts("shares")
    """How the rest was shared, by kind of account."""


BELOW = "/cooperatives/{cooperative_id}"
flows = Noun("ledger")
flows.get(f"{BELOW}/statement", get_statement, Statement)
flows.get("/members/{member_id}/statement", get_member_statement, MemberStatement)
flows.get("/orders/{order_id}/trace", trace_order, Flow, field="order_trace")
flows.get(f"{BELOW}/flows", get_month_flows, Flow)
