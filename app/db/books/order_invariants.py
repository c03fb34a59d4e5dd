"""The invariants of orders and of result lines: each is one query that must return no row."""

from app.domain.books.corrections import DEBT
from app.domain.earning.split import BY_YEAR_TOTAL

BY_YEAR = "array[" + ", ".join(f"'{rule}'" for rule in sorted(BY_YEAR_TOTAL)) + "]"
ORDER_OF = """
    left join credit r on j.source_type in ('credit', 'refund') and r.id = j.source_id
    left join write_off w on j.source_type = 'write_off' and w.id = j.source_id
    left join earning g on j.source_type = 'earning' and g.id = j.source_id
    join "order" o on o.id = coalesce(r.order_id, w.order_id, g.order_id, j.source_id)"""
"""The order behind its sale, and behind what was taken off it, given back to it and released."""
SUPPLIED = "state in ('delivered', 'completed')"
NOTHING_EARNED = (
    "refunded_cents + case when o.fund_bears then 0 else o.written_off_cents end = o.net_cents + o.vat_cents"
)
MONEY = "('bank', 'cash', 'in_transit', 'suspense')"
"""The accounts of money: at the bank, in cash, on the way, and on a line of a statement."""
CAME_IN = f"(a.kind in {MONEY} or a.kind = 'customer_credit' and a.party = e.facts ->> 'from')"
"""The entries of money that came in or went back, or that another order owed back."""
SETTLED = "o.sale_parts > 0 and not o.sale_reversed"

