-- restricted_fund
alter table restricted_fund enable row level security;
alter table restricted_fund force row level security;
grant select, insert, update on restricted_fund to samen_app;
create policy own_and_staff on restricted_fund to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
