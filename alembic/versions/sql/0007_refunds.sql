create trigger append_only before update or delete on refund for each row execute function refuse_change()
--;
create trigger never_truncate before truncate on refund for each statement execute function refuse_change()
--;
alter table refund enable row level security
--;
alter table refund force row level security
--;
create policy own_and_staff on refund to samen_app
 using (exists (select 1 from "order" o where o.id = order_id))
 with check (cooperative_id = any((select my_staff())::uuid[]))
--;
create policy books on refund to samen_books using (true) with check (true)
--;
grant select, insert on refund to samen_app
--;
grant select, insert on refund to samen_books
