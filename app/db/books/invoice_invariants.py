"""The invariants of invoices: each is one query that must return no row."""

OF_INVOICES = {
    "I20 the numbers of a year have no gap, and none is given twice": """
        select s.cooperative_id || ' ' || s.year as what from invoice_series s
         where s.last <> (select count(*) from invoice i where i.cooperative_id = s.cooperative_id and i.year = s.year)
                         + (select count(*) from invoice_lost l
                             where l.cooperative_id = s.cooperative_id and l.year = s.year)
            or s.last < (select max(i.sequence) from invoice i
                          where i.cooperative_id = s.cooperative_id and i.year = s.year)
            or s.last < (select max(l.sequence) from invoice_lost l
                          where l.cooperative_id = s.cooperative_id and l.year = s.year)
        union all
        select i.number from invoice i join invoice_lost l using (cooperative_id, year, sequence)
        union all
        select i.number from invoice i
          left join invoice_series s on s.cooperative_id = i.cooperative_id and s.year = i.year
         where s.last is null
            or i.number not like '%' || i.year || '-' || to_char(i.sequence, 'FM00000' || repeat('0',
                                                             greatest(0, length(i.sequence::text) - 5)))""",
    "I20 an invoice shows the sum of its orders, and its number": """
        select i.number as what from invoice i
          left join lateral (select count(*) as count, sum(p.net_cents + p.vat_cents) as cents from invoice_order p
                              where p.invoice_id = i.id) p on true
         where i.paper ->> 'number' <> i.number or i.gross_cents <> (i.paper ->> 'gross_cents')::bigint
            or i.purchase_id is null and i.gross_cents is distinct from p.cents""",
    "I20 what was invoiced of an order that has its invoice is what is left of its price": """
        select o.reference as what from "order" o
          join lateral (
               select sum(case when i.kind = 'credit_note' then -1 else 1 end * (p.net_cents + p.vat_cents)) as cents
                 from invoice_order p join invoice i on i.id = p.invoice_id where p.order_id = o.id) asked on true
         where o.invoice_id is not null
           and asked.cents <> price_left(o) + case when o.state in ('refused', 'expired', 'cancelled') then 0
                                                   else o.written_off_cents end
        union all
        select o.reference from "order" o
          left join lateral (
               select sum(case when i.kind = 'credit_note' then -1 else 1 end * (p.net_cents + p.vat_cents)) as cents
                 from invoice_order p join invoice i on i.id = p.invoice_id where p.order_id = o.id) asked on true
         where o.invoice_id is null and coalesce(asked.cents, 0) <> o.deposit_cents""",
    "I20 what a partner was invoiced for a joint purchase is what it was charged in the books": """
        with asked as (
            select purchase_id, cooperative_id, buyer_id,
                   sum(case kind when 'credit_note' then -gross_cents else gross_cents end) as cents
              from invoice where purchase_id is not null group by 1, 2, 3),
        charged as (
            select j.source_id as purchase_id, j.cooperative_id, a.party, -sum(e.cents) as cents
              from journal j join entry e on e.journal_id = j.id join account a on a.id = e.account_id
             where j.source_type = 'joint_purchase' and a.kind = 'receivable_cooperative' group by 1, 2, 3)
        select asked.purchase_id || ' ' || buyer_id as what from asked
          left join charged on charged.purchase_id = asked.purchase_id
               and charged.cooperative_id = asked.cooperative_id and charged.party = asked.buyer_id::text
         where asked.cents <> 0 and asked.cents <> coalesce(charged.cents, 0)""",
}
