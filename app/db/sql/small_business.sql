-- The times in which a cooperative charges no VAT. Public, as its prices are; the staff and the network begin and end them,
-- and a supply that crosses the limit does, by the staff's view. A spell that has ended stays as it is.
alter table small_business_spell enable row level security, force row level security;
grant select, insert, update (since, until, version) on small_business_spell to samen_app;
create policy read on small_business_spell for select to samen_app using (true);
create policy add on small_business_spell for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on small_business_spell for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
create trigger has_ended before update on small_business_spell for each row
    when (old.until is not null and (old.since is distinct from new.since or old.until is distinct from new.until))
    execute function refuse_change();

-- A row is locked while a supply of its legal entity is counted, by whoever has the staff's view of a cooperative of it.
alter table small_business_year enable row level security, force row level security;
grant select, insert, update (year) on small_business_year to samen_app;
create policy own on small_business_year to samen_app
    using (exists (select from cooperative c
                    where coalesce(c.kvk_number, c.id::text) = entity and c.id = any((select my_staff())::uuid[])));
