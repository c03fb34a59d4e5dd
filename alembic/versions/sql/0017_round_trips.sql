-- Fewer round trips: what a request always asks for is asked for at once.
create function enter_with_key(p_issuer text, p_subject text, p_client text, p_verb text, p_key text, p_hash text,
                               p_now timestamptz)
    returns table (entered jsonb, id uuid, request_hash text, outcome jsonb)
language plpgsql set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    entered := enter(p_issuer, p_subject, p_client);
    if not entered ? 'disabled' then
        insert into idempotency (id, caller, verb, key, request_hash, created_at, replays, outcome)
        values (uuidv7(), current_setting('samen.caller'), p_verb, p_key, p_hash, p_now, 0, '{}')
            on conflict (caller, verb, key) do nothing
            returning id, request_hash, null::jsonb into enter_with_key.id, enter_with_key.request_hash, enter_with_key.outcome;
        if enter_with_key.id is null then
            -- written again before it is answered: after a failover only that is known to be replicated
            update idempotency set replays = replays + 1
             where caller = current_setting('samen.caller') and verb = p_verb and key = p_key
            returning id, request_hash, outcome into enter_with_key.id, enter_with_key.request_hash, enter_with_key.outcome;
        end if;
    end if;
    return next;
end $$
--;
create function member_totals(p_members uuid[], p_year integer) returns jsonb
language sql stable set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('owner', m.member_id, 'month', m.month, 'agreement_id', m.agreement_id,
               'active_from', a.active_from, 'kept_cents', m.kept_cents,
               'remittance', jsonb_path_query_first(a.rules, '$[*] ? (@.kind == "remit_above" && @.basis starts with "member")'),
               'allowance', coalesce((jsonb_path_query_first(a.rules, '$[*] ? (@.kind == "monthly_allowance")') ->> 'cap_cents')::bigint, 0))
               order by m.month, a.active_from), '[]')
      from member_month m join agreement a on a.id = m.agreement_id
     where m.member_id = any(p_members) and m.month between make_date(p_year, 1, 1) and make_date(p_year, 12, 31)
$$
--;
create function fund_totals(p_cooperative uuid, p_year integer) returns jsonb
language sql stable set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('month', m.month, 'agreement_id', m.agreement_id,
               'active_from', a.active_from, 'kept_cents', m.kept_cents, 'allowance', 0,
               'remittance', jsonb_path_query_first(a.rules, '$[*] ? (@.kind == "remit_above" && @.basis == "cooperative_year")'))
               order by m.month, a.active_from), '[]')
      from fund_month m join agreement a on a.id = m.agreement_id
     where m.cooperative_id = p_cooperative and m.month between make_date(p_year, 1, 1) and make_date(p_year, 12, 31)
$$
--;
-- Whoever posts to pots takes these locks in this order: members' years, the fund's year, pots; each read comes after.
create function lock_year(p_cooperative uuid, p_members uuid[], p_year integer) returns jsonb
language plpgsql set search_path = public, pg_temp as $$
declare
    v_fund jsonb := '[]';
    v_pots jsonb;
begin
    insert into member_year (member_id, year, cooperative_id)
    select m, p_year, p_cooperative from unnest(p_members) m order by m
        on conflict (member_id, year) do update set cooperative_id = excluded.cooperative_id;
    if exists (select 1 from agreement a where a.cooperative_id = p_cooperative and a.cooperative_signed_at is not null
                  and a.municipality_signed_at is not null and a.rules @> '[{"basis": "cooperative_year"}]') then
        insert into fund_year (cooperative_id, year) values (p_cooperative, p_year)
            on conflict (cooperative_id, year) do update set year = excluded.year;
        v_fund := fund_totals(p_cooperative, p_year);
    end if;
    select coalesce(jsonb_agg(to_jsonb(p)), '[]') into v_pots from lock_pots(p_cooperative, p_members) p;
    return jsonb_build_object('members', member_totals(p_members, p_year), 'fund', v_fund, 'pots', v_pots);
end $$
