-- netting
alter table netting enable row level security;
alter table netting force row level security;
grant select, insert, update on netting to samen_app;
create policy written on netting to samen_app
    using (first_id = any((select my_staff())::uuid[])
           or second_id = any((select my_staff())::uuid[]));
create policy seen on netting for select to samen_app
    using (first_id = any((select my_staff())::uuid[])
           or second_id = any((select my_staff())::uuid[]));

-- credit_limit
alter table credit_limit enable row level security;
alter table credit_limit force row level security;
grant select, insert, update on credit_limit to samen_app;
create policy written on credit_limit to samen_app
    using (creditor_id = any((select my_staff())::uuid[]));
create policy seen on credit_limit for select to samen_app
    using (creditor_id = any((select my_staff())::uuid[])
           or debtor_id = any((select my_staff())::uuid[]));
