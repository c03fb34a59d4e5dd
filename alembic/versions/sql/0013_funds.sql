do $$
declare
    staff constant text := 'any((select my_staff())::uuid[])';
    mine constant text := 'any((select my_members())::uuid[])';
    policy record;
begin
    for policy in select * from (values
        ('restricted_fund', 'cooperative_id = ' || staff),
        ('barter', 'cooperative_id = ' || staff || ' or giver_id = ' || mine || ' or receiver_id = ' || mine),
        ('internal_delivery', 'from_cooperative_id = ' || staff || ' or to_cooperative_id = ' || staff)
    ) as p(name, seen) loop
        execute format('alter table %I enable row level security', policy.name);
        execute format('alter table %I force row level security', policy.name);
        execute format('create policy own_and_staff on %I to samen_app using (%s)', policy.name, policy.seen);
        execute format('create policy books on %I to samen_books using (true) with check (true)', policy.name);
    end loop;
end $$
--;
grant select, insert, update on restricted_fund, barter, internal_delivery to samen_app
--;
grant select, insert, update, delete on restricted_fund, barter, internal_delivery to samen_books
