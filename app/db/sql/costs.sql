-- Costs that a maker or the cooperative laid out for an order: claimed by either, withdrawn by the maker,
-- decided by the staff.
alter table cost_claim enable row level security, force row level security;
grant select, insert, update (state, decided_by, decided_at, confirmed_by, deducted_vat_cents, borne_by, reason, version) on cost_claim to samen_app;
create policy read on cost_claim for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]));
create policy add on cost_claim for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[])
                or (member_id = any((select my_members())::uuid[]) and state = 'claimed'));
create policy change on cost_claim for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]))
    with check (cooperative_id = any((select my_staff())::uuid[])
                or (state = 'withdrawn' and member_id = any((select my_members())::uuid[])));
