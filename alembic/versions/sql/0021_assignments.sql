do $$
declare
    staff constant text := '(select my_staff())::uuid[]';
    lead constant text := 'cooperative_id = any(' || staff || ')';
    of_lead constant text := 'lead_id = any(' || staff || ')';
    here constant text := '(' || staff || ' || (select my_cooperatives())::uuid[])';
    reached constant text := lead || ' or party_ids && ' || staff || ' or member_ids && (select my_members())::uuid[]
        or state <> ''draft'' and (cooperative_id = any(' || here || ') or party_ids && ' || here || ')
        or state in (''published'', ''staffing'', ''agreed'', ''in_progress'')
            and (audience = ''all'' and cardinality(' || here || ') > 0
                 or audience = ''partners'' and partner_ids && ' || here || ')
        or exists (select 1 from "order" o where o.id = order_id)';
    visible constant text := 'assignment_id in (select id from assignment)';
    part constant text := 'member_id = any((select my_members())::uuid[]) or ' || lead || ' or ' || of_lead;
    pair constant text := 'first_id = any(' || staff || ') or second_id = any(' || staff || ')';
    policy record;
begin
    for policy in select * from (values
        ('assignment', reached, lead),
        ('assignment_customer', lead, lead),
        ('assignment_slot', visible, of_lead),
        ('assignment_part', part || ' or offered_to = any((select my_members())::uuid[])', part),
        ('assignment_hours', part, part),
        ('assignment_signature', lead || ' or ' || of_lead, lead || ' or ' || of_lead),
        ('netting', pair, pair),
        ('credit_limit', 'creditor_id = any(' || staff || ') or debtor_id = any(' || staff || ')',
            'creditor_id = any(' || staff || ')')
    ) as p(name, seen, written) loop
        execute format('alter table %I enable row level security', policy.name);
        execute format('alter table %I force row level security', policy.name);
        execute format('create policy seen on %I for select to samen_app using (%s)', policy.name, policy.seen);
        execute format('create policy written on %I to samen_app using (%s)', policy.name, policy.written);
        execute format('create policy books on %I to samen_books using (true) with check (true)', policy.name);
    end loop;
end $$
--;
grant select, insert, update on assignment, assignment_slot, assignment_part, netting, credit_limit to samen_app
--;
grant select, insert on assignment_customer, assignment_signature to samen_app
--;
grant select, insert on assignment_hours to samen_app
--;
grant update (approved_by, approved_at, version) on assignment_hours to samen_app
--;
grant select, insert, update, delete on assignment, assignment_customer, assignment_slot, assignment_part,
    assignment_hours, assignment_signature, netting, credit_limit to samen_books
