-- The next number of a cooperative, its year and its day. `p_now` is the moment at which the transaction began, by the
-- clock of the application; what passed since is added, since somebody may have waited for the series over midnight.
create function next_invoice_number(p_cooperative uuid, p_now timestamptz)
    returns table (year smallint, sequence integer, day date)
    language plpgsql set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    v_year smallint;
    v_day date;
    v_last date;
begin
    loop
        v_year := extract(year from (p_now + (clock_timestamp() - now())) at time zone 'Europe/Amsterdam');
        insert into invoice_series (cooperative_id, year, last) values (p_cooperative, v_year, 0) on conflict do nothing;
        select s.last_issued_on into v_last from invoice_series s
         where s.cooperative_id = p_cooperative and s.year = v_year for update;
        v_day := (p_now + (clock_timestamp() - now())) at time zone 'Europe/Amsterdam';
        exit when extract(year from v_day) = v_year;
    end loop;
    v_day := greatest(v_day, v_last);
    return query
        update invoice_series s set last = s.last + 1, last_issued_on = v_day
         where s.cooperative_id = p_cooperative and s.year = v_year
        returning v_year, s.last, v_day;
end $$;
grant execute on function next_invoice_number to samen_app;

-- What is due of an invoice now, in cents: money pays the oldest invoice of an order first. Between cooperatives nothing
-- is, as netting settles it.
create function invoice_due(p_invoice invoice) returns bigint
    language sql stable set search_path = public, pg_temp as $$
    select case when p_invoice.kind = 'credit_note' or p_invoice.buyer_id is not null then 0
                else coalesce((
                    select sum(greatest(0, least(
                               p.net_cents + p.vat_cents,
                               open_of_invoices(o) - coalesce((
                                   select sum(q.net_cents + q.vat_cents)
                                     from invoice_order q join invoice j on j.id = q.invoice_id
                                    where q.order_id = o.id and j.kind <> 'credit_note' and j.id > p_invoice.id), 0))))
                      from invoice_order p join "order" o on o.id = p.order_id
                     where p.invoice_id = p_invoice.id), 0) end
$$;
grant execute on function invoice_due to samen_app;

-- How much of an invoice is paid, as the domain says; null for a credit note.
create function invoice_payment(p_invoice invoice, p_today date) returns text
    language sql stable set search_path = public, pg_temp as $$
    select case when p_invoice.kind = 'credit_note' then null
                when p_invoice.buyer_id is not null then 'netted'
                when d.cents = 0 then 'paid'
                when p_invoice.due_on < p_today then 'overdue'
                when d.cents < p_invoice.gross_cents then 'partly_paid'
                else 'unpaid' end
      from (select invoice_due(p_invoice) as cents) d
$$;
grant execute on function invoice_payment to samen_app;

-- An invoice is seen by the staff of its seller and of the cooperative that buys, by its customer, by the app through which
-- it was ordered, and by the partner's app. It is never changed; only when it was sent is added.
alter table invoice enable row level security, force row level security;
grant select, insert, update (sent_at, version) on invoice to samen_app;
create policy read on invoice for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_partners())::uuid[])
           or buyer_id = any((select my_staff())::uuid[])
           or customer_person_id = (select my_person())
           or app_id = (select my_app()));
create policy add on invoice for insert to samen_app with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on invoice for update to samen_app using (cooperative_id = any((select my_staff())::uuid[]));
create trigger dates_change before insert or update on invoice for each row execute function dates_change();
create trigger stays before update on invoice for each row
    when (to_jsonb(new) - array['sent_at', 'version', 'updated_at', 'paper', 'buyer_name', 'kvk_number', 'oin',
                                'purchase_order', 'customer_person_id']
          is distinct from to_jsonb(old) - array['sent_at', 'version', 'updated_at', 'paper', 'buyer_name', 'kvk_number',
                                                 'oin', 'purchase_order', 'customer_person_id'])
    execute function refuse_change();
create trigger append_only before delete on invoice for each row execute function refuse_change();
create trigger never_truncate before truncate on invoice for each statement execute function refuse_change();

alter table invoice_order enable row level security, force row level security;
grant select, insert on invoice_order to samen_app;
create policy read on invoice_order for select to samen_app
    using (exists (select 1 from invoice i where i.id = invoice_id));
create policy add on invoice_order for insert to samen_app
    with check (exists (select 1 from invoice i join "order" o on o.cooperative_id = i.cooperative_id
                         where i.id = invoice_order.invoice_id and o.id = invoice_order.order_id
                           and i.cooperative_id = any((select my_staff())::uuid[])
                           and i.cooperative_id = invoice_order.cooperative_id));
create trigger append_only before delete or update on invoice_order for each row execute function refuse_change();
create trigger never_truncate before truncate on invoice_order for each statement execute function refuse_change();

-- The last number of each year. It only rises.
alter table invoice_series enable row level security, force row level security;
grant select, insert, update (last, last_issued_on) on invoice_series to samen_app;
create policy staff on invoice_series to samen_app using (cooperative_id = any((select my_staff())::uuid[]));
create function rises() returns trigger
    language plpgsql as $$
begin
    if new.last < old.last or new.last_issued_on < old.last_issued_on then
        raise check_violation using message = 'numbers only rise', constraint = 'invoice_series_rises';
    end if;
    return new;
end $$;
create trigger rises before update on invoice_series for each row execute function rises();
create trigger append_only before delete on invoice_series for each row execute function refuse_change();
create trigger never_truncate before truncate on invoice_series for each statement execute function refuse_change();

-- When and how an invoice was sent; a trail.
alter table invoice_sending enable row level security, force row level security;
grant select, insert on invoice_sending to samen_app;
create policy read on invoice_sending for select to samen_app
    using (exists (select 1 from invoice i where i.id = invoice_id));
create policy add on invoice_sending for insert to samen_app
    with check (exists (select 1 from invoice i
                         where i.id = invoice_id and i.cooperative_id = any((select my_staff())::uuid[])));
create trigger append_only before delete or update on invoice_sending for each row execute function refuse_change();
create trigger never_truncate before truncate on invoice_sending for each statement execute function refuse_change();
