-- Who acts: set once per transaction by enter(), read by the policies.
create function my_person() returns uuid language sql stable as
$$ select nullif(current_setting('samen.person', true), '')::uuid $$
--;
create function my_app() returns uuid language sql stable as
$$ select nullif(current_setting('samen.app', true), '')::uuid $$
--;
create function my_staff() returns uuid[] language sql stable as
$$ select coalesce(nullif(current_setting('samen.staff', true), ''), '{}')::uuid[] $$
--;
create function my_members() returns uuid[] language sql stable as
$$ select coalesce(nullif(current_setting('samen.members', true), ''), '{}')::uuid[] $$
--;
create function is_network() returns boolean language sql stable as
$$ select coalesce(current_setting('samen.network', true), '') = 'on' $$
--;
create function enter(p_issuer text, p_subject text, p_client text) returns jsonb
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
        select * into v_app from app where id = p_client::uuid and disabled_at is null;
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
create function enter_as_system(p_cooperative uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform set_config('samen.staff', array_remove(array[p_cooperative], null)::text, true),
            set_config('samen.caller', 'system', true);
end $$
--;
create function ensure_person(p_issuer text, p_subject text, p_name text) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_id uuid;
begin
    insert into person (id, issuer, subject, name, version) values (uuidv7(), p_issuer, p_subject, p_name, 1)
        on conflict (issuer, subject) do nothing returning id into v_id;
    if v_id is null then
        select id into v_id from person where issuer = p_issuer and subject = p_subject;
    end if;
    if concat_ws('|', p_issuer, p_subject) = regexp_replace(current_setting('samen.caller', true), '^[^|]*\|', '')
       or current_setting('samen.caller', true) = concat_ws('|', p_issuer, p_subject) then
        perform set_config('samen.person', v_id::text, true);
    end if;
    return v_id;
end $$
--;
create function client_scopes(p_client text, p_secret_hash text) returns text[]
language sql stable security definer set search_path = public, pg_temp as $$
    select scopes from app
     where id::text = p_client and secret_hash = p_secret_hash and disabled_at is null
$$
--;
create function guest_order(p_hash text)
returns table (reference text, cooperative text, state text, title text, gross_cents bigint, paid_cents bigint,
               placed_at timestamptz, needed_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select o.reference, c.name, o.state, (select min(l.title) from order_line l where l.order_id = o.id),
           o.net_cents + o.vat_cents, o.paid_cents, o.placed_at, o.needed_at
      from "order" o join cooperative c on c.id = o.cooperative_id where o.guest_token_hash = p_hash
$$
--;
create function forget_keys(p_before timestamptz) returns void
language sql security definer set search_path = public, pg_temp as
$$ delete from idempotency where created_at < p_before $$
--;
create function outbox_lag(p_now timestamptz) returns double precision
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(extract(epoch from p_now - min(created_at)), 0)::double precision
      from outbox where delivered_at is null
$$
