"""Statements, traces and flows, straight from the entries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.db.books.order_invariants import MONEY
from app.db.engine import Tx
from app.domain.books.flows import Credited, Flow, Purchase, StatementAxis, StatementLine
from app.domain.ledger import AccountKind

_DAY = {"period": "j.period", "work": "j.effective_on"}
_SOLD = "('charge', 'cost', 'sale', 'credit', 'write_off', 'cancel', 'sale_refund', 'release')"
"""What is booked of the price of an order; what was undone of it counts too."""
_CUSTOMERS = "('receivable_customer', 'receivable_cooperative', 'customer_credit', 'advance')"
"""Accounts that only wait for a customer's money, or hold it until the delivery."""
_TOGETHER = "('joint_purchase', 'joint_purchase_credit')"
_WHAT = "regexp_replace(j.kind, '_reversal$', '')"
"""The kind of what was booked or undone."""
_ORDER_OF = """
    left join credit r on j.source_type in ('credit', 'refund') and r.id = j.source_id
    left join write_off w on j.source_type = 'write_off' and w.id = j.source_id
    left join cost_claim k on j.source_type = 'cost_claim' and k.id = j.source_id
    left join assignment t on j.source_type = 'assignment' and t.id = j.source_id
    left join earning g on j.source_type = 'earning' and g.id = j.source_id
    join "order" o
      on o.id = coalesce(r.order_id, w.order_id, k.order_id, t.order_id, g.order_id, j.source_id)"""
"""The order behind a charge, a cost, a sale, what was taken off, and what was held of it."""


async def lines(
    tx: Tx, cooperative_id: UUID, member_id: UUID | None, since: date, until: date, as_of: datetime, axis: StatementAxis
) -> list[StatementLine]:
    """Opening, change and closing balance for each kind of account; with a member, of the member's own accounts."""
    sql = f"""
        select a.kind, coalesce(sum(e.cents) filter (where {_DAY[axis]} < $3), 0)::bigint as opening_cents,
               coalesce(sum(e.cents) filter (where {_DAY[axis]} >= $3), 0)::bigint as change_cents,
               sum(e.cents)::bigint as closing_cents
          from account a join entry e on e.account_id = a.id join journal j on j.id = e.journal_id
         where a.cooperative_id = $1 and a.currency = 'EUR' and ($2::uuid is null or a.member_id = $2)
           and {_DAY[axis]} <= $4 and j.booked_at <= $5
         group by a.kind order by a.kind"""
    rows = await tx.rows(sql, cooperative_id, member_id, since, until, as_of)
    return [StatementLine(**dict(row) | {"kind": AccountKind(row["kind"])}) for row in rows]


async def earned(
    tx: Tx, cooperative_id: UUID, member_id: UUID, since: date, until: date, as_of: datetime, axis: StatementAxis
) -> list[dict[str, Any]]:
    """The result of a member's work, by account kind, rule and category of costs."""
    sql = f"""
        select a.kind, coalesce(e.facts ->> 'of', e.rule) as rule, e.facts ->> 'category' as category,
               sum(e.cents)::bigint as cents
          from journal j join entry e on e.journal_id = j.id join account a on a.id = e.account_id {_ORDER_OF}
         where j.cooperative_id = $1 and {_WHAT} in {_SOLD} and o.id in (
               select order_id from earning where member_id = $2
               union select order_id from earning where to_member_id = $2)
           and a.kind <> 'to_share' and e.facts ->> 'member' = $2::text
           and {_DAY[axis]} between $3 and $4 and j.booked_at <= $5
         group by 1, 2, 3"""
    return [dict(row) for row in await tx.rows(sql, cooperative_id, member_id, since, until, as_of)]


async def closed_through(tx: Tx, cooperative_id: UUID) -> date | None:
    """The last closed month."""
    found: date | None = await tx.value("select max(month) from period where cooperative_id = $1", cooperative_id)
    return found


