-- Counts of cash: for the staff of the cooperative alone. A count that was wrong is made anew.
alter table cash_count enable row level security, force row level security;
grant select, insert on cash_count to samen_app;
create policy read on cash_count for select to samen_app using (cooperative_id = any((select my_staff())::uuid[]));
create policy add on cash_count for insert to samen_app
    with check (counted_by = (select my_person()) and cooperative_id = any((select my_offices())::uuid[]));
create trigger append_only before update or delete on cash_count for each row execute function refuse_change();
create trigger never_truncate before truncate on cash_count for each statement execute function refuse_change();
