-- Who acts is read in one statement; the rest of it are expressions.
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
    v_network boolean;
    v_said text[];
begin
    select p.id, p.name = '', a.id, a.scopes, a.cooperative_ids, a.disabled_at, coalesce(h.held, '[]'),
           coalesce(h.staff, '{}'), coalesce(h.members, '{}'), coalesce(h.network, false)
      into v_person, v_nameless, v_app, v_scopes, v_partner, v_disabled, v_holdings, v_staff, v_members, v_network
      from (values (1)) one
      left join person p on p.issuer = p_issuer and p.subject = p_subject
      left join app a on a.id = v_client
     cross join lateral (
        select jsonb_agg(jsonb_build_object('role', x.role, 'cooperative_id', x.cooperative_id,
                   'municipality_id', x.municipality_id, 'member_id', x.member_id)) as held,
               array_agg(x.cooperative_id) filter (where x.role in ('coordinator', 'treasurer')) as staff,
               array_agg(x.member_id) filter (where x.member_id is not null) as members,
               bool_or(x.role = 'network') as network
          from (select o.role, o.cooperative_id, o.municipality_id, null::uuid as member_id
                  from office o where o.person_id = p.id
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
        set_config('samen.partner', case when p_subject is null then coalesce(v_partner, '{}') else '{}' end::text, true),
        set_config('samen.members', v_members::text, true),
        set_config('samen.network', case when v_network then 'on' else '' end, true),
        set_config('samen.caller', concat_ws('|', coalesce(v_app::text, p_client), p_issuer, p_subject), true)];
    return jsonb_build_object('person_id', v_person, 'nameless', coalesce(v_nameless, false), 'holdings', v_holdings,
        'app',
        case when v_app is not null
             then jsonb_build_object('id', v_app, 'scopes', v_scopes, 'cooperative_ids', v_partner) end);
end $$
--;
-- A key is one row, written once, with what came of it: until then a lock keeps its twin waiting.
drop function enter_with_key(text, text, text, text, text, text, timestamptz)
--;
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
end $$
--;
revoke all on function enter_with_key(text, text, text, text, text) from public
--;
grant execute on function enter_with_key(text, text, text, text, text) to samen_app
--;
-- What stands in pots, in one value.
drop function lock_pots(uuid, uuid[])
--;
create function lock_pots(p_cooperative uuid, p_members uuid[]) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if current_setting('role') in ('samen_app', 'samen_worker') and not p_cooperative = any(my_staff()) then
        raise insufficient_privilege using message = 'these pots are not open here';
    end if;
    return (select coalesce(jsonb_agg(to_jsonb(p)), '[]') from (
        select a.member_id, a.kind, b.posted from account a join balance b on b.account_id = a.id
         where a.cooperative_id = p_cooperative and a.member_id = any(p_members)
           and a.kind in ('pot', 'receivable_member')
         order by a.id for update of b) p);
end $$
--;
alter function lock_pots(uuid, uuid[]) owner to samen_books
--;
revoke all on function lock_pots(uuid, uuid[]) from public
--;
grant execute on function lock_pots(uuid, uuid[]) to samen_app, samen_books
--;
-- A year that was locked before is locked, and not written again.
create or replace function lock_year(p_cooperative uuid, p_members uuid[], p_year integer) returns jsonb
language plpgsql set search_path = public, pg_temp as $$
declare
    v_known integer;
    v_fund jsonb := '[]';
    v_pots jsonb;
begin
    perform 1 from member_year where member_id = any(p_members) and year = p_year order by member_id for no key update;
    get diagnostics v_known = row_count;
    if v_known < cardinality(p_members) then
        insert into member_year (member_id, year, cooperative_id)
        select m, p_year, p_cooperative from unnest(p_members) m order by m
            on conflict (member_id, year) do update set cooperative_id = excluded.cooperative_id;
    end if;
    if exists (select 1 from agreement a where a.cooperative_id = p_cooperative and a.cooperative_signed_at is not null
                  and a.municipality_signed_at is not null and a.rules @> '[{"basis": "cooperative_year"}]') then
        insert into fund_year (cooperative_id, year) values (p_cooperative, p_year)
            on conflict (cooperative_id, year) do update set year = excluded.year;
        v_fund := fund_totals(p_cooperative, p_year);
    end if;
    v_pots := lock_pots(p_cooperative, p_members);
    return jsonb_build_object('members', member_totals(p_members, p_year), 'fund', v_fund, 'pots', v_pots);
end $$
--;
-- Digests are expressions that are put in where they are used; what they name was looked up when they were made.
create or replace function journal_text(j journal) returns text stable
return jsonb_build_array(j.id, j.cooperative_id, j.kind, j.source_type, j.source_id, j.part, j.currency,
    extract(epoch from j.booked_at), j.effective_on, j.period, j.reverses, j.agreement_id, encode(j.legs_hash, 'hex'))::text
--;
create or replace function journal_digest(j journal) returns bytea stable
return sha256(convert_to(journal_text(j), 'UTF8'))
--;
create or replace function legs_digest(p_legs jsonb) returns bytea stable
return sha256(convert_to(p_legs::text, 'UTF8'))
--;
-- All journals of an act at once. The account of each leg is found by its key: what a posting costs does not grow with
-- the accounts of a cooperative.
drop function post_journal(uuid, uuid, text, text, uuid, integer, text, date, uuid, uuid, jsonb)
--;
create function post_journals(p_journals jsonb) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_given jsonb;
    v_journal journal;
    v_journals journal[] := '{}';
    v_new uuid[];
    v_found record;
    v_ids uuid[] := '{}';
    v_lines integer[] := '{}';
    v_accounts uuid[] := '{}';
    v_cents bigint[] := '{}';
    v_rules text[] := '{}';
    v_facts jsonb[] := '{}';
    v_after bigint[] := '{}';
    v_versions bigint[] := '{}';
    v_posted bigint;
    v_version bigint;
begin
    for v_number in 0..jsonb_array_length(p_journals) - 1 loop
        v_given := p_journals -> v_number;
        v_journal := jsonb_populate_record(null::journal, v_given);
        perform pg_advisory_xact_lock_shared(books_lock(v_journal.cooperative_id));  -- nobody closes the month meanwhile
        for v_look in 1..2 loop
            -- one total order for everybody: members' own accounts, then the cooperative's, the bank last of all
            select count(*), coalesce(sum(l.cents) = 0 and bool_and(l.cents <> 0), false) as sound,
                   jsonb_agg(jsonb_build_object('line', l.line, 'account', l.account, 'cents', l.cents, 'rule', l.rule,
                                                'facts', l.facts) order by l.line) as legs,
                   array_agg(l.line) as lines, array_agg(l.account) as accounts, array_agg(l.cents) as cents,
                   array_agg(l.rule) as rules, array_agg(l.facts) as facts,
                   (select max(month) from period where cooperative_id = v_journal.cooperative_id) as closed
              into v_found
              from (select l.line, l.cents, l.rule, l.facts, a.id as account
                      from rows from (jsonb_to_recordset(v_given -> 'legs')
                                      as (kind text, cents bigint, rule text, facts jsonb, member uuid, party text))
                           with ordinality l(kind, cents, rule, facts, member, party, line)
                      left join lateral (
                           select a.id from account a
                            where a.cooperative_id = v_journal.cooperative_id and a.kind = l.kind
                              and a.currency = v_journal.currency
                              and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
                                  = coalesce(l.member, '00000000-0000-0000-0000-000000000000')
                              and coalesce(a.party, '') = coalesce(l.party, '') and a.closed_at is null limit 1) a on true
                     order by l.member is null, l.kind = 'bank', a.id, l.cents < 0, l.line) l;
            if v_found.count < 2 or not v_found.sound then
                raise exception 'a journal needs two legs or more, none zero, that sum to zero' using errcode = 'SM001';
            end if;
            exit when array_position(v_found.accounts, null) is null;
            if v_look = 2 then
                raise exception 'an account of this journal is closed' using errcode = 'SM002';
            end if;
            perform open_accounts(v_journal.cooperative_id, v_journal.currency, v_given -> 'legs');
        end loop;
        v_journal.booked_at := clock_timestamp();
        v_journal.period := greatest(date_trunc('month', v_journal.effective_on), v_found.closed + interval '1 month')::date;
        v_journal.legs_hash := legs_digest(v_found.legs);
        v_journal.row_hash := journal_digest(v_journal);
        v_journals := v_journals || v_journal;
        v_ids := v_ids || array_fill(v_journal.id, array[v_found.count::integer]);
        v_lines := v_lines || v_found.lines;
        v_accounts := v_accounts || v_found.accounts;
        v_cents := v_cents || v_found.cents;
        v_rules := v_rules || v_found.rules;
        v_facts := v_facts || v_found.facts;
    end loop;

    with booked as (
        insert into journal select * from unnest(v_journals)
            on conflict (source_type, source_id, kind, part) do nothing returning id)
    select array_agg(id) into v_new from booked;
    if v_new is null or cardinality(v_new) < cardinality(v_journals) then
        if exists (select 1 from unnest(v_journals) n join journal j using (source_type, source_id, kind, part)
                    where j.legs_hash <> n.legs_hash) then
            raise exception 'this journal was booked with other legs' using errcode = 'SM003';
        end if;
    end if;

    for v_leg in 1..cardinality(v_ids) loop
        update balance set posted = posted + v_cents[v_leg], version = version + 1
         where account_id = v_accounts[v_leg] and v_ids[v_leg] = any(v_new)
            returning posted, version into v_posted, v_version;
        v_after := v_after || v_posted;
        v_versions := v_versions || v_version;
    end loop;
    insert into entry (journal_id, line, account_id, cents, balance_after, version, rule, facts)
    select * from unnest(v_ids, v_lines, v_accounts, v_cents, v_after, v_versions, v_rules, v_facts) l(id)
     where l.id = any(v_new);
end $$
--;
alter function post_journals(jsonb) owner to samen_books
--;
revoke all on function post_journals(jsonb) from public
--;
grant execute on function post_journals(jsonb) to samen_app
--;
-- A row that is let in by its order asks for it in a plan of its own, which is kept.
create function sees_order(p_order uuid) returns boolean language plpgsql stable set search_path = public, pg_temp as $$
begin
    return exists (select 1 from "order" where id = p_order);
end $$
--;
-- Tables of which an act reads and writes a row or two: to whom each row is open is worked out for that row, which costs
-- less than to prepare it for every statement. It stays prepared for orders, of which many are looked at at once.
do $$
declare t text;
begin
    foreach t in array array['order_line', 'order_event'] loop
        execute format('alter policy own_and_staff on %I with check (sees_order(order_id))', t);
    end loop;
    alter policy own_and_staff on payment with check (cooperative_id = any(my_staff()));
    alter policy own_and_staff on fund_month using (cooperative_id = any(my_staff()))
        with check (cooperative_id = any(my_staff()));
    foreach t in array array['member_year', 'member_month', 'earning'] loop
        execute format('alter policy own_and_staff on %I
                        using (cooperative_id = any(my_staff()) or member_id = any(my_members()))
                        with check (cooperative_id = any(my_staff()))', t);
    end loop;
end $$
