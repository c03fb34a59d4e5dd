-- The caller of a transaction: `enter` sets these values once, and the policies read them.
--
-- The person, if one acts.
create function my_person() returns uuid
    language sql stable as $$
    select nullif(current_setting('samen.person', true), '')::uuid
$$;
grant execute on function my_person to samen_app;

-- The app that acts for itself, without a person.
create function my_app() returns uuid
    language sql stable as $$
    select nullif(current_setting('samen.app', true), '')::uuid
$$;
grant execute on function my_app to samen_app;

-- The cooperatives where the caller is coordinator or treasurer, and those whose view was lent.
create function my_staff() returns uuid[]
    language sql stable as $$
    select coalesce(nullif(current_setting('samen.staff', true), ''), '{}')::uuid[]
$$;
grant execute on function my_staff to samen_app;

-- The cooperatives where the caller holds one of these offices, without those whose view was lent: for power that would
-- outlive the transaction.
create function my_offices() returns uuid[]
    language sql stable as $$
    select coalesce(nullif(current_setting('samen.offices', true), ''), '{}')::uuid[]
$$;
grant execute on function my_offices to samen_app;

-- The cooperatives that an app works for: it sees their orders, and nothing else that is private.
create function my_partners() returns uuid[]
    language sql stable as $$
    select coalesce(nullif(current_setting('samen.partner', true), ''), '{}')::uuid[]
$$;
grant execute on function my_partners to samen_app;

-- The caller's memberships, also those that ended.
create function my_members() returns uuid[]
    language sql stable as $$
    select coalesce(nullif(current_setting('samen.members', true), ''), '{}')::uuid[]
$$;
grant execute on function my_members to samen_app;

-- Memberships that stand, apart from those that ended: whoever left keeps their own papers, not what customers said.
create function my_current_members() returns uuid[]
    language sql stable as $$
    select coalesce(nullif(current_setting('samen.current_members', true), ''), '{}')::uuid[]
$$;
grant execute on function my_current_members to samen_app;

-- The cooperatives where the caller is the outside approver. This is less than `my_staff`: it opens what they decide.
create function my_approvals() returns uuid[]
    language sql stable as $$
    select coalesce(nullif(current_setting('samen.approves', true), ''), '{}')::uuid[]
$$;
grant execute on function my_approvals to samen_app;

-- The cooperatives where the caller is a member now.
create function my_cooperatives() returns uuid[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(cooperative_id), '{}') from member
     where id = any(my_members()) and state in ('candidate', 'trial', 'member', 'paused')
$$;
grant execute on function my_cooperatives to samen_app;

-- The municipalities where the caller holds this office.
create function my_municipalities(p_role text) returns uuid[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(municipality_id), '{}') from office
     where person_id = my_person() and role = p_role and municipality_id is not null and ended_at is null
$$;
grant execute on function my_municipalities to samen_app;

-- Whether the caller holds an office of the network.
create function is_network() returns boolean
    language sql stable as $$
    select coalesce(current_setting('samen.network', true), '') = 'on'
$$;
grant execute on function is_network to samen_app;

-- Whether anybody has entered: a person, an app or the system. A visitor has not.
create function has_entered() returns boolean
    language sql stable as $$
    select coalesce(current_setting('samen.caller', true), '') <> ''
$$;
grant execute on function has_entered to samen_app;

-- For functions that see every row: raises if nobody has entered.
create function must_have_entered() returns void
    language plpgsql stable as $$
begin
    if not has_entered() then
        raise insufficient_privilege using message = 'nobody has entered';
    end if;
end $$;