OF_ORDERS = {
    "I7 a reversal undoes exactly its own journal": f"""
        select r.id::text as what from journal r left join journal j on j.id = r.reverses
         where (r.kind like '%_reversal') <> (r.reverses is not null)
            or r.kind <> j.kind || '_reversal' or r.source_id <> j.source_id or r.cooperative_id <> j.cooperative_id
        union all
        select r.id::text from journal r join entry e on e.journal_id in (r.id, r.reverses)
          join account a on a.id = e.account_id
         where r.reverses is not null and r.kind not in ('sale_reversal', 'credit_reversal', 'write_off_reversal')
           and e.rule <> all ({BY_YEAR}) and e.rule <> '{DEBT}'
           and coalesce(e.facts ->> 'of', '') <> all ({BY_YEAR})
         group by r.id, case when a.kind = 'bank' and a.party is null
                               or a.kind = 'in_transit' and a.party = r.reverses::text then r.id else e.account_id end
        having sum(e.cents) <> 0""",
    "I7 a sale that was taken back has no shares left": f"""
        select o.reference as what from journal j join entry e on e.journal_id = j.id {ORDER_OF}
         where not ({SETTLED})
           and coalesce(e.facts ->> 'of', e.rule) in ('share_of_surplus', 'reserve_of_turnover', 'collective',
               'costs_above_net', 'held', 'release', 'forfeited')
         group by o.id, o.reference, e.account_id having sum(e.cents) <> 0""",
    "I7 credits are at most the price, and those of the lines are those of the order": """
        select o.reference as what from "order" o
          left join (select order_id, sum(net_cents + vat_cents) as cents, sum(vat_cents) as vat_cents from credit
                      where reversed_on is null group by 1) r on r.order_id = o.id
         where o.refunded_cents <> case when o.state in ('refused', 'expired', 'cancelled') then 0
                                        else coalesce(r.cents, 0) end
            or r.vat_cents > o.vat_cents
        union all
        select r.id::text from credit r left join credit_line l on l.credit_id = r.id
         group by r.id
        having r.net_cents <> coalesce(sum(l.net_cents), 0) or r.vat_cents <> coalesce(sum(l.vat_cents), 0)
        union all
        select l.id::text from order_line l join credit_line c on c.order_line_id = any(l.replaces || l.id)
          join credit k on k.id = c.credit_id and k.reversed_on is null
          join "order" o on o.id = l.order_id and o.terms = l.terms
         group by l.id having abs(sum(c.net_cents)) > abs(l.net_cents) or abs(sum(c.vat_cents)) > abs(l.vat_cents)
             or sum(c.quantity) > l.quantity""",
    "I15 a completed and paid order is shared by one sale in force, no other order has one": f"""
        select o.reference as what from "order" o
          left join journal s on s.source_type = 'order' and s.source_id = o.id and s.kind = 'sale'
           and not exists (select 1 from journal r where r.reverses = s.id)
         group by o.id
        having count(s.id) <> ({SETTLED})::int
            or count(s.id) > 0 and (o.state <> 'completed' or o.assignment_id is null and o.paid_cents < price_left(o))
        union all
        select o.reference from "order" o join earning e on e.order_id = o.id
         where o.state = 'completed' and price_left(o) + case when o.fund_bears then o.written_off_cents else 0 end > 0
           and (o.assignment_id is not null or o.paid_cents >= price_left(o))
           and (e.state = 'pending' or e.state = 'reversed' and e.refunded_cents < e.net_cents)
           and not exists (select 1 from cost_claim c where c.order_id = o.id and c.state in ('claimed', 'to_confirm'))
        union all
        select j.id::text from journal j where j.source_type = 'order'
           and not exists (select 1 from "order" o where o.id = j.source_id)
        union all
        select a.title from assignment a join "order" o on o.id = a.order_id
         where a.state in ('approved', 'settled') and (a.state = 'settled') <> (o.paid_cents >= price_left(o))""",
    "I16 what customers owe is what is due of what was delivered or asked as a deposit": """
        select b.cooperative_id || ' ' || coalesce(b.cents, 0) || ' ' || coalesce(o.cents, 0) as what
          from (select a.cooperative_id, sum(e.cents) as cents from account a join entry e on e.account_id = a.id
                  join journal j on j.id = e.journal_id
                 where a.kind = 'receivable_customer' and j.kind <> 'opening' group by 1) b
          full join (select cooperative_id, -sum(open_of_invoices(o)) as cents
                       from "order" o where buyer_id is null group by 1) o using (cooperative_id)
         where coalesce(b.cents, 0) <> coalesce(o.cents, 0)""",
    "I16 what customers get back is what was paid beyond the price of their order": """
        with owed as (select o.id::text as party, o.cooperative_id, owed_back(o) as cents
                        from "order" o where o.buyer_id is null),
        booked as (select a.party, a.cooperative_id, sum(e.cents) as cents
                     from account a join entry e on e.account_id = a.id where a.kind = 'customer_credit' group by 1, 2)
        select coalesce(owed.party, booked.party, 'nobody') as what
          from owed full join booked using (party, cooperative_id)
         where coalesce(owed.cents, 0) <> coalesce(booked.cents, 0)""",
    "I16 what was paid of an order is what came in less what went back": f"""
        select o.reference as what from "order" o
          left join (select s.order_id, -sum(s.sign * e.cents) as cents
                       from (select id, order_id, 'payment' as source_type, 1 as sign from payment
                             union all select id, order_id, 'repayment', 1 from repayment
                             union all select id, order_id, 'refund', 1 from repayment
                             union all select payment_id, order_id, 'payment', -1 from repayment) s
                       join journal j on j.source_type = s.source_type and j.source_id = s.id
                       join entry e on e.journal_id = j.id join account a on a.id = e.account_id
                      where {CAME_IN} group by 1) m on m.order_id = o.id
         where o.buyer_id is null and o.paid_cents <> coalesce(m.cents, 0)""",
    "I16 VAT for later is of orders that are not paid, and at most theirs": """
        with booked as (
            select a.cooperative_id, sum(e.cents) as cents from account a join entry e on e.account_id = a.id
             where a.kind = 'vat' and a.party = 'later' group by 1)
        select b.cooperative_id || ' ' || b.cents as what from booked b
         where b.cents not between 0 and coalesce((
               select sum(o.vat_cents) from "order" o
                where o.cooperative_id = b.cooperative_id and o.vat_with_money and open_of_invoices(o) > 0), 0)""",
    "I21 what is to be shared of an order is what was delivered, less costs, until it is shared": f"""
        with booked as (
            select (e.facts ->> 'order')::uuid as order_id, sum(e.cents) as cents
              from account a join entry e on e.account_id = a.id where a.kind = 'to_share' group by 1)
        select coalesce(o.reference, b.order_id::text) as what
          from booked b full join "order" o on o.id = b.order_id
          left join lateral (
               select sum(l.net_cents) - coalesce((select sum(r.net_cents) from credit r
                                                  where r.order_id = o.id and r.reversed_on is null), 0)
                          as cents from order_line l where l.order_id = o.id and l.terms = o.terms) price on true
          left join lateral (
               select sum(c.cents - c.deducted_vat_cents) as cents from cost_claim c
                where c.order_id = o.id and c.state = 'approved' and c.borne_by = 'earning') cost on true
         where o.id is null
            or coalesce(b.cents, 0) <> case
               when {SETTLED}
                    or o.assignment_id is not null and o.state = 'completed'
                    or o.state in ('refused', 'expired', 'cancelled') or o.{NOTHING_EARNED}
               then 0
               else case when o.{SUPPLIED} then price.cents else 0 end - coalesce(cost.cents, 0) end
           and (o.id is null or o.written_off_cents = 0 or {SETTLED}
                or o.{NOTHING_EARNED})""",
}
OF_RESULTS = {
    "I17 result lines sum to zero, and what moves equity is allotted": """
        select journal_id::text as what from result_line group by journal_id having sum(cents) <> 0
        union all
        select j.id::text from journal j
          left join lateral (
               select coalesce(sum(e.cents), 0) as cents from entry e join account a on a.id = e.account_id
                where e.journal_id = j.id
                  and (a.kind in ('cooperative_fund', 'training_pot', 'restricted_fund')
                       or a.kind = 'reserved' and a.member_id is null)) equity on true
          left join lateral (
               select coalesce(sum(r.cents), 0) as cents from result_line r
                where r.category like 'allotted/%' and r.journal_id in (
                      select j.id union all
                      select c.id from journal c
                       where c.kind = 'classification' and c.source_type = 'journal' and c.source_id = j.id)) allotted
               on true
         where j.kind not in ('opening', 'classification') and equity.cents <> -allotted.cents""",
}
