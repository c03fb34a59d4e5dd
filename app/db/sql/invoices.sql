-- The next number of a cooperative, its year and its day. `p_now` is the moment at which the transaction began, by the
-- clock of the application; what passed since is added, since somebody may have waited for the series over midnight. Of a
-- series that is unchecked, none is given. Whether an invoice has the number is checked at the commit.
create function next_invoice_number(p_cooperative uuid, p_now timestamptz)
    returns table (year smallint, sequence integer, day date, unchecked boolean)
    language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    v_year smallint;
    v_day date;
    v_last date;
    v_unchecked boolean;
begin
    if not p_cooperative = any(my_staff()) then
        raise insufficient_privilege using message = 'the numbers of a cooperative are for its staff';
    end if;
    loop
        v_year := extract(year from (p_now + (clock_timestamp() - now())) at time zone 'Europe/Amsterdam');
        insert into invoice_series (cooperative_id, year, last) values (p_cooperative, v_year, 0) on conflict do nothing;
        select s.last_issued_on, s.unchecked into v_last, v_unchecked from invoice_series s
         where s.cooperative_id = p_cooperative and s.year = v_year for update;
        v_day := (p_now + (clock_timestamp() - now())) at time zone 'Europe/Amsterdam';
        exit when extract(year from v_day) = v_year;
    end loop;
    v_day := greatest(v_day, v_last);
    if v_unchecked then
        return query select v_year, null::integer, v_day, true;
        return;
    end if;
    return query
        update invoice_series s set last = s.last + 1, last_issued_on = v_day
         where s.cooperative_id = p_cooperative and s.year = v_year
        returning v_year, s.last, v_day, false;
end $$;
grant execute on function next_invoice_number to samen_app;

-- Locks the series of a cooperative until the transaction ends; nothing, outside the view of its staff.
create function lock_invoice_numbers(p_cooperative uuid) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform must_have_entered();
    perform 1 from invoice_series where cooperative_id = p_cooperative and cooperative_id = any(my_staff())
        for no key update;
end $$;
grant execute on function lock_invoice_numbers to samen_app;

-- What an invoice still asks, and what is due of it now, in cents; and whether a part of its orders was written off. Credits
-- lower the newest invoice of an order first, unless it asks again what a note had credited; money pays the oldest first.
-- Between cooperatives nothing is due, as netting settles it.
create function invoice_sums(p_invoice invoice) returns table (asked bigint, due bigint, written_off boolean)
    language sql stable set search_path = public, pg_temp as $$
    with each as (
        select p.order_id, j.id, p.net_cents + p.vat_cents as gross, cardinality(j.refers_to) > 0 as again
          from invoice_order m join invoice_order p on p.order_id = m.order_id join invoice j on j.id = p.invoice_id
         where m.invoice_id = p_invoice.id and j.kind <> 'credit_note'),
    left_of as (
        select e.*, o.paid_cents, o.written_off_cents, asked_of_invoices(o) as all_asked,
               coalesce(sum(e.gross) filter (where e.again) over (partition by e.order_id), 0) as all_again,
               coalesce(sum(e.gross) filter (where not e.again)
                            over (partition by e.order_id order by e.id rows unbounded preceding), 0)
                   - case when e.again then 0 else e.gross end as earlier
          from each e join "order" o on o.id = e.order_id),
    asks as (
        select l.*, greatest(0, least(l.gross, l.all_asked - case when l.again then 0 else l.all_again + l.earlier end))
                        as asked
          from left_of l),
    paid as (
        select a.*, sum(a.asked) over (partition by a.order_id order by a.id) - least(a.paid_cents, a.all_asked) as open
          from asks a)
    select coalesce(sum(p.asked), 0)::bigint, coalesce(sum(greatest(0, least(p.asked, p.open))), 0)::bigint,
           coalesce(bool_or(p.written_off_cents > 0), false)
      from paid p
     where p.id = p_invoice.id and p_invoice.kind <> 'credit_note' and p_invoice.buyer_id is null
$$;
grant execute on function invoice_sums to samen_app;

-- What is due of an invoice now, in cents.
create function invoice_due(p_invoice invoice) returns bigint
    language sql stable set search_path = public, pg_temp as $$
    select due from invoice_sums(p_invoice)
$$;
grant execute on function invoice_due to samen_app;

-- How much of an invoice is paid, as the domain says; null for a credit note.
create function invoice_payment(p_invoice invoice, p_today date) returns text
    language sql stable set search_path = public, pg_temp as $$
    select case when p_invoice.kind = 'credit_note' then null
                when p_invoice.buyer_id is not null then 'netted'
                when s.due > 0 then case when p_invoice.due_on < p_today then 'overdue'
                                         when s.due < s.asked then 'partly_paid'
                                         else 'unpaid' end
                when s.written_off then 'written_off'
                when s.asked = 0 and p_invoice.gross_cents > 0 then 'credited'
                else 'paid' end
      from invoice_sums(p_invoice) s
