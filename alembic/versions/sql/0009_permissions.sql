create trigger append_only before update or delete on permission_read for each row execute function refuse_change()
--;
create trigger never_truncate before truncate on permission_read for each statement execute function refuse_change()
--;
do $$
declare
    staff constant text := 'cooperative_id = any((select my_staff())::uuid[])';
    mine constant text := ' or member_id = any((select my_members())::uuid[])';
    manager constant text := ' or municipality_id = any((select my_municipalities(''case_manager''))::uuid[])';
    policy record;
begin
    for policy in select * from (values
        ('permission', staff || mine || manager, 'municipality_id = any((select my_municipalities(''case_manager''))::uuid[])'),
        ('sealed_key', staff || mine, staff),
        ('permission_read', staff || mine, staff)
    ) as p(name, seen, written) loop
        execute format('alter table %I enable row level security', policy.name);
        execute format('alter table %I force row level security', policy.name);
        execute format('create policy own_and_staff on %I to samen_app using (%s) with check (%s)',
                       policy.name, policy.seen, policy.written);
        execute format('create policy books on %I to samen_books using (true) with check (true)', policy.name);
    end loop;
end $$
--;
grant select, insert, update on permission, sealed_key to samen_app
--;
grant select, insert on permission_read to samen_app
--;
grant select, insert, update, delete on permission, sealed_key to samen_books
--;
grant select, insert on permission_read to samen_books
