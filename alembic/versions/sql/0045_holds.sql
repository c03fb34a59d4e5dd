create index stock_hold_open on stock_hold (cooperative_id, id) where state = 'active'
--;
-- Who holds units is private: the holder sees it, the staff of the cooperative, and whoever sees the order that holds them.
alter table stock_hold enable row level security
--;
alter table stock_hold force row level security
--;
create policy own_and_staff on stock_hold to samen_app
    using (cooperative_id = any(my_staff()) or person_id = my_person() or app_id = my_app() or sees_order(order_id))
    with check (cooperative_id = any(my_staff()) or person_id = my_person() or app_id = my_app() or sees_order(order_id))
--;
create policy books on stock_hold to samen_books using (true) with check (true)
--;
-- What is held, by whom and until when never changes: only its state does.
revoke update on stock_hold from samen_app
--;
grant update (state) on stock_hold to samen_app
