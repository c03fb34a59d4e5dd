-- The verb runs again and finds that its maker sells no more.
create function maker_sells() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from member where id = new.member_id and state in ('trial', 'member') for share;
    if not found then
        raise serialization_failure using message = 'the maker does not sell any more';
    end if;
    return new;
end $$;

-- Whether whoever acts sells this: the staff, the outside approver, the partner's app or the maker.
create function sells(p_offering uuid) returns boolean
    language sql stable set search_path = public, pg_temp as $$
    select exists (select 1 from offering
                    where id = p_offering
                      and (cooperative_id = any(my_staff()) or cooperative_id = any(my_partners() || my_approvals())
                           or member_id = any(my_members())))
$$;
grant execute on function sells to samen_app;

-- Only those who sell say how many units there are.
create function counted_by_the_seller() returns trigger
    language plpgsql as $$
begin
    if not sells(new.offering_id) and not keeps_all() then
        raise insufficient_privilege using message = 'only those who sell say how many there are';
    end if;
    return new;
end $$;

-- Units are held for an order by whoever placed it, at the same cooperative. Asked at the commit: both are written by one
-- statement.
create function held_for_its_order() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from "order" o
                    where o.id = new.order_id and o.cooperative_id = new.cooperative_id
                      and o.customer_person_id is not distinct from new.person_id
                      and (new.app_id is null or o.app_id = new.app_id)) then
        raise insufficient_privilege using message = 'these units are held for another order';
    end if;
    return null;
end $$;

-- An offering that was published once is public. A draft is seen by those who belong to the cooperative, by its outside approver and
-- by its partner's app; the staff, the maker and the partner's app write, and the approver reviews.
alter table offering enable row level security, force row level security;
grant select, insert, update (member_id, kind, title, text, category, price_unit, price_cents, price_basis,
                              consumer_price_cents, vat_class, town, tags, image_url, lead_time_minutes, state, edition, purchase_cents, source, external_id,
                              import_id, hidden_by, version) on offering to samen_app;
create policy read on offering for select to samen_app
    using (edition > 0
           or cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_partners())::uuid[])
           or cooperative_id = any((select my_approvals() || my_cooperatives())::uuid[]));
create policy add on offering for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on offering for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_partners() || my_approvals())::uuid[])
           or member_id = any((select my_members())::uuid[]));
create trigger maker_sells before insert on offering for each row
    when (new.state = 'published')
    execute function maker_sells();
create trigger maker_still_sells before update of state on offering for each row
    when (new.state = 'published' and new.state is distinct from old.state)
    execute function maker_sells();
create trigger member_is_there before insert on offering for each row execute function member_is_there();

-- Editions are what customers agreed to: each is written once, when it is published.
alter table offering_edition enable row level security, force row level security;
grant select, insert on offering_edition to samen_app;
create policy read on offering_edition for select to samen_app using (true);
create policy add on offering_edition for insert to samen_app with check (sells(offering_id));
create trigger append_only before delete or update on offering_edition for each row execute function refuse_change();
create trigger never_truncate before truncate on offering_edition for each statement execute function refuse_change();

-- A number of units. Whoever buys holds some of them; how many there are is said by those who sell.
alter table stock enable row level security, force row level security;
grant select, insert, update (units, held, said), delete on stock to samen_app;
create policy read on stock for select to samen_app using (true);
create policy add on stock for insert to samen_app with check (sells(offering_id));
create policy change on stock for update to samen_app using ((select has_entered()));
create policy remove on stock for delete to samen_app using (sells(offering_id));
create trigger counted_by_the_seller before update of units, said on stock for each row
    when (new.units is distinct from old.units or new.said is distinct from old.said)
    execute function counted_by_the_seller();

-- The holder of units is private: the holder sees it, the staff of the cooperative, and whoever sees the order that holds
-- them. What is held, by whom and until when never changes: only its state does.
alter table stock_hold enable row level security, force row level security;
grant select, insert, update (state) on stock_hold to samen_app;
create policy read on stock_hold for select to samen_app
    using (cooperative_id = any(my_staff())
           or person_id = my_person()
           or app_id = my_app()
           or sees_order(order_id));
create policy add on stock_hold for insert to samen_app
    with check (cooperative_id = any(my_staff()) or person_id = my_person() or app_id = my_app());
create constraint trigger held_for_its_order after insert on stock_hold deferrable initially deferred
    for each row when (new.order_id is not null)
    execute function held_for_its_order();
create policy change on stock_hold for update to samen_app
    using (cooperative_id = any(my_staff())
           or person_id = my_person()
           or app_id = my_app()
           or sees_order(order_id));
