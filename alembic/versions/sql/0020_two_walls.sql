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
            select case when m.state in ('exited', 'withdrawn', 'rejected') then 'former_member' else 'member' end,
                   m.cooperative_id, null, m.id from member m where m.person_id = v_person and m.state <> 'referred') h;
    perform set_config('samen.person', coalesce(v_person::text, ''), true),
            set_config('samen.app', case when p_subject is null then coalesce(v_app.id::text, '') else '' end, true),
            set_config('samen.staff', v_staff::text, true),
            set_config('samen.partner', case when p_subject is null then coalesce(v_app.cooperative_ids, '{}') else '{}' end::text, true),
            set_config('samen.members', v_members::text, true),
            set_config('samen.network', case when v_network then 'on' else '' end, true),
            set_config('samen.caller', concat_ws('|', coalesce(v_app.id::text, p_client), p_issuer, p_subject), true);
    return jsonb_build_object('person_id', v_person, 'holdings', v_holdings, 'app',
        case when v_app.id is not null then jsonb_build_object('id', v_app.id, 'scopes', v_app.scopes,
             'cooperative_ids', v_app.cooperative_ids) end);
end $$
--;
create or replace function my_cooperatives() returns uuid[] language sql stable security definer
    set search_path = public, pg_temp as
$$ select coalesce(array_agg(cooperative_id), '{}') from member
    where id = any(my_members()) and state in ('candidate', 'trial', 'member', 'paused') $$
--;
-- The second wall of the ledger: whatever calls `post_journal`, the books have to be open to whom it acts for.
create function only_open_books() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if current_setting('role') in ('samen_app', 'samen_worker') and not new.cooperative_id = any(my_staff()) then
        raise insufficient_privilege using message = 'these books are not open here';
    end if;
    return new;
end $$
--;
alter function only_open_books() owner to samen_books
--;
create trigger only_open_books before insert on journal for each row execute function only_open_books()
--;
create or replace function lock_pots(p_cooperative uuid, p_members uuid[])
    returns table (member_id uuid, kind text, posted bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    if current_setting('role') in ('samen_app', 'samen_worker') and not p_cooperative = any(my_staff()) then
        raise insufficient_privilege using message = 'these pots are not open here';
    end if;
    return query select a.member_id, a.kind, b.posted from account a join balance b on b.account_id = a.id
     where a.cooperative_id = p_cooperative and a.member_id = any(p_members)
       and a.kind in ('pot', 'receivable_member')
     order by a.id for update of b;
end $$
--;
-- The cooperatives that an app works for: it sees their orders, and nothing else that is private.
create function my_partners() returns uuid[] language sql stable as
$$ select coalesce(nullif(current_setting('samen.partner', true), ''), '{}')::uuid[] $$
--;
alter policy own_and_staff on "order"
 using (cooperative_id = any((select my_staff())::uuid[]) or cooperative_id = any((select my_partners())::uuid[])
        or customer_person_id = (select my_person()) or app_id = (select my_app())
        or maker_ids && (select my_members())::uuid[])
 with check (cooperative_id = any((select my_staff())::uuid[]) or cooperative_id = any((select my_partners())::uuid[])
             or customer_person_id = (select my_person()) or app_id = (select my_app())
             or maker_ids && (select my_members())::uuid[])
