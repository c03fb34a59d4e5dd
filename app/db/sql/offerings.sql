-- The verb runs again and finds that its maker sells no more.
create or replace function maker_sells() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from member where id = new.member_id and state in ('trial', 'member') for share;
    if not found then
        raise serialization_failure using message = 'the maker does not sell any more';
    end if;
    return new;
end $$;

-- offering
grant select, insert, update on offering to samen_app;
create trigger maker_sells before insert on offering for each row
    when (new.state = 'published')
    execute function maker_sells();
create trigger maker_still_sells before update of state on offering for each row
    when (new.state = 'published' and new.state is distinct from old.state)
    execute function maker_sells();
create trigger member_is_there before insert on offering for each row execute function member_is_there();

-- offering_edition
grant select, insert on offering_edition to samen_app;
create trigger append_only before delete or update on offering_edition for each row execute function refuse_change();
create trigger never_truncate before truncate on offering_edition for each statement execute function refuse_change();

-- stock
grant select, insert, update, delete on stock to samen_app;

-- stock_hold
alter table stock_hold enable row level security;
alter table stock_hold force row level security;
grant select, insert, update (state) on stock_hold to samen_app;
create policy own_and_staff on stock_hold to samen_app
    using (cooperative_id = any(my_staff())
           or person_id = my_person()
           or app_id = my_app()
           or sees_order(order_id))
    with check (cooperative_id = any(my_staff())
                or person_id = my_person()
                or app_id = my_app()
                or sees_order(order_id));
