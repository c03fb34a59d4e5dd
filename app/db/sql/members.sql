create or replace function member_is_there() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from member where id = new.member_id and state not in ('exited', 'withdrawn', 'rejected') for share;
    if not found then
        raise foreign_key_violation using message = 'this member left meanwhile';
    end if;
    return new;
end $$;

create or replace function my_standing() returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare v_members uuid[] := array(select id from member where person_id = my_person());
begin
    perform 1 from balance b join account a on a.id = b.account_id where a.member_id = any(v_members)
      order by a.id for update of b;
    return (select coalesce(sum(abs(b.posted)), 0) from balance b join account a on a.id = b.account_id
             where a.member_id = any(v_members))
         + (select coalesce(sum(net_cents), 0) from earning
             where member_id = any(v_members) and state in ('pending', 'held'));
end $$;
grant execute on function my_standing to samen_app;

-- member
alter table member enable row level security;
alter table member force row level security;
grant select, insert, update on member to samen_app;
create policy own_and_staff on member to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or person_id = (select my_person()))
    with check (cooperative_id = any((select my_staff())::uuid[])
                or person_id = (select my_person()));
create trigger another_person_is_there before update of person_id on member for each row
    when (new.person_id is not null and new.person_id is distinct from old.person_id)
    execute function person_is_there();
create trigger person_is_there before insert on member for each row
    when (new.person_id is not null)
    execute function person_is_there();

-- member_event
alter table member_event enable row level security;
alter table member_event force row level security;
grant select, insert on member_event to samen_app;
create policy own_and_staff on member_event to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]))
    with check (cooperative_id = any((select my_staff())::uuid[])
                or member_id = any((select my_members())::uuid[]));
create trigger append_only before delete or update on member_event
    for each row execute function refuse_change_of_trail();
create trigger never_truncate before truncate on member_event for each statement execute function refuse_change();
