-- A fund with a purpose of its own.
alter table restricted_fund enable row level security, force row level security;
grant select, insert on restricted_fund to samen_app;
create policy staff on restricted_fund to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
