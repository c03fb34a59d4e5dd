-- A vote of a collective about a purchase, for its members and its staff.
alter table ballot enable row level security, force row level security;
grant select, insert, update (casts, state, paid_on, version) on ballot to samen_app;
create policy read on ballot for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_cooperatives())::uuid[]));
create policy add on ballot for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on ballot for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_cooperatives())::uuid[]))
    with check (cooperative_id = any((select my_staff())::uuid[]));
