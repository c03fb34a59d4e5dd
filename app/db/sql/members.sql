-- Whoever counts on a member who leaves at that moment waits for it here, and is refused.
create function member_is_there() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from member where id = new.member_id and state not in ('exited', 'withdrawn', 'rejected') for share;
    if not found then
        raise foreign_key_violation using message = 'this member left meanwhile';
    end if;
    return new;
end $$;

-- Cents in the name of the person who acts, on accounts or expected; a debt counts as well. Locks the accounts.
create function my_standing() returns bigint
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

-- Members see their own; the staff take in, change and let go. A member changes the goal and nothing else.
alter table member enable row level security, force row level security;
grant select, insert,
    update (name, trade_name, person_id, state, goal_text, goal_cents, trial_until, exited_on, destination, version)
    on member to samen_app;
create policy read on member for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or person_id = (select my_person()));
create policy add on member for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on member for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or person_id = (select my_person()));
create trigger person_is_there before insert on member for each row
    when (new.person_id is not null)
    execute function person_is_there();
create trigger another_person_is_there before update of person_id on member for each row
    when (new.person_id is not null and new.person_id is distinct from old.person_id)
    execute function person_is_there();

-- Only the staff change who a member is and how the membership stands.
create function only_the_staff() returns trigger
    language plpgsql as $$
begin
    if not coalesce(old.cooperative_id = any(my_staff()), false) and not keeps_all() then
        raise insufficient_privilege using message = 'only the staff of the cooperative change this';
    end if;
    return new;
end $$;

-- Only an officer says whose membership it is: power that would outlive a view that was lent.
create function only_an_officer() returns trigger
    language plpgsql as $$
begin
    if not coalesce(old.cooperative_id = any(my_offices()), false) and not keeps_all() then
        raise insufficient_privilege using message = 'an officer of the cooperative links a member to a person';
    end if;
    return new;
end $$;
create trigger linked_by_an_officer before update of person_id on member for each row
    when (new.person_id is distinct from old.person_id)
    execute function only_an_officer();
create trigger changed_by_the_staff before update of name, trade_name, person_id, state, trial_until, exited_on, destination
    on member for each row
    -- One by one: PostgreSQL writes a comparison of rows with other brackets after a restore, which looks like a change.
    when (new.name is distinct from old.name or new.trade_name is distinct from old.trade_name
          or new.person_id is distinct from old.person_id or new.state is distinct from old.state
          or new.trial_until is distinct from old.trial_until or new.exited_on is distinct from old.exited_on
          or new.destination is distinct from old.destination)
    execute function only_the_staff();

-- The events of a membership; a trail, in which nobody writes in another's name.
alter table member_event enable row level security, force row level security;
grant select, insert on member_event to samen_app;
create policy read on member_event for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]));
create policy add on member_event for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[])
                and (person_id is null or person_id = (select my_person())));
create trigger append_only before delete or update on member_event for each row execute function refuse_change_of_trail();
create trigger never_truncate before truncate on member_event for each statement execute function refuse_change();