async def order_flows(tx: Tx, order_id: UUID) -> list[Flow]:
    """The flows of one order's money, after refunds."""
    sql = f"""
        select a.kind as target,
               case when a.kind = 'to_share' then 'supplied' else coalesce(e.facts ->> 'of', e.rule) end as rule,
               e.facts ->> 'member' as member,
               sum(e.cents)::bigint as cents, (array_agg(e.facts order by j.id))[1] as facts
          from journal j join entry e on e.journal_id = j.id join account a on a.id = e.account_id {_ORDER_OF}
         where o.id = $1 and {_WHAT} in {_SOLD} and a.kind not in {_CUSTOMERS}
         group by 1, 2, 3 order by 1, 2, 3"""
    rows = await tx.rows(sql, order_id)
    return [
        Flow("customer", row["target"], row["cents"], row["rule"], row["facts"])
        for row in rows
        if row["cents"] and row["rule"] not in ("release", "held")
    ]


async def pot_credits(tx: Tx, member_ids: Sequence[UUID]) -> list[Credited]:
    """The amount that each order brought to the members' pots, after refunds, oldest first."""
    sql = f"""
        select a.member_id, o.id as order_id, sum(e.cents)::bigint as cents
          from account a join entry e on e.account_id = a.id join journal j on j.id = e.journal_id {_ORDER_OF}
         where a.member_id = any($1) and a.kind = 'pot' and {_WHAT} in {_SOLD}
         group by a.member_id, o.id having sum(e.cents) > 0 order by a.member_id, min(e.version)"""
    return [Credited(**dict(row)) for row in await tx.rows(sql, member_ids)]


async def purchases(tx: Tx, member_ids: Sequence[UUID]) -> list[Purchase]:
    """The purchases that the members' pots paid, oldest first."""
    sql = """select member_id, title, supplier, cents from (
                select id, member_id, title, supplier, paid_on, coalesce(spent_cents, cents) as cents from spending
                 where paid_on is not null
                union all
                select w.id, w.member_id, p.title, p.supplier, p.settled_on, w.charged_cents - w.credited_cents
                  from wish w join joint_purchase p on p.id = w.purchase_id
                 where w.paid_by = 'pot' and p.settled_on is not null and w.charged_cents > 0) bought
              where member_id = any($1) order by paid_on, id"""
    return [Purchase(**dict(row)) for row in await tx.rows(sql, member_ids)]


async def month_flows(tx: Tx, cooperative_id: UUID, month: date) -> list[Flow]:
    """The customers' money of a month and where it went, and the money that left the pots and the fund."""
    sql = f"""
        with moved as (
            select {_WHAT} as what, a.kind, a.member_id is not null as own, sum(e.cents)::bigint as cents
              from journal j join entry e on e.journal_id = j.id join account a on a.id = e.account_id
             where j.cooperative_id = $1 and j.period = $2 group by 1, 2, 3)
        select 'customer' as source, kind as target, sum(cents)::bigint as cents from moved
         where what in {_SOLD} and kind not in {_CUSTOMERS} group by kind
        union all
        select 'pot', 'purchase', sum(case when kind in {MONEY} then cents else -cents end)::bigint from moved
         where what in ('spend', 'spend_back') and kind in {MONEY}
            or what in {_TOGETHER} and own and kind in ('pot', 'reserved', 'receivable_member')
        union all
        select 'pot', kind, sum(cents)::bigint from moved where what = 'pot_settlement' and kind <> 'pot' group by kind
        union all
        select 'cooperative_fund', 'purchase', -sum(cents)::bigint from moved
         where what = 'collective_purchase' and kind = 'cooperative_fund'
            or what in {_TOGETHER} and not own and kind in ('cooperative_fund', 'reserved')
        union all
        select 'cooperative_fund', 'allowance', sum(cents)::bigint from moved
         where what like 'allowance%' and kind = 'payable_member'"""
    found = [Flow(**dict(row)) for row in await tx.rows(sql, cooperative_id, month) if row["cents"]]
    return sorted(found, key=lambda flow: (flow.source != "customer", -flow.cents))
