-- The cooperatives where the caller is the outside approver. This is less than `my_staff`: it opens what they decide.
create function my_approvals() returns uuid[] language sql stable as
$$ select coalesce(nullif(current_setting('samen.approves', true), ''), '{}')::uuid[] $$
--;
-- Identifies the caller and tells the policies who acts. Only offices in force count.
create or replace function enter(p_issuer text, p_subject text, p_client text) returns jsonb
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
end $$
--;
create or replace function my_municipalities(p_role text) returns uuid[] language sql stable security definer
    set search_path = public, pg_temp as
$$ select coalesce(array_agg(municipality_id), '{}') from office
    where person_id = my_person() and role = p_role and municipality_id is not null and ended_at is null $$
--;
-- Replaces the calling person by a pseudonym. The trail of power keeps the person's id, and loses the words.
create or replace function erase_me(p_invoice bigint) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_me uuid := my_person();
    v_person person;
    v_login text;
    v_members uuid[];
    v_orders uuid[];
begin
    select * into strict v_person from person where id = v_me;
    v_login := concat_ws('|', v_person.issuer, v_person.subject);
    v_members := array(select id from member where person_id = v_me);
    v_orders := array(select id from "order" where customer_person_id = v_me);
    perform forget_words(v_orders);
    update "order" o set note = '', guest_token_hash = null, version = version + 1, contact = contact_kept(o, p_invoice)
     where id = any(v_orders);
    delete from customer where person_id = v_me;
    delete from sealed_key where member_id = any(v_members);
    update member_event set note = '' where member_id = any(v_members) and note <> '';
    update assignment_hours set note = '', reason = '' where member_id = any(v_members) and (note <> '' or reason <> '');
    update barter set title = E'\u2013' where giver_id = any(v_members) or receiver_id = any(v_members);
    update spending set title = E'\u2013', supplier = '', receipt = '', reason = ''
     where member_id = any(v_members) and paid_on is null;
    update earning set reason = '' where member_id = any(v_members) and reason <> '';
    update power_event set reason = '' where person_id = v_me and reason <> '';
    perform forget_facts(
        array(select id from assignment_hours where member_id = any(v_members)), '{"reason": ""}');
    perform forget_facts(
        array(select id from barter where giver_id = any(v_members) or receiver_id = any(v_members)
              union all select id from spending where member_id = any(v_members) and paid_on is null),
        '{"title": "\u2013", "reason": ""}');
    update member set name = E'\u2013', trade_name = E'\u2013', goal_text = null, goal_cents = null, person_id = null,
           version = version + 1
     where id = any(v_members);
    delete from idempotency where caller = v_login
        or caller like '%|' || replace(replace(replace(v_login, '\', '\\'), '%', '\%'), '_', '\_');
    perform forget_answers(array[v_me]);
    update person set issuer = 'erased', subject = id::text, name = E'\u2013', email = null, version = version + 1
     where id = v_me;
end $$
--;
-- An office ends once; nothing else of it changes, and it is never deleted.
create function refuse_change_of_office() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.ended_at is null
       and to_jsonb(new) - '{ended_at,ended_by}'::text[] = to_jsonb(old) - '{ended_at,ended_by}'::text[] then
        return new;
    end if;
    raise exception '% of % is refused: what is booked or logged is never changed', tg_op, tg_table_name
        using errcode = 'SM009';
end $$
--;
create trigger offices_stay before update or delete on office for each row execute function refuse_change_of_office()
--;
create trigger never_truncate before truncate on office for each statement execute function refuse_change()
--;
create trigger apps_stay before delete on app for each row execute function refuse_change()
--;
-- Only the reason of an event can be forgotten, as that of a refund.
create trigger append_only before update or delete on power_event for each row execute function refuse_change_of_refund()
--;
create trigger never_truncate before truncate on power_event for each statement execute function refuse_change()
--;
revoke delete on office from samen_app
--;
grant update (ended_at, ended_by) on office to samen_app
--;
grant select (registered_at, registered_by, disabled_by) on app to samen_app
--;
grant select, insert on power_event to samen_app, samen_books
--;
grant update (reason) on power_event to samen_books
--;
-- The officers of an umbrella name and end the outside approver of its parts; all else is given by the network. Nobody
-- gives or ends an office in another's name.
alter policy own_and_staff on office
 using (person_id = (select my_person()) or (select is_network()) or cooperative_id = any((select my_staff())::uuid[])
        or role = 'approver' and exists (select 1 from cooperative c
            where c.id = cooperative_id and c.umbrella_id = any((select my_staff())::uuid[])))
 with check (case when ended_at is null then given_by else ended_by end is not distinct from (select my_person())
        and ((select is_network()) or role = 'approver' and exists (select 1 from cooperative c
            where c.id = cooperative_id and c.umbrella_id = any((select my_staff())::uuid[]))))
--;
alter policy own_and_staff on person
 using (id = (select my_person()) or (select is_network())
        or exists (select 1 from member m
                    where m.person_id = person.id and m.cooperative_id = any((select my_staff())::uuid[]))
        or exists (select 1 from office o where o.person_id = person.id and o.ended_at is null
                      and o.cooperative_id = any((select my_staff())::uuid[])))
--;
alter policy own_and_staff on spending
 using (member_id = any((select my_members())::uuid[])
        or state <> 'draft' and cooperative_id = any((select my_staff())::uuid[])
        or state <> 'draft' and cooperative_id = any((select my_approvals())::uuid[])
        or state <> 'draft' and policy = 'needs_municipal_consent'
           and municipality_id = any((select my_municipalities('case_manager'))::uuid[]))
--;
alter table power_event enable row level security
--;
alter table power_event force row level security
--;
-- Seen by the person, the staff and the network. Members see who holds which office in their cooperative.
create policy seen on power_event for select to samen_app
 using (person_id = (select my_person()) or (select is_network())
        or cooperative_id = any((select my_staff())::uuid[])
        or kind in ('office_given', 'office_ended') and cooperative_id = any((select my_cooperatives())::uuid[])
        or exists (select 1 from app a where a.id = app_id and a.cooperative_ids && (select my_staff())::uuid[]))
--;
-- Nobody writes an event in another's name, or about a place where they have no power.
create policy tell on power_event for insert to samen_app
 with check (by_person_id is not distinct from (select my_person())
        and ((select is_network()) or cooperative_id = any((select my_staff())::uuid[])
             or exists (select 1 from app a where a.id = app_id and a.cooperative_ids && (select my_staff())::uuid[])))
--;
create policy books on power_event to samen_books using (true) with check (true)
