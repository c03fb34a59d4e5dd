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
-- As before, and says whether who acts has a name yet: a checkout may know them by their token only.
create or replace function enter(p_issuer text, p_subject text, p_client text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_person uuid;
    v_nameless boolean;
    v_app app;
    v_holdings jsonb;
    v_staff uuid[];
    v_members uuid[];
    v_network boolean;
begin
    if p_subject is not null then
        select id, name = '' into v_person, v_nameless from person where issuer = p_issuer and subject = p_subject;
    end if;
    if p_client is not null and p_client ~ '^[0-9a-f-]{36}$' then
        select * into v_app from app where id = p_client::uuid;
    end if;
    if v_app.disabled_at is not null then
        return jsonb_build_object('disabled', true);
    end if;
    select coalesce(jsonb_agg(jsonb_build_object('role', h.role, 'cooperative_id', h.cooperative_id,
                    'municipality_id', h.municipality_id, 'member_id', h.member_id)), '[]'),
           coalesce(array_agg(h.cooperative_id) filter (where h.role in ('coordinator', 'treasurer')), '{}'),
           coalesce(array_agg(h.member_id) filter (where h.member_id is not null), '{}'),
           coalesce(bool_or(h.role = 'network'), false)
      into v_holdings, v_staff, v_members, v_network
      from (select o.role, o.cooperative_id, o.municipality_id, null::uuid as member_id
              from office o where o.person_id = v_person
            union all
            select case when m.state in ('exited', 'withdrawn', 'rejected') then 'former_member' else 'member' end,
                   m.cooperative_id, null, m.id from member m where m.person_id = v_person and m.state <> 'referred') h;
    perform set_config('samen.person', coalesce(v_person::text, ''), true),
            set_config('samen.app', case when p_subject is null then coalesce(v_app.id::text, '') else '' end, true),
            set_config('samen.staff', v_staff::text, true),
            set_config('samen.partner', case when p_subject is null then coalesce(v_app.cooperative_ids, '{}') else '{}' end::text, true),
            set_config('samen.members', v_members::text, true),
            set_config('samen.network', case when v_network then 'on' else '' end, true),
            set_config('samen.caller', concat_ws('|', coalesce(v_app.id::text, p_client), p_issuer, p_subject), true);
    return jsonb_build_object('person_id', v_person, 'nameless', coalesce(v_nameless, false), 'holdings', v_holdings,
        'app',
        case when v_app.id is not null then jsonb_build_object('id', v_app.id, 'scopes', v_app.scopes,
             'cooperative_ids', v_app.cooperative_ids) end);
end $$
