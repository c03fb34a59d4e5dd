-- payment
alter table payment enable row level security;
alter table payment force row level security;
grant select, insert, update on payment to samen_app;
create policy own_and_staff on payment to samen_app
    using (exists (select 1 from "order" o where o.id = payment.order_id))
    with check (cooperative_id = any(my_staff()));

-- refund
alter table refund enable row level security;
alter table refund force row level security;
grant select, insert on refund to samen_app;
create policy own_and_staff on refund to samen_app
    using (exists (select 1 from "order" o where o.id = refund.order_id))
    with check (cooperative_id = any((select my_staff())::uuid[]));
create trigger append_only before delete or update on refund for each row execute function refuse_change_of_refund();
create trigger never_truncate before truncate on refund for each statement execute function refuse_change();
