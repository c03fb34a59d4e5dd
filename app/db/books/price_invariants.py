"""The invariant of what orders cost: one query that must return no row."""

OF_PRICES = {
    # An order that was placed before consumers paid the shown price has no such key in its buyer. Credits of
    # before supply keep their VAT: the rest of a line that replaces another has that of the day of supply.
    "I22 what an order costs is what its lines say, and a consumer pays the shown price times the quantity": """
        select o.reference as what from "order" o left join order_line l on l.order_id = o.id and l.terms = o.terms
         group by o.id
        having coalesce(sum(l.net_cents), 0) <> o.net_cents or coalesce(sum(l.vat_cents), 0) <> o.vat_cents
        union all
        select 'line ' || id from order_line
         where gross_cents <> net_cents + vat_cents
            or case basis when 'incl' then gross_cents else net_cents end
               <> case when minutes is null then quantity * unit_price_cents
                       else (2 * minutes::bigint * unit_price_cents + 60) / 120 end
        union all
        select 'VAT of ' || order_id
          from (select order_id, basis, vat_basis_points as rate, sum(net_cents - kept_net_cents) as net,
                       sum(vat_cents - kept_vat_cents) as vat,
                       sum(gross_cents - kept_net_cents - kept_vat_cents) as gross
                  from order_line where purchase_cents is null group by order_id, terms, basis, rate) g
         where vat <> case basis when 'incl' then div(2 * gross * rate + 10000 + rate, 2 * (10000 + rate))
                                 else div(net * rate + 5000, 10000) end
        union all
        select o.reference from "order" o join order_line l on l.order_id = o.id
         where l.offering_id is not null and l.basis <> 'incl'
           and o.contact #>> '{buyer,buyer_type}' = 'consumer' and o.contact -> 'buyer' ? 'kvk_number'""",
}
