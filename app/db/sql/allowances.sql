-- allowance
alter table allowance enable row level security;
alter table allowance force row level security;
grant select, insert, update on allowance to samen_app;
create policy own_and_staff on allowance to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]))
    with check (cooperative_id = any((select my_staff())::uuid[]));
