-- The second wall: rows with private facts are seen by their own people and by the staff of their cooperative.
do $$
declare
    staff constant text := 'cooperative_id = any((select my_staff())::uuid[])';
    mine constant text := 'member_id = any((select my_members())::uuid[])';
    of_order constant text := 'exists (select 1 from "order" o where o.id = order_id)';
    policy record;
begin
    for policy in select * from (values
        ('person', 'id = (select my_person()) or (select is_network())'
            || ' or exists (select 1 from member m where m.person_id = person.id and m.cooperative_id = any((select my_staff())::uuid[]))'
            || ' or exists (select 1 from office o where o.person_id = person.id and o.cooperative_id = any((select my_staff())::uuid[]))',
            'id = (select my_person()) or (select is_network())'),
        ('office', 'person_id = (select my_person()) or (select is_network()) or ' || staff, '(select is_network())'),
        ('member', staff || ' or person_id = (select my_person())', staff || ' or person_id = (select my_person())'),
        ('customer', 'person_id = (select my_person())', 'person_id = (select my_person())'),
        ('order', staff || ' or customer_person_id = (select my_person()) or app_id = (select my_app())'
            || ' or maker_ids && (select my_members())::uuid[]', null),
        ('order_line', of_order, of_order),
        ('order_event', of_order, of_order),
        ('payment', of_order, staff),
        ('cost_claim', staff || ' or ' || mine, staff || ' or ' || mine),
        ('earning', staff || ' or ' || mine, staff),
        ('member_year', staff || ' or ' || mine, staff),
        ('member_month', staff || ' or ' || mine, staff),
        ('task', staff || ' or ' || mine, staff || ' or ' || mine),
        ('account', staff || ' or ' || mine, 'false'),
        ('balance', 'exists (select 1 from account a where a.id = account_id)', 'false'),
        ('entry', 'exists (select 1 from account a where a.id = account_id)', 'false'),
        ('journal', staff || ' or exists (select 1 from entry e where e.journal_id = journal.id)', 'false'),
        ('idempotency', 'caller = current_setting(''samen.caller'', true)',
            'caller = current_setting(''samen.caller'', true)')
    ) as p(name, seen, written) loop
        execute format('alter table %I enable row level security', policy.name);
        execute format('alter table %I force row level security', policy.name);
        execute format('create policy own_and_staff on %I to samen_app using (%s) with check (%s)',
                       policy.name, policy.seen, coalesce(policy.written, policy.seen));
        execute format('create policy books on %I to samen_books using (true) with check (true)', policy.name);
    end loop;
end $$
--;
alter table outbox enable row level security
--;
alter table outbox force row level security
--;
create policy tell on outbox for insert to samen_app with check (true)
--;
create policy work on outbox to samen_worker using (true) with check (true)
--;
create policy books on outbox to samen_books using (true) with check (true)
--;
alter table timer enable row level security
--;
alter table timer force row level security
--;
create policy start on timer for insert to samen_app with check (true)
--;
create policy work on timer to samen_worker using (true) with check (true)
--;
create policy books on timer to samen_books using (true) with check (true)
