-- Seconds that the oldest undelivered event has waited.
create function outbox_lag(p_now timestamptz) returns double precision
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(extract(epoch from p_now - min(created_at)), 0)::double precision
      from outbox where delivered_at is null
$$;
grant execute on function outbox_lag to samen_app;

-- Events: told by whoever has entered, delivered by the worker, which gives them their place in the feed. The feed shows
-- those with a place to whoever they concern.
alter table outbox enable row level security, force row level security;
grant insert (id, name, cooperative_id, subject_id, facts, created_at, next_try_at, attempts, audience, bulk, delivered_at),
    select (id, name, cooperative_id, subject_id, created_at, audience, position, sequence, app_id) on outbox to samen_app;
grant select, update (delivered_at, next_try_at, attempts, position, sequence, app_id) on outbox to samen_worker;
create policy feed on outbox for select to samen_app
    using (position is not null
           and (audience = 'public'
                or cooperative_id = any((select my_staff())::uuid[])
                or cooperative_id = any((select my_partners())::uuid[])
                or app_id = (select my_app())));
create policy tell on outbox for insert to samen_app with check ((select has_entered()));
create policy find on outbox for select to samen_worker using (true);
create policy deliver on outbox for update to samen_worker using (true);

alter table feed_head enable row level security, force row level security;
grant select on feed_head to samen_app;
grant update (position) on feed_head to samen_worker;
create policy read on feed_head for select to samen_app using (true);
create policy work on feed_head for update to samen_worker using (true);

-- Steps that the clock takes, if nobody does before. Each looks at its deadline again: a timer alone moves nothing.
alter table timer enable row level security, force row level security;
grant insert (id, kind, cooperative_id, subject_id, due_at, next_try_at, attempts) on timer to samen_app;
grant select, update (done_at, next_try_at, attempts) on timer to samen_worker;
create policy start on timer for insert to samen_app with check ((select has_entered()));
create policy find on timer for select to samen_worker using (true);
create policy finish on timer for update to samen_worker using (true);

-- Tasks of people; opened and closed by events.
alter table task enable row level security, force row level security;
grant select, insert, update (done_at, done_by, version) on task to samen_app;
create policy read on task for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]));
create policy add on task for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on task for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]));
