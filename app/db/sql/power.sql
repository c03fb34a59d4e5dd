-- The trail of power: who gave whom which office, scopes or keys. Seen by the person, the staff and the network; members
-- see who holds which office in their cooperative. Nobody writes an event in another's name, or about a place where they have
-- no power.
alter table power_event enable row level security, force row level security;
grant select, insert on power_event to samen_app;
create policy read on power_event for select to samen_app
    using (person_id = (select my_person())
           or (select is_network())
           or cooperative_id = any((select my_staff())::uuid[])
           or (kind in ('office_given', 'office_ended') and cooperative_id = any((select my_cooperatives())::uuid[]))
           or exists (select 1 from app a where a.id = app_id and a.cooperative_ids && (select my_staff())));
create policy tell on power_event for insert to samen_app
    with check (by_person_id is not distinct from (select my_person())
                and ((select is_network())
                     or cooperative_id = any((select my_offices())::uuid[])
                     or (role = 'approver' and is_my_part(cooperative_id))
                     or (cooperative_id is null and exists (
                            select 1 from app a where a.id = app_id and a.cooperative_ids <@ (select my_offices())))));
-- Only the reason of an event can be forgotten, as that of a credit.
create trigger append_only before update or delete on power_event for each row
    execute function refuse_change_of_words();
create trigger never_truncate before truncate on power_event for each statement execute function refuse_change();
