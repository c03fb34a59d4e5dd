alter table remittance enable row level security
--;
alter table remittance force row level security
--;
create policy own_and_staff on remittance to samen_app
 using (cooperative_id = any((select my_staff())::uuid[])
        or municipality_id = any((select my_municipalities('controller'))::uuid[]))
--;
create policy books on remittance to samen_books using (true) with check (true)
--;
grant select, insert, update on remittance to samen_app
--;
grant select, insert, update, delete on remittance to samen_books
