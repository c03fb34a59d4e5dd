"""Flows of money: statements, the trace of an order, the flows of a month. Reads only."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from app.db.books import flows
from app.db.earning.earnings import earnings
from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.db.people.members import members
from app.db.people.persons import lend_staff_view
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.flows import Flow, Statement, StatementAxis, bought_with, check_dates
from app.ids import CooperativeId, MemberId, OrderId
from app.usecases.declared.audit import shows_private
from app.vocabulary import Day, Doc, Month, PastMoment, first_of

FirstDay = Annotated[Day, Doc("Its first day.")]
LastDay = Annotated[Day, Doc("Its last day.")]
AsOf = Annotated[PastMoment, Doc("The moment as of which to read the books; null: now.")]
Axis = Annotated[StatementAxis, Doc("Whether a period counts the month of booking or the day of the work.")]


async def get_statement(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    since: FirstDay,
    until: LastDay,
    as_of: AsOf | None = None,
    axis: Axis = StatementAxis.PERIOD,
) -> Statement:
    """The cooperative's accounts over a period, as of a moment. For the treasurer.

    With a moment given, the answer is always the same.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    return await _statement(tx, cooperative_id, None, since, until, as_of or tx.now, axis)


@shows_private
async def get_member_statement(
    tx: Tx,
    actor: Actor,
    *,
    member_id: MemberId,
    since: FirstDay,
    until: LastDay,
    as_of: AsOf | None = None,
    axis: Axis = StatementAxis.WORK,
) -> Statement:
    """A member's turnover, costs, shares and own accounts over a period. For the member and the staff."""
    member = await members.get(tx, member_id)
    own = actor.as_member(member_id)
    actor.require(Right.READ_THERMOMETER, member.cooperative_id, own=own)
    await lend_staff_view(tx, member.cooperative_id)
    at = as_of or tx.now
    made = await _statement(tx, member.cooperative_id, member_id, since, until, at, axis)
    rows = await flows.earned(tx, member.cooperative_id, member_id, since, until, at, axis)
    costs: dict[str, int] = {}
    shares: dict[str, int] = {}
    for row in rows:
        kept = costs if row["rule"] == "cost" else shares
        name = row["category"] or "-" if row["rule"] == "cost" else row["kind"]
        kept[name] = kept.get(name, 0) + row["cents"]
    shares = {name: cents for name, cents in shares.items() if cents}
    return replace(made, turnover_cents=sum(row["cents"] for row in rows), costs=costs, shares=shares)


async def _statement(
    tx: Tx, cooperative_id: UUID, member_id: UUID | None, since: date, until: date, as_of: datetime, axis: StatementAxis
) -> Statement:
    check_dates(since, until)
    found = tuple(await flows.lines(tx, cooperative_id, member_id, since, until, as_of, axis))
    closed = await flows.closed_through(tx, cooperative_id)
    final = closed is not None and until.replace(day=1) <= closed
    return Statement(
        cooperative_id=cooperative_id,
        member_id=member_id,
        since=since,
        until=until,
        as_of=as_of,
        axis=axis,
        final=final,
        lines=found,
    )


@shows_private
async def trace_order(tx: Tx, actor: Actor, *, order_id: OrderId) -> list[Flow]:
    """The money of an order, up to the purchases from the pot. A maker sees their own part."""
    order = await orders.get(tx, order_id)
    own = {earning.credited_id for earning in await earnings.all(tx, order_id=order_id)}
    mine = frozenset(actor.members_with(Right.TRACE_ORDER)) & (set(order.maker_ids) | own)
    actor.require(Right.TRACE_ORDER, order.cooperative_id, own=actor.as_member(*mine))
    staff = actor.may(Right.TRACE_ORDER, order.cooperative_id)
    await lend_staff_view(tx, order.cooperative_id)
    credited = {earning.credited_id for earning in await earnings.all(tx, order_id=order_id)}
    seen = sorted(credited if staff else mine)
    found = [f for f in await flows.order_flows(tx, order_id) if staff or _visible(f, mine)]
    return found + bought_with(order_id, await flows.pot_credits(tx, seen), await flows.purchases(tx, seen))


@shows_private
async def get_month_flows(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, month: Month) -> list[Flow]:
    """The customers' money of a month, and where it went. For the treasurer."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    return await flows.month_flows(tx, cooperative_id, first_of(month))


def _visible(flow: Flow, members_seen: frozenset[UUID]) -> bool:
    named = flow.facts.get("member")
    return named is None or UUID(named) in members_seen
