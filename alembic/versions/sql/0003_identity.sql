create or replace function enter(p_issuer text, p_subject text, p_client text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_person uuid;
    v_app app;
    v_holdings jsonb;
    v_staff uuid[];
    v_members uuid[];
    v_network boolean;
begin
    if p_subject is not null then
        select id into v_person from person where issuer = p_issuer and subject = p_subject;
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
            select 'member', m.cooperative_id, null, m.id from member m where m.person_id = v_person) h;
    if p_subject is null and v_app.id is not null then
        v_staff := v_app.cooperative_ids;
    end if;
    perform set_config('samen.person', coalesce(v_person::text, ''), true),
            set_config('samen.app', case when p_subject is null then coalesce(v_app.id::text, '') else '' end, true),
            set_config('samen.staff', v_staff::text, true),
            set_config('samen.members', v_members::text, true),
            set_config('samen.network', case when v_network then 'on' else '' end, true),
            set_config('samen.caller', concat_ws('|', coalesce(v_app.id::text, p_client), p_issuer, p_subject), true);
    return jsonb_build_object('person_id', v_person, 'holdings', v_holdings, 'app',
        case when v_app.id is not null then jsonb_build_object('id', v_app.id, 'scopes', v_app.scopes,
             'cooperative_ids', v_app.cooperative_ids) end);
end $$
--;
create or replace function ensure_person(p_issuer text, p_subject text, p_name text) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_id uuid;
begin
    insert into person (id, issuer, subject, name, version) values (uuidv7(), p_issuer, p_subject, p_name, 1)
        on conflict (issuer, subject) do update set name = excluded.name where person.name = '' returning id into v_id;
    if v_id is null then
        select id into v_id from person where issuer = p_issuer and subject = p_subject;
    end if;
    if concat_ws('|', p_issuer, p_subject) = regexp_replace(current_setting('samen.caller', true), '^[^|]*\|', '')
       or current_setting('samen.caller', true) = concat_ws('|', p_issuer, p_subject) then
        perform set_config('samen.person', v_id::text, true);
    end if;
    return v_id;
end $$
