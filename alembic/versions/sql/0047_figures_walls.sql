alter table specification enable row level security
--;
alter table specification force row level security
--;
create policy own_and_staff on specification to samen_app
    using (cooperative_id = any(my_staff())) with check (cooperative_id = any(my_staff()))
--;
create policy books on specification to samen_books using (true) with check (true)
--;
-- What was reported never changes.
grant select, insert on specification to samen_app
--;
grant select, insert, update, delete on specification to samen_books
--;
alter table replay_figures enable row level security
--;
alter table replay_figures force row level security
--;
-- The controllers read them; they are computed from the cooperative's earnings, so in the staff view.
create policy own_and_staff on replay_figures to samen_app
    using (cooperative_id = any(my_staff()) or municipality_id = any((select my_municipalities('controller'))::uuid[]))
    with check (cooperative_id = any(my_staff()))
--;
create policy books on replay_figures to samen_books using (true) with check (true)
--;
grant select, insert on replay_figures to samen_app
--;
grant select, insert, update, delete on replay_figures to samen_books