-- Opens the private rows of these cooperatives until the transaction ends: for the step of somebody outside their staff
-- that changes them, as an order holds units and a completion books an earning.
--
-- Whoever takes part anywhere (the staff, a member, an app, the network, the worker) may be lent the view of another
-- cooperative: jobs and joint purchases have many. A customer is lent only that of a cooperative that has published
-- something or has an order of theirs, an officer of a municipality only those of its cooperatives.
create function lend_staff_view(p_cooperatives uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_staff uuid[] := my_staff();
    v_system boolean := coalesce(current_setting('samen.system', true), '') = 'on';
begin
    if p_cooperatives <@ v_staff then
        return;
    end if;
    if not keeps_books() then
        perform must_have_entered();
    end if;
    if not (v_system or keeps_books() or is_network() or cardinality(v_staff) > 0 or cardinality(my_members()) > 0
            or my_app() is not null)
       and exists (
           select from unnest(p_cooperatives) c (id)
            where not exists (select from offering o where o.cooperative_id = c.id and o.edition > 0)
              and not exists (select from "order" o where o.cooperative_id = c.id and o.customer_person_id = my_person())
              and not exists (select from cooperative m join office o on o.municipality_id = m.municipality_id
                               where m.id = c.id and o.person_id = my_person() and o.ended_at is null)
              and not c.id = any(my_approvals())) then
        raise insufficient_privilege using message = 'this cooperative is not open here';
    end if;
    perform set_config('samen.staff', (v_staff || p_cooperatives)::text, true);
end $$;
grant execute on function lend_staff_view to samen_app;

-- Whether the session may act as the owner of the books: by the role that it took, or by its login if it took none.
create function keeps_books() returns boolean
    language sql stable as $$
    select pg_has_role(coalesce(nullif(current_setting('role'), 'none')::name, session_user), 'samen_books', 'member')
$$;
grant execute on function keeps_books to samen_app;

-- Whether a statement runs as the owner of the functions or of the tables, as in `erase_me`, whoever calls it. Unlike
-- `keeps_books` this is true inside every function that sees every row. It is for triggers, which no caller chooses.
create function keeps_all() returns boolean
    language sql stable as $$
    select pg_has_role(current_user, 'samen_books', 'member')
$$;
grant execute on function keeps_all to samen_app;

-- Identifies the caller and tells the policies who acts. Only offices in force count. It says whether the person has a
-- name yet, since a checkout may know them by their token only.
create function enter(p_issuer text, p_subject text, p_client text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_client uuid := case when p_client ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_client::uuid end;
    v_person uuid;
    v_nameless boolean;
    v_app uuid;
    v_scopes text[];
    v_partner uuid[];
    v_disabled timestamptz;
    v_holdings jsonb;
    v_staff uuid[];
    v_members uuid[];
    v_current uuid[];
    v_approves uuid[];
    v_network boolean;
    v_said text[];
begin
    select p.id, p.name = '', a.id, a.scopes, a.cooperative_ids, a.disabled_at, coalesce(h.held, '[]'),
           coalesce(h.staff, '{}'), coalesce(h.members, '{}'), coalesce(h.current, '{}'), coalesce(h.network, false),
           coalesce(h.approves, '{}')
      into v_person, v_nameless, v_app, v_scopes, v_partner, v_disabled, v_holdings, v_staff, v_members, v_current,
           v_network, v_approves
      from (values (1)) one
      left join person p on p.issuer = p_issuer and p.subject = p_subject
      left join app a on a.id = v_client
     cross join lateral (
        select jsonb_agg(jsonb_build_object('role', x.role, 'cooperative_id', x.cooperative_id,
                   'municipality_id', x.municipality_id, 'member_id', x.member_id)) as held,
               array_agg(x.cooperative_id) filter (where x.role in ('coordinator', 'treasurer')) as staff,
               array_agg(x.cooperative_id) filter (where x.role = 'approver') as approves,
               array_agg(x.member_id) filter (where x.member_id is not null) as members,
               array_agg(x.member_id) filter (where x.role = 'member') as current,
               bool_or(x.role = 'network') as network
          from (select o.role, o.cooperative_id, o.municipality_id, null::uuid as member_id
                  from office o where o.person_id = p.id and o.ended_at is null
                union all
                select case when m.state in ('exited', 'withdrawn', 'rejected') then 'former_member' else 'member' end,
                       m.cooperative_id, null, m.id from member m where m.person_id = p.id and m.state <> 'referred') x) h;
    if v_disabled is not null then
        return jsonb_build_object('disabled', true);
    end if;
    v_said := array[
        set_config('samen.person', coalesce(v_person::text, ''), true),
        set_config('samen.app', case when p_subject is null then coalesce(v_app::text, '') else '' end, true),
        set_config('samen.staff', v_staff::text, true),
        set_config('samen.offices', v_staff::text, true),
        set_config('samen.system', '', true),
        set_config('samen.approves', v_approves::text, true),
        set_config('samen.partner', case when p_subject is null then coalesce(v_partner, '{}') else '{}' end::text, true),
        set_config('samen.members', v_members::text, true),
        set_config('samen.current_members', v_current::text, true),
        set_config('samen.network', case when v_network then 'on' else '' end, true),
        set_config('samen.caller', concat_ws('|', coalesce(v_app::text, p_client), p_issuer, p_subject), true)];
    return jsonb_build_object('person_id', v_person, 'nameless', coalesce(v_nameless, false), 'holdings', v_holdings,
        'app',
        case when v_app is not null
             then jsonb_build_object('id', v_app, 'scopes', v_scopes, 'cooperative_ids', v_partner) end);
end $$;
grant execute on function enter to samen_app;

-- The worker acts for one cooperative, or for none.
create function enter_as_system(p_cooperative uuid) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform set_config('samen.staff', array_remove(array[p_cooperative], null)::text, true),
            set_config('samen.system', 'on', true),
            set_config('samen.caller', 'system', true);
end $$;
grant execute on function enter_as_system to samen_worker, samen_reader;

-- Says who acts and takes a request key, in one round trip; the answer that the key has already, if any.
create function enter_with_key(p_issuer text, p_subject text, p_client text, p_verb text, p_key text)
    returns table (entered jsonb, request_hash text, outcome jsonb)
    language plpgsql set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    v_caller text;
begin
    entered := enter(p_issuer, p_subject, p_client);
    if not entered ? 'disabled' then
        v_caller := current_setting('samen.caller');
        perform pg_advisory_xact_lock(hashtextextended(concat_ws('|', v_caller, p_verb, p_key), 7));
        -- written again before it is answered: after a failover only that is known to be replicated
        update idempotency set replays = replays + 1 where caller = v_caller and verb = p_verb and key = p_key
            returning request_hash, outcome into enter_with_key.request_hash, enter_with_key.outcome;
    end if;
    return next;
end $$;
grant execute on function enter_with_key to samen_app;
