-- Amounts that a cooperative owes its municipality: reported and paid by its staff, invoiced by the controller.
alter table remittance enable row level security, force row level security;
grant select, insert, update (state, reference, invoiced_by, settled_on, by_payouts, version) on remittance to samen_app;
create policy read on remittance for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or municipality_id = any((select my_municipalities('controller'))::uuid[]));
create policy add on remittance for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on remittance for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or municipality_id = any((select my_municipalities('controller'))::uuid[]));

-- The lines of a remittance name members by a pseudonym and date each sale: for the staff alone. A policy hides rows and no
-- columns, so they have a table of their own. What was reported never changes.
alter table specification enable row level security, force row level security;
grant select, insert on specification to samen_app;
create policy staff on specification to samen_app using (cooperative_id = any(my_staff()));
create trigger append_only before delete or update on specification for each row execute function refuse_change();
create trigger never_truncate before truncate on specification for each statement execute function refuse_change();

-- The figures that a municipality was shown of a year under a version. They stay as they were computed first, so that asking
-- every day does not date a sale. The controllers read them; they are computed from the earnings, so in the staff's view.
alter table replay_figures enable row level security, force row level security;
grant select, insert on replay_figures to samen_app;
create policy read on replay_figures for select to samen_app
    using (cooperative_id = any(my_staff())
           or municipality_id = any((select my_municipalities('controller'))::uuid[]));
create policy add on replay_figures for insert to samen_app with check (cooperative_id = any(my_staff()));
create trigger append_only before delete or update on replay_figures for each row execute function refuse_change();
create trigger never_truncate before truncate on replay_figures for each statement execute function refuse_change();
