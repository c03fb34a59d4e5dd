-- assignment
alter table assignment enable row level security;
alter table assignment force row level security;
grant select, insert, update on assignment to samen_app;
create policy written on assignment to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
create policy seen on assignment for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or party_ids && (select my_staff())
           or member_ids && (select my_current_members())
           or state <> 'draft' and (cooperative_id = any(((select my_staff()) || (select my_cooperatives()))) or party_ids && ((select my_staff()) || (select my_cooperatives())))
           or state = any(array['published', 'staffing', 'agreed', 'in_progress']) and (audience = 'all' and cardinality(((select my_staff()) || (select my_cooperatives()))) > 0 or audience = 'partners' and partner_ids && ((select my_staff()) || (select my_cooperatives())))
           or exists (select 1 from "order" o where o.id = assignment.order_id));

-- assignment_customer
alter table assignment_customer enable row level security;
alter table assignment_customer force row level security;
grant select, insert on assignment_customer to samen_app;
create policy written on assignment_customer to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
create policy seen on assignment_customer for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));

-- assignment_hours
alter table assignment_hours enable row level security;
alter table assignment_hours force row level security;
grant select, insert, update (approved_by, approved_at, version, refused_by, refused_at, reason) on assignment_hours to samen_app;
create policy written on assignment_hours to samen_app
    using (member_id = any((select my_members())::uuid[])
           or cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));
create policy seen on assignment_hours for select to samen_app
    using (member_id = any((select my_members())::uuid[])
           or cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));

-- assignment_part
alter table assignment_part enable row level security;
alter table assignment_part force row level security;
grant select, insert, update on assignment_part to samen_app;
create policy written on assignment_part to samen_app
    using (member_id = any((select my_members())::uuid[])
           or cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));
create policy seen on assignment_part for select to samen_app
    using (member_id = any((select my_members())::uuid[])
           or cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[])
           or offered_to = any((select my_members())::uuid[]));
create trigger member_is_still_there before update of state on assignment_part for each row
    when (new.state = any(array['invited', 'waiting', 'taken']) and new.state is distinct from old.state)
    execute function member_is_there();
create trigger member_is_there before insert on assignment_part for each row
    when (new.state = any(array['invited', 'waiting', 'taken']))
    execute function member_is_there();

-- assignment_signature
alter table assignment_signature enable row level security;
alter table assignment_signature force row level security;
grant select, insert on assignment_signature to samen_app;
create policy written on assignment_signature to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));
create policy seen on assignment_signature for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));

-- assignment_slot
alter table assignment_slot enable row level security;
alter table assignment_slot force row level security;
grant select, insert, update on assignment_slot to samen_app;
create policy written on assignment_slot to samen_app
    using (lead_id = any((select my_staff())::uuid[]));
create policy seen on assignment_slot for select to samen_app
    using (assignment_id in (select assignment.id from assignment));