$$;
grant execute on function invoice_payment to samen_app;

-- After an erasure an app may read the order, but not its invoices, nor those that come later.
create function closed_to_apps() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from person where id = new.customer_person_id and issuer = 'erased') then
        new.app_id := null;
    end if;
    return new;
end $$;

-- An invoice takes the last number of its series, which is given out in the same transaction; of several that it takes,
-- each.
create function takes_its_number() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from invoice_series s
                    where s.cooperative_id = new.cooperative_id and s.year = new.year
                      and new.sequence <= s.last and new.issued_on <= s.last_issued_on
                      and (new.sequence < s.last or new.issued_on = s.last_issued_on)
                      and new.number like '%' || new.year || '-' || lpad(new.sequence::text, greatest(5, length(new.sequence::text)), '0')
                      and not exists (select from invoice_lost l
                                       where l.cooperative_id = s.cooperative_id and l.year = s.year
                                         and l.sequence = new.sequence)) then
        raise insufficient_privilege using message = 'an invoice has the next number of its series';
    end if;
    return new;
end $$;

-- A number that was given out is the number of an invoice, or is lost.
create function has_its_invoice() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.last > 0 and not exists (select from invoice i
                                     where i.cooperative_id = new.cooperative_id and i.year = new.year
                                       and i.sequence = new.last)
       and not exists (select from invoice_lost l
                        where l.cooperative_id = new.cooperative_id and l.year = new.year and l.sequence = new.last) then
        raise insufficient_privilege using message = 'a number is taken by an invoice';
    end if;
    return null;
end $$;

-- An invoice without its buyer, as it is kept after seven years.
create function without_buyer(p_invoice invoice) returns invoice
    language sql immutable set search_path = public, pg_temp as $$
    select jsonb_populate_record(p_invoice, jsonb_build_object(
        'buyer_name', E'\u2013', 'kvk_number', null, 'oin', null, 'purchase_order', null, 'customer_person_id', null,
        'paper', p_invoice.paper || '{"buyer": null, "reason": ""}'))
$$;
grant execute on function without_buyer to samen_app;

-- An invoice is never changed. When it was sent first is added, once. Only an erasure takes the customer's app, and the
-- name that the invoice itself does not show; and after seven years the buyer.
create function invoice_stays() returns trigger
    language plpgsql set search_path = public, pg_temp as $$
declare
    v_sent text[] := array['sent_at', 'version', 'updated_at'];
begin
    if (old.sent_at is null or new.sent_at is not distinct from old.sent_at)
       and (to_jsonb(new) - v_sent = to_jsonb(old) - v_sent
            or keeps_all()
               and (to_jsonb(new) - v_sent = to_jsonb(without_buyer(old)) - v_sent
                    or to_jsonb(new) - v_sent - array['app_id', 'buyer_name']
                       = to_jsonb(old) - v_sent - array['app_id', 'buyer_name']
                       and new.app_id is null and new.buyer_name in (old.buyer_name, E'\u2013'))) then
        return new;
    end if;
    raise exception '% of % is refused: what is booked or logged is never changed', tg_op, tg_table_name
        using errcode = 'SM009';
end $$;

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
create trigger closed_to_apps before insert on invoice for each row
    when (new.customer_person_id is not null and new.app_id is not null)
    execute function closed_to_apps();
create trigger takes_its_number before insert on invoice for each row execute function takes_its_number();
create trigger stays before update on invoice for each row execute function invoice_stays();
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

-- The last number of each year. It rises by one, with an invoice; at the check after a restore by those that are lost.
alter table invoice_series enable row level security, force row level security;
grant select on invoice_series to samen_app;
create policy read on invoice_series for select to samen_app using (cooperative_id = any((select my_staff())::uuid[]));
create function rises() returns trigger
    language plpgsql as $$
begin
    if new.last < old.last or new.last > old.last + 1 and not old.unchecked or new.last_issued_on < old.last_issued_on then
        raise check_violation using message = 'numbers only rise', constraint = 'invoice_series_rises';
    end if;
    return new;
end $$;
create trigger rises before update on invoice_series for each row execute function rises();
-- A series of a year in which the database was restored begins unchecked.
create function begins_unchecked() returns trigger
    language plpgsql set search_path = public, pg_temp as $$
begin
    new.unchecked := new.unchecked or exists (
        select from restoration r where extract(year from r.noted_at at time zone 'Europe/Amsterdam') = new.year);
    return new;
