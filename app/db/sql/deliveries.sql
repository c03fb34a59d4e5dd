-- internal_delivery
alter table internal_delivery enable row level security;
alter table internal_delivery force row level security;
grant select, insert, update on internal_delivery to samen_app;
create policy own_and_staff on internal_delivery to samen_app
    using (from_cooperative_id = any((select my_staff())::uuid[])
           or to_cooperative_id = any((select my_staff())::uuid[]));
