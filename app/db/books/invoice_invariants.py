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
}
