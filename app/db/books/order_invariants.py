"""The invariants of orders and of result lines: each is one query that must return no row."""

PRICE_LEFT = """case when state in ('refused', 'expired', 'cancelled') then 0
                     else net_cents + vat_cents - refunded_cents end"""

OF_ORDERS = {
    "I15 a completed and paid order has exactly one sale that stands, no other order has one": """
        select o.reference as what from "order" o
          left join journal s on s.source_type = 'order' and s.source_id = o.id and s.kind = 'sale'
           and not exists (select 1 from journal r where r.reverses = s.id)
           -- refunds in parts end at nothing, without a reversal of their own
           and not (o.refunded_cents = o.net_cents + o.vat_cents
                    and exists (select 1 from refund r where r.order_id = o.id and r.cents > r.returned_cents))
         group by o.id
        having count(s.id) <> case
            when o.state = 'completed' and o.refunded_cents < o.net_cents + o.vat_cents
             and (o.assignment_id is not null
                  or o.paid_cents + o.refunded_cents >= o.net_cents + o.vat_cents
                     and not exists (select 1 from cost_claim c
                                       where c.order_id = o.id and c.state in ('claimed', 'to_confirm')))
            then 1 else 0 end
        union all
        select j.id::text from journal j where j.source_type = 'order'
           and not exists (select 1 from "order" o where o.id = j.source_id)
        union all
        select a.title from assignment a join "order" o on o.id = a.order_id
         where a.state in ('approved', 'settled')
           and (a.state = 'settled') <> (o.paid_cents + o.refunded_cents >= o.net_cents + o.vat_cents)""",
    "I16 what customers owe is what their orders say": f"""
        select b.cooperative_id || ' ' || coalesce(b.cents, 0) || ' ' || coalesce(o.cents, 0) as what
          from (select a.cooperative_id, sum(e.cents) as cents from account a join entry e on e.account_id = a.id
                  join journal j on j.id = e.journal_id
                 where a.kind = 'receivable_customer' and j.kind <> 'opening' group by 1) b
          full join (select cooperative_id, sum(least(paid_cents, price_left) - case
                            when sale_parts > 0 and not sale_reversed then price_left else 0 end) as cents
                       from (select *, {PRICE_LEFT} as price_left from "order" where buyer_id is null) p
                      group by 1) o using (cooperative_id)
         where coalesce(b.cents, 0) <> coalesce(o.cents, 0)""",
    "I16 what customers get back is what was paid beyond the price of their order": f"""
        with owed as (select id::text as party, cooperative_id, greatest(paid_cents - {PRICE_LEFT}, 0) as cents
                        from "order" where buyer_id is null),
        booked as (select a.party, a.cooperative_id, sum(e.cents) as cents
                     from account a join entry e on e.account_id = a.id where a.kind = 'customer_credit' group by 1, 2)
        select coalesce(owed.party, booked.party, 'nobody') as what
          from owed full join booked using (party, cooperative_id)
         where coalesce(owed.cents, 0) <> coalesce(booked.cents, 0)""",
    "I16 what was paid of an order is what came in less what went back": """
        select o.reference as what from "order" o
          left join (select s.order_id, -sum(e.cents) as cents
                       from (select id, order_id, 'payment' as source_type from payment
                             union all select id, order_id, 'refund' from refund) s
                       join journal j on j.source_type = s.source_type and j.source_id = s.id
                       join entry e on e.journal_id = j.id join account a on a.id = e.account_id
                      where a.kind = 'bank' group by 1) m on m.order_id = o.id
         where o.buyer_id is null and o.paid_cents <> coalesce(m.cents, 0)""",
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
         where j.kind not in ('opening', 'classification') and equity.cents <> -allotted.cents
           and exists (select from result_line r where r.journal_id = j.id)""",
}
