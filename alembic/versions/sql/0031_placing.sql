-- Lines and events are let in by the order that they belong to: it has to be there before them, in one round trip.
create function add_order(p_order "order", p_lines order_line[], p_events order_event[]) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
    insert into "order" select p_order.*;
    insert into order_line select * from unnest(p_lines);
    insert into order_event select * from unnest(p_events);
end $$
--;
revoke all on function add_order("order", order_line[], order_event[]) from public
--;
grant execute on function add_order("order", order_line[], order_event[]) to samen_app
--;
-- Who was known by their token only, from a checkout, gets a name with the first order.
create function name_me(p_name text) returns void
language sql security definer set search_path = public, pg_temp as
$$ update person set name = p_name where id = my_person() and name = '' $$
--;
alter function name_me(text) owner to samen_books
--;
revoke all on function name_me(text) from public
--;
grant execute on function name_me(text) to samen_app
