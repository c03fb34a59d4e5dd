-- barter
alter table barter enable row level security;
alter table barter force row level security;
grant select, insert, update on barter to samen_app;
create policy own_and_staff on barter to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or giver_id = any((select my_members())::uuid[])
           or receiver_id = any((select my_members())::uuid[]));
