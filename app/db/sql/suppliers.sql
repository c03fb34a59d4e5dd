-- Whom a cooperative buys from: the staff's. Whoever carries out what was agreed with a supplier adds the one that is named.
alter table supplier enable row level security, force row level security;
grant select, insert, update (name, kvk_number, vat_id, country, email, version) on supplier to samen_app;
create policy read on supplier for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
create policy add on supplier for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on supplier for update to samen_app
    using (cooperative_id = any((select my_offices())::uuid[]));
create trigger suppliers_stay before delete on supplier for each row execute function refuse_change();
create trigger never_truncate before truncate on supplier for each statement execute function refuse_change();
