create or replace function outbox_lag(p_now timestamptz) returns double precision
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(extract(epoch from p_now - min(created_at)), 0)::double precision
      from outbox where delivered_at is null
$$;
grant execute on function outbox_lag to samen_app;

-- outbox
alter table outbox enable row level security;
alter table outbox force row level security;
grant insert, select (id, name, cooperative_id, subject_id, created_at, audience, "position", sequence, app_id) on outbox to samen_app;
grant select, update on outbox to samen_worker;
create policy feed on outbox for select to samen_app
    using ("position" is not null and (audience = 'public' or cooperative_id = any((select my_staff())::uuid[]) or cooperative_id = any((select my_partners())::uuid[]) or app_id = (select my_app())));
create policy work on outbox to samen_worker
    using (true)
    with check (true);
create policy tell on outbox for insert to samen_app
    with check (true);

-- feed_head
grant select on feed_head to samen_app;
grant select, update on feed_head to samen_worker;

-- timer
alter table timer enable row level security;
alter table timer force row level security;
grant insert on timer to samen_app;
grant select, update on timer to samen_worker;
create policy work on timer to samen_worker
    using (true)
    with check (true);
create policy start on timer for insert to samen_app
    with check (true);

-- task
alter table task enable row level security;
alter table task force row level security;
grant select, insert, update on task to samen_app;
create policy own_and_staff on task to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]))
    with check (cooperative_id = any((select my_staff())::uuid[])
                or member_id = any((select my_members())::uuid[]));
