-- spending
alter table spending enable row level security;
alter table spending force row level security;
grant select, insert, update on spending to samen_app;
create policy own_and_staff on spending to samen_app
    using (member_id = any((select my_members())::uuid[])
           or state <> 'draft' and cooperative_id = any((select my_staff())::uuid[])
           or state <> 'draft' and policy = 'needs_municipal_consent' and municipality_id = any((select my_municipalities('case_manager'))::uuid[]));
create trigger member_is_there before insert on spending for each row execute function member_is_there();
