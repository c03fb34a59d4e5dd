-- What a cooperative owes its municipality: reported and paid by its staff, invoiced by the controller.
alter table remittance enable row level security, force row level security;
grant select, insert, update (state, reference, invoiced_by, settled_on, version) on remittance to samen_app;
create policy read on remittance for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or municipality_id = any((select my_municipalities('controller'))::uuid[]));
create policy add on remittance for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on remittance for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or municipality_id = any((select my_municipalities('controller'))::uuid[]));
