-- cost_claim
alter table cost_claim enable row level security;
alter table cost_claim force row level security;
grant select, insert, update on cost_claim to samen_app;
create policy own_and_staff on cost_claim to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]))
    with check (cooperative_id = any((select my_staff())::uuid[])
                or member_id = any((select my_members())::uuid[]));
