-- ballot
alter table ballot enable row level security;
alter table ballot force row level security;
grant select, insert, update on ballot to samen_app;
create policy own_and_staff on ballot to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_cooperatives())::uuid[]));