end $$;
create trigger begins_unchecked before insert on invoice_series for each row execute function begins_unchecked();
-- An unchecked series gives no number: its last one stays until the check.
create function stays_unchecked() returns trigger
    language plpgsql as $$
begin
    raise insufficient_privilege using message = 'the numbers were restored, and are not checked yet';
end $$;
create trigger stays_unchecked before update on invoice_series for each row
    when (old.unchecked and new.unchecked and new.last <> old.last) execute function stays_unchecked();
create constraint trigger has_its_invoice after insert or update on invoice_series deferrable initially deferred
    for each row execute function has_its_invoice();
create trigger append_only before delete on invoice_series for each row execute function refuse_change();
create trigger never_truncate before truncate on invoice_series for each statement execute function refuse_change();

-- Numbers that were given before a restore, whose invoices this database does not know; `check_invoice_numbers` notes them.
alter table invoice_lost enable row level security, force row level security;
grant select on invoice_lost to samen_app;
create policy read on invoice_lost for select to samen_app using (cooperative_id = any((select my_staff())::uuid[]));
create trigger append_only before delete or update on invoice_lost for each row execute function refuse_change();
create trigger never_truncate before truncate on invoice_lost for each statement execute function refuse_change();

-- Ends the check of an unchecked series: its last number is `p_last`, and what this database does not know up to there is
-- lost. For an officer of the cooperative, in their own name: a lent view is not enough.
create function check_invoice_numbers(p_cooperative uuid, p_year integer, p_last integer, p_now timestamptz) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_last integer;
begin
    if my_person() is null or not p_cooperative = any(my_offices()) then
        raise insufficient_privilege using message = 'only an officer checks these numbers';
    end if;
    select last into strict v_last from invoice_series
     where cooperative_id = p_cooperative and year = p_year and unchecked for update;
    insert into invoice_lost (cooperative_id, year, sequence, noted_by, noted_at)
    select p_cooperative, p_year, number, my_person(), p_now from generate_series(v_last + 1, p_last) number;
    update invoice_series set last = p_last, unchecked = false where cooperative_id = p_cooperative and year = p_year;
end $$;
grant execute on function check_invoice_numbers to samen_app;

-- Begins the numbers of a year if the database was restored in it; true then, if they had not begun. A cooperative that gets
-- its prefix after the restore may have had it, and given numbers, after the backup.
create function begin_unchecked(p_cooperative uuid, p_year integer) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not p_cooperative = any(my_staff()) then
        raise insufficient_privilege using message = 'the numbers of a cooperative are for its staff';
    end if;
    insert into invoice_series (cooperative_id, year, last)
    select p_cooperative, p_year, 0
     where exists (select from restoration r
                    where extract(year from r.noted_at at time zone 'Europe/Amsterdam') = p_year)
    on conflict do nothing;
    return found;
end $$;
grant execute on function begin_unchecked to samen_app;

-- When the database was restored, which is no secret; the owner notes it.
alter table restoration enable row level security, force row level security;
grant select on restoration to samen_app;
create policy read on restoration for select to samen_app using (true);
create trigger append_only before delete or update on restoration for each row execute function refuse_change();
create trigger never_truncate before truncate on restoration for each statement execute function refuse_change();

-- When and how an invoice was sent; a trail, in which nobody writes in another's name.
alter table invoice_sending enable row level security, force row level security;
grant select, insert on invoice_sending to samen_app;
create policy read on invoice_sending for select to samen_app
    using (exists (select 1 from invoice i where i.id = invoice_id));
create policy add on invoice_sending for insert to samen_app
    with check (exists (select 1 from invoice i
                         where i.id = invoice_id and i.cooperative_id = any((select my_staff())::uuid[])
                           and i.cooperative_id = invoice_sending.cooperative_id)
                and (person_id is null or person_id = (select my_person())));
-- A mail that somebody asked for is noted by the worker, in the name of whoever asked.
create policy note on invoice_sending for insert to samen_worker
    with check (channel = 'mail'
                and exists (select 1 from invoice i
                             where i.id = invoice_id and i.cooperative_id = any((select my_staff())::uuid[])
                               and i.cooperative_id = invoice_sending.cooperative_id)
                and exists (select 1 from outbox e
                             where e.subject_id = invoice_id and e.facts ->> 'sendingId' = invoice_sending.id::text
                               and e.facts ->> 'personId' = invoice_sending.person_id::text));
create trigger append_only before delete or update on invoice_sending for each row execute function refuse_change();
create trigger never_truncate before truncate on invoice_sending for each statement execute function refuse_change();
