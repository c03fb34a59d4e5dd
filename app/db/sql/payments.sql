-- Money that came in, recorded and reversed by the staff; seen with its order.
alter table payment enable row level security, force row level security;
grant select, insert, update (reversed_on, reversed_by, reason, version) on payment to samen_app;
create policy read on payment for select to samen_app
    using (exists (select 1 from "order" o where o.id = payment.order_id));
create policy add on payment for insert to samen_app
    with check (cooperative_id = any(my_staff())
                and exists (select 1 from "order" o where o.id = order_id and o.cooperative_id = payment.cooperative_id));
create policy change on payment for update to samen_app using (cooperative_id = any(my_staff()));

-- Money that went back. What was typed wrong gets a second refund, or is undone by the books.
alter table refund enable row level security, force row level security;
grant select, insert on refund to samen_app;
create policy read on refund for select to samen_app
    using (exists (select 1 from "order" o where o.id = refund.order_id));
create policy add on refund for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[])
                and exists (select 1 from "order" o where o.id = order_id and o.cooperative_id = refund.cooperative_id));
create trigger append_only before delete or update on refund for each row execute function refuse_change_of_refund();
create trigger never_truncate before truncate on refund for each statement execute function refuse_change();
