-- Payments to members beside sales. They are reversed, never changed.
alter table allowance enable row level security, force row level security;
grant select, insert, update (state, reversed_by, reason, version) on allowance to samen_app;
create policy read on allowance for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]));
create policy add on allowance for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on allowance for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
