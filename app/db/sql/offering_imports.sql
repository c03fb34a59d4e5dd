-- offering_import
alter table offering_import enable row level security;
alter table offering_import force row level security;
grant select, insert, update on offering_import to samen_app;
create policy work on offering_import to samen_worker
    using (true)
    with check (true);
create policy own on offering_import to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_partners())::uuid[]));

-- offering_import_row
alter table offering_import_row enable row level security;
alter table offering_import_row force row level security;
grant select, insert on offering_import_row to samen_app;
create policy own on offering_import_row to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_partners())::uuid[]));
