-- A person whom nobody knew yet, with the address that was given. The address of somebody known stays as it is: only
-- they and the network change it.
create function add_person(p_issuer text, p_subject text, p_name text, p_email text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare v_id uuid;
begin
    perform must_have_entered();
    insert into person (id, issuer, subject, name, email, version)
        values (uuidv7(), p_issuer, p_subject, p_name, p_email, 1)
        on conflict (issuer, subject) do nothing returning id into v_id;
    if v_id is not null then
        return jsonb_build_object('id', v_id, 'new', true);
    end if;
    return jsonb_build_object('id', ensure_person(p_issuer, p_subject, p_name), 'new', false);
end $$;
grant execute on function add_person to samen_app;

-- The person behind a login, who becomes known with it. Somebody known is only read: an update, even of nothing, would
-- make a customer's orders wait for each other.
create function ensure_person(p_issuer text, p_subject text, p_name text) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare v_id uuid;
begin
    perform must_have_entered();
    select id into v_id from person where issuer = p_issuer and subject = p_subject and name <> '';
    if v_id is null then
        insert into person (id, issuer, subject, name, version) values (uuidv7(), p_issuer, p_subject, p_name, 1)
            on conflict (issuer, subject) do update set name = excluded.name where person.name = '' returning id into v_id;
    end if;
    if v_id is null then
        select id into v_id from person where issuer = p_issuer and subject = p_subject;
    end if;
    if concat_ws('|', p_issuer, p_subject) = regexp_replace(current_setting('samen.caller', true), '^[^|]*\|', '')
       or current_setting('samen.caller', true) = concat_ws('|', p_issuer, p_subject) then
        perform set_config('samen.person', v_id::text, true);
    end if;
    return v_id;
end $$;
grant execute on function ensure_person to samen_app;

-- Whoever takes in, appoints or counts on somebody who is being erased, or leaves, at that moment waits for it here and
-- looks again: a foreign key alone only asks whether the row exists.
create function person_is_there() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from person where id = new.person_id and issuer <> 'erased' for key share;
    if not found then
        raise foreign_key_violation using message = 'this person was erased meanwhile';
    end if;
    return new;
end $$;

-- Locks the person and their memberships, so that no order, office or membership can refer to them until the commit.
create function lock_me() returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from person where id = my_person() for update;
    perform 1 from member where person_id = my_person() order by id for update;
    perform 1 from offering where member_id in (select id from member where person_id = my_person())
      order by id for update;
end $$;
grant execute on function lock_me to samen_app;

-- Whether the person who acts ever acted as this member, or work was taken on in that name. What others entered alone
-- (the membership, an import of offerings, an invitation, a wish of the staff) is no act of theirs.
create function i_acted_as(p_member uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select p_member = any(my_members()) and (
           exists (select 1 from member where id = p_member and goal_text is not null)
        or exists (select 1 from offering where member_id = p_member and source is null)
        or exists (select 1 from "order" where maker_ids @> array[p_member]
                      and state not in ('refused', 'expired', 'cancelled'))
        or exists (select 1 from "order" o join order_event e on e.order_id = o.id
                    where o.maker_ids @> array[p_member] and e.person_id = my_person())
        or exists (select 1 from member_event where member_id = p_member and person_id = my_person())
        or exists (select 1 from cost_claim where member_id = p_member and claimed_by = my_person())
        or exists (select 1 from spending where member_id = p_member and requested_by = my_person())
        or exists (select 1 from wish where member_id = p_member and wished_by = my_person())
        or exists (select 1 from assignment_part where member_id = p_member and state = 'taken')
        or exists (select 1 from assignment_hours where member_id = p_member and reported_by = my_person())
        or exists (select 1 from barter where giver_id = p_member or receiver_id = p_member and state = 'confirmed')
        or exists (select 1 from ballot b where b.casts @> jsonb_build_array(jsonb_build_object('member_id', p_member))
                      or b.proposed_by = my_person()
                         and b.cooperative_id = (select cooperative_id from member where id = p_member)))
$$;
grant execute on function i_acted_as to samen_app;

-- Whether the caller is an officer of this cooperative's umbrella.
create function is_my_part(p_cooperative uuid) returns boolean
    language sql stable set search_path = public, pg_temp as $$
    select exists (select 1 from cooperative where id = p_cooperative and umbrella_id = any(my_offices()))
$$;
grant execute on function is_my_part to samen_app;

-- The cooperatives of whose umbrella the caller is an officer: this opens what the umbrella decides as a second person.
create function my_parts() returns uuid[]
    language sql stable set search_path = public, pg_temp as $$
    select coalesce(array_agg(id), '{}') from cooperative where umbrella_id = any(my_offices())
$$;
grant execute on function my_parts to samen_app;

-- A person sees themselves; the staff see their members and officers, the network everybody. Only the person and the
-- network change the address: the rest follows from the login, or from `erase_me`.
alter table person enable row level security, force row level security;
grant select, update (email, version) on person to samen_app;
create policy read on person for select to samen_app
    using (id = (select my_person())
           or (select is_network())
           or exists (select 1 from member m
                       where m.person_id = person.id and m.cooperative_id = any((select my_staff())::uuid[]))
           or exists (select 1 from office o
                       where o.person_id = person.id and o.ended_at is null
                         and o.cooperative_id = any((select my_staff())::uuid[])));
create policy change on person for update to samen_app
    using (id = (select my_person()) or (select is_network()));

-- An office ends once; nothing else of it changes, and it is never deleted.
create function refuse_change_of_office() returns trigger
    language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.ended_at is null
       and to_jsonb(new) - '{ended_at,ended_by}'::text[] = to_jsonb(old) - '{ended_at,ended_by}'::text[] then
        return new;
    end if;
    raise exception '% of % is refused: what is booked or logged is never changed', tg_op, tg_table_name
        using errcode = 'SM009';
end $$;

-- Offices are seen by whoever holds them and by the staff beside them. The network gives and ends them; the officers of an
-- umbrella name and end the outside approver of its parts. Nobody gives or ends an office in another's name.
alter table office enable row level security, force row level security;
grant select, insert, update (ended_at, ended_by) on office to samen_app;
create policy read on office for select to samen_app
    using (person_id = (select my_person())
           or (select is_network())
           or cooperative_id = any((select my_staff())::uuid[])
           or (role = 'approver' and is_my_part(cooperative_id)));
create policy add on office for insert to samen_app
    with check (ended_at is null and given_by is not distinct from (select my_person())
                and ((select is_network()) or (role = 'approver' and is_my_part(cooperative_id))));
create policy change on office for update to samen_app
    using ((select is_network()) or (role = 'approver' and is_my_part(cooperative_id)))
    with check (ended_by is not distinct from (select my_person()));
create trigger person_is_there before insert on office for each row execute function person_is_there();
create trigger offices_stay before update or delete on office for each row execute function refuse_change_of_office();
create trigger never_truncate before truncate on office for each statement execute function refuse_change();
