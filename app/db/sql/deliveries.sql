-- Deliveries of one cooperative to another: written by the giver, answered by the receiver.
alter table internal_delivery enable row level security, force row level security;
grant select, insert, update (state, answered_by, version) on internal_delivery to samen_app;
create policy read on internal_delivery for select to samen_app
    using (from_cooperative_id = any((select my_staff())::uuid[])
           or to_cooperative_id = any((select my_staff())::uuid[]));
create policy add on internal_delivery for insert to samen_app
    with check (from_cooperative_id = any((select my_staff())::uuid[]));
create policy change on internal_delivery for update to samen_app
    using (to_cooperative_id = any((select my_staff())::uuid[]));
