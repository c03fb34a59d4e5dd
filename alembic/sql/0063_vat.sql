-- VAT that the buyer declares, and VAT that is due with the money. What was supplied before is charged as it was.
alter table order_line add column reversed_basis_points integer not null default 0;
alter table assignment add column real_property boolean not null default false;
alter table "order" add column vat_with_money boolean not null default false;
alter table cooperative
    add column cash_method_from date,
    add column cash_method_until date,
    add column cash_method_ground text,
    add constraint cooperative_cash_method check (
        (cash_method_from is null) = (cash_method_ground is null)
        and cash_method_ground in ('listed_trade', 'mostly_private')
        and cash_method_until > cash_method_from
        and extract(doy from cash_method_from) = 1 and extract(doy from cash_method_until) = 1);

-- A year after it is due, the VAT of what is not paid goes back. What was supplied before has its timer too.
insert into timer (id, kind, cooperative_id, subject_id, due_at, next_try_at, attempts)
select gen_random_uuid(), 'vat_unpaid', d.cooperative_id, d.id, d.at, d.at, 0
  from (select o.id, o.cooperative_id,
               (((o.delivered_at at time zone 'Europe/Amsterdam')::date + o.payment_days + interval '1 year')::timestamp
                at time zone 'Europe/Amsterdam') as at
          from "order" o
         where o.state in ('delivered', 'completed') and o.delivered_at is not null and o.buyer_id is null
           and o.vat_cents > 0
           and o.paid_cents < o.net_cents + o.vat_cents - o.refunded_cents - o.written_off_cents) d;
