-- remittance
alter table remittance enable row level security;
alter table remittance force row level security;
grant select, insert, update on remittance to samen_app;
create policy own_and_staff on remittance to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or municipality_id = any((select my_municipalities('controller'))::uuid[]));
