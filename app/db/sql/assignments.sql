-- A job that a cooperative leads. Drafts are the lead's; an open job is seen by whoever may apply, later ones by those
-- who take part, and by the customer whose order it is.
alter table assignment enable row level security, force row level security;
grant select, insert, update (title, about, place, starts_at, ends_at, audience, partner_ids, lines, costs, net_cents,
                              deposit_cents, order_id, real_property, terms, signed_ids, party_ids, member_ids, open_seats, state,
                              delivered_at, reason, version)
    on assignment to samen_app;
create policy read on assignment for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or party_ids && (select my_staff())
           or member_ids && (select my_current_members())
           or (state <> 'draft'
               and (cooperative_id = any(((select my_staff()) || (select my_cooperatives())))
                    or party_ids && ((select my_staff()) || (select my_cooperatives()))))
           or (state in ('published', 'staffing', 'agreed', 'in_progress')
               and ((audience = 'all' and cardinality((select my_staff()) || (select my_cooperatives())) > 0)
                    or (audience = 'partners'
                        and partner_ids && ((select my_staff()) || (select my_cooperatives())))))
           or exists (select 1 from "order" o where o.id = assignment.order_id));
create policy add on assignment for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on assignment for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));

-- The customer of a job, for the lead's staff alone.
alter table assignment_customer enable row level security, force row level security;
grant select, insert on assignment_customer to samen_app;
create policy staff on assignment_customer to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));

alter table assignment_slot enable row level security, force row level security;
grant select, insert, update (role, seats, minutes, share_kind, share_size, skills, starts_at, ends_at, place, vat_class,
                              version)
    on assignment_slot to samen_app;
create policy read on assignment_slot for select to samen_app
    using (assignment_id in (select id from assignment));
create policy add on assignment_slot for insert to samen_app
    with check (lead_id = any((select my_staff())::uuid[]));
create policy change on assignment_slot for update to samen_app
    using (lead_id = any((select my_staff())::uuid[]));

-- A member's place in a job: theirs, their cooperative's and the lead's; a colleague to whom it is handed sees it too.
alter table assignment_part enable row level security, force row level security;
grant select, insert, update (state, minutes, offered_to, net_cents, version) on assignment_part to samen_app;
create policy read on assignment_part for select to samen_app
    using (member_id = any((select my_members())::uuid[])
           or cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[])
           or offered_to = any((select my_members())::uuid[]));
create policy add on assignment_part for insert to samen_app
    with check (member_id = any((select my_members())::uuid[])
                or cooperative_id = any((select my_staff())::uuid[])
                or lead_id = any((select my_staff())::uuid[]));
create policy change on assignment_part for update to samen_app
    using (member_id = any((select my_members())::uuid[])
           or cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));
create trigger member_is_there before insert on assignment_part for each row
    when (new.state in ('invited', 'waiting', 'taken'))
    execute function member_is_there();
create trigger member_is_still_there before update of state on assignment_part for each row
    when (new.state in ('invited', 'waiting', 'taken') and new.state is distinct from old.state)
    execute function member_is_there();

-- Hours are reported once, then approved or refused by the staff; other hours are another report.
alter table assignment_hours enable row level security, force row level security;
grant select, insert, update (approved_by, approved_at, refused_by, refused_at, reason, version)
    on assignment_hours to samen_app;
create policy read on assignment_hours for select to samen_app
    using (member_id = any((select my_members())::uuid[])
           or cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));
create policy add on assignment_hours for insert to samen_app
    with check (approved_at is null
                and (member_id = any((select my_members())::uuid[])
                     or cooperative_id = any((select my_staff())::uuid[])
                     or lead_id = any((select my_staff())::uuid[])));
create policy change on assignment_hours for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));

-- A cooperative's signature under the terms of a job.
alter table assignment_signature enable row level security, force row level security;
grant select, insert on assignment_signature to samen_app;
create policy read on assignment_signature for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));
create policy add on assignment_signature for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create trigger append_only before delete or update on assignment_signature for each row execute function refuse_change();
create trigger never_truncate before truncate on assignment_signature
    for each statement execute function refuse_change();
