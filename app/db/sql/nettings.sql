-- Amounts that two cooperatives set off against each other: both see and confirm them.
alter table netting enable row level security, force row level security;
grant select, insert, update (state, paid_on, first_confirmed_by, second_confirmed_by, reason, version)
    on netting to samen_app;
create policy own on netting to samen_app
    using (first_id = any((select my_staff())::uuid[])
           or second_id = any((select my_staff())::uuid[]));

-- How much another cooperative may owe: set by the creditor, seen by both.
alter table credit_limit enable row level security, force row level security;
grant select, insert, update (cents, set_by, version) on credit_limit to samen_app;
create policy read on credit_limit for select to samen_app
    using (creditor_id = any((select my_staff())::uuid[])
           or debtor_id = any((select my_staff())::uuid[]));
create policy add on credit_limit for insert to samen_app
    with check (creditor_id = any((select my_staff())::uuid[]));
create policy change on credit_limit for update to samen_app
    using (creditor_id = any((select my_staff())::uuid[]));
