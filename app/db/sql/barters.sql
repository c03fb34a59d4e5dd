-- Hours that members do for each other. Both see them; each step is taken in the view that a use case lends.
alter table barter enable row level security, force row level security;
grant select, insert, update (state, version) on barter to samen_app;
create policy read on barter for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or giver_id = any((select my_members())::uuid[])
           or receiver_id = any((select my_members())::uuid[]));
create policy add on barter for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on barter for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or giver_id = any((select my_members())::uuid[])
           or receiver_id = any((select my_members())::uuid[]))
    with check (cooperative_id = any((select my_staff())::uuid[]));
