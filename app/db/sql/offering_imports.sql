-- A partner's file and what became of its rows: for the staff and that partner's app.
alter table offering_import enable row level security, force row level security;
grant select, insert, update (state, created, changed, unchanged, refused, finished_at, reason, lease_until, review,
                              review_reason, reviewed_at, version) on offering_import to samen_app;
create policy own on offering_import to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_partners())::uuid[]));
create policy find on offering_import for select to samen_worker using (true);
create policy stop on offering_import for update to samen_worker using (true);

alter table offering_import_row enable row level security, force row level security;
grant select, insert on offering_import_row to samen_app;
create policy own on offering_import_row to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_partners())::uuid[]));
