-- What a consumer pays, at today's rates; the worker writes those of a later day.
update offering t
   set price_basis = case when t.vat_class = 'margin' then 'incl' else 'excl' end,
       consumer_price_cents = f.cents
  from (select o.id,
               case when o.vat_class = 'margin' or c.small_business_from <= current_date then o.price_cents
                    else o.price_cents + (o.price_cents * coalesce(r.basis_points, 0) + 5000) / 10000 end as cents
          from offering o join cooperative c on c.id = o.cooperative_id
          left join lateral (select v.basis_points from vat_rate v
                              where v.vat_class = o.vat_class and v.from_date <= current_date
                              order by v.from_date desc limit 1) r on true) f
 where f.id = t.id;
alter table offering add constraint offering_price_basis
    check (price_basis in ('incl', 'excl') and (vat_class <> 'margin' or price_basis = 'incl')) not valid;
alter table offering validate constraint offering_price_basis, validate constraint offering_consumer_price;
alter table offering alter column price_basis drop default, alter column consumer_price_cents drop default;

-- The lines of the orders so far. VAT stays as the order has it: per rate on the sum of its lines, half up, shared over
-- them by largest remainder; under the margin scheme inside each line. No trigger may refuse this.
alter table order_line disable trigger user;
with priced as (
    select l.id, l.order_id, l.vat_basis_points as rate, l.purchase_cents is not null as margin,
           (l.quantity::numeric * l.unit_price_cents) as price,
           case when l.purchase_cents is null then 0
                else div(2 * greatest(0, l.quantity::numeric * (l.unit_price_cents - l.purchase_cents))
                         * l.vat_basis_points + 10000 + l.vat_basis_points,
                         2 * (10000 + l.vat_basis_points)) end as inside
      from order_line l),
grouped as (
    select p.*, sum(p.price) over g as whole, div(sum(p.price) over g * p.rate + 5000, 10000) as vat
      from priced p window g as (partition by p.order_id, p.rate, p.margin)),
cut as (
    select g.*, case when margin or whole = 0 then 0 else div(vat * price, whole) end as share,
           case when margin or whole = 0 then 0 else mod(vat * price, whole) end as remainder
      from grouped g),
ranked as (
    select c.*, vat - sum(share) over g as missing,
           row_number() over (partition by order_id, rate, margin order by remainder desc, id) as place
      from cut c window g as (partition by order_id, rate, margin)),
shared as (
    select id, order_id, case when margin then price - inside else price end as net,
           case when margin then inside when place <= missing then share + 1 else share end as vat
      from ranked),
-- Should an order have other totals than its lines, the difference is on its first line.
fitted as (
    select s.id,
           s.net + case when row_number() over (o order by s.id) = 1 then r.net_cents - sum(s.net) over o else 0 end as net,
           s.vat + case when row_number() over (o order by s.id) = 1 then r.vat_cents - sum(s.vat) over o else 0 end as vat
      from shared s join "order" r on r.id = s.order_id window o as (partition by s.order_id))
update order_line l
   set basis = case when l.purchase_cents is null then 'excl' else 'incl' end,
       minutes = case when l.price_unit = 'hour' then l.quantity * 60 end,
       net_cents = f.net, vat_cents = f.vat, gross_cents = f.net + f.vat
  from fitted f where f.id = l.id;
alter table order_line enable trigger user;
alter table order_line
    add constraint order_line_amounts
        check (gross_cents = net_cents + vat_cents and basis in ('incl', 'excl')) not valid,
    add constraint order_line_minutes
        check ((minutes is not null) = (price_unit = 'hour') and (minutes is null or quantity = (minutes + 59) / 60))
        not valid;
alter table order_line validate constraint order_line_amounts, validate constraint order_line_minutes;
alter table order_line
    alter column basis set not null,
    alter column net_cents set not null,
    alter column vat_cents set not null,
    alter column gross_cents set not null;

-- Who buys is one value in a contact. So far an organisation was all that told a company from a private person. The same
-- for the answers that are repeated under a request key.
create function pg_temp.with_buyer(p_contact jsonb) returns jsonb
    language sql immutable as $$
    select p_contact - array['organisation', 'address', 'reference'] || jsonb_build_object('buyer', jsonb_strip_nulls(
        jsonb_build_object(
            'buyer_type', case when p_contact ->> 'organisation' <> '' then 'business' else 'consumer' end,
            'organisation', nullif(p_contact ->> 'organisation', ''),
            'postal_address', case when p_contact ->> 'address' <> ''
                then jsonb_build_object('street', p_contact ->> 'address', 'postcode', '', 'town', '', 'country', 'NL') end,
            'purchase_order', nullif(p_contact ->> 'reference', ''))))
$$;
update "order" set contact = pg_temp.with_buyer(contact)
 where contact ?| array['organisation', 'address', 'reference'];
update customer set contact = pg_temp.with_buyer(contact)
 where contact ?| array['organisation', 'address', 'reference'];
update assignment_customer set contact = pg_temp.with_buyer(contact)
 where contact ?| array['organisation', 'address', 'reference'];
update idempotency
   set outcome = jsonb_set(outcome, '{result,contact}', pg_temp.with_buyer(outcome #> '{result,contact}'))
 where outcome #> '{result,contact}' ?| array['organisation', 'address', 'reference'];

-- Their lines and offerings have the amounts and the prices too.
update idempotency i
   set outcome = jsonb_set(outcome, '{result,lines}', (
       select jsonb_agg(r.line || case when l.id is null then '{}' else jsonb_build_object('minutes', l.minutes,
                  'basis', l.basis, 'net_cents', l.net_cents, 'vat_cents', l.vat_cents, 'gross_cents', l.gross_cents)
                  end order by r.place)
         from jsonb_array_elements(i.outcome #> '{result,lines}') with ordinality r(line, place)
         left join order_line l on l.id = (r.line ->> 'id')::uuid))
 where outcome #> '{result,lines,0}' ?& array['order_id', 'unit_price_cents'];
update idempotency i
   set outcome = jsonb_set(outcome, '{result}', outcome -> 'result' || jsonb_build_object(
           'price_basis', o.price_basis, 'consumer_price_cents', o.consumer_price_cents))
  from offering o
 where outcome -> 'result' ?& array['price_cents', 'vat_class', 'edition'] and o.id = (outcome #>> '{result,id}')::uuid;
