-- A posting asks less often: its legs are read once, each balance is locked by its own change, and one look at a
-- statement's entries says whether their journals balance.
create or replace function post_journal(
    p_id uuid, p_cooperative uuid, p_kind text, p_source_type text, p_source_id uuid, p_part integer,
    p_currency text, p_effective_on date, p_reverses uuid, p_agreement uuid, p_legs jsonb) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_count integer;
    v_found integer;
    v_sound boolean;
    v_legs jsonb;
    v_lines integer[];
    v_accounts uuid[];
    v_cents bigint[];
    v_rules text[];
    v_facts jsonb[];
    v_after bigint[] := '{}';
    v_versions bigint[] := '{}';
    v_posted bigint;
    v_version bigint;
    v_closed date;
    v_journal journal;
    v_booked journal;
begin
    perform pg_advisory_xact_lock_shared(books_lock(p_cooperative));  -- nobody closes the month meanwhile
    for v_look in 1..2 loop
        -- one total order for everybody: members' own accounts, then the cooperative's, the bank last of all
        select count(*), count(b.account_id), coalesce(sum(l.cents) = 0 and bool_and(l.cents <> 0), false),
               jsonb_agg(jsonb_build_object('line', l.line, 'account', a.id, 'cents', l.cents, 'rule', l.rule,
                                            'facts', l.facts) order by l.line),
               array_agg(l.line order by a.member_id is null, a.kind = 'bank', a.id, l.cents < 0, l.line),
               array_agg(a.id order by a.member_id is null, a.kind = 'bank', a.id, l.cents < 0, l.line),
               array_agg(l.cents order by a.member_id is null, a.kind = 'bank', a.id, l.cents < 0, l.line),
               array_agg(l.rule order by a.member_id is null, a.kind = 'bank', a.id, l.cents < 0, l.line),
               array_agg(l.facts order by a.member_id is null, a.kind = 'bank', a.id, l.cents < 0, l.line),
               (select max(month) from period where cooperative_id = p_cooperative)
          into v_count, v_found, v_sound, v_legs, v_lines, v_accounts, v_cents, v_rules, v_facts, v_closed
          from rows from (jsonb_to_recordset(p_legs) as (kind text, cents bigint, rule text, facts jsonb, member uuid, party text))
               with ordinality l(kind, cents, rule, facts, member, party, line)
          left join account a on a.cooperative_id = p_cooperative and a.kind = l.kind and a.currency = p_currency
           and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
               = coalesce(l.member, '00000000-0000-0000-0000-000000000000')
           and coalesce(a.party, '') = coalesce(l.party, '') and a.closed_at is null
          left join balance b on b.account_id = a.id;
        if v_count < 2 or not v_sound then
            raise exception 'a journal needs two legs or more, none zero, that sum to zero' using errcode = 'SM001';
        end if;
        exit when v_found = v_count;
        if v_look = 2 then
            raise exception 'an account of this journal is closed' using errcode = 'SM002';
        end if;
        perform open_accounts(p_cooperative, p_currency, p_legs);
    end loop;

    v_journal.id := p_id;
    v_journal.cooperative_id := p_cooperative;
    v_journal.kind := p_kind;
    v_journal.source_type := p_source_type;
    v_journal.source_id := p_source_id;
    v_journal.part := p_part;
    v_journal.currency := p_currency;
    v_journal.booked_at := clock_timestamp();
    v_journal.effective_on := p_effective_on;
    v_journal.period := greatest(date_trunc('month', p_effective_on), v_closed + interval '1 month')::date;
    v_journal.reverses := p_reverses;
    v_journal.agreement_id := p_agreement;
    v_journal.legs_hash := legs_digest(v_legs);
    v_journal.row_hash := journal_digest(v_journal);
    insert into journal select (v_journal).* on conflict (source_type, source_id, kind, part) do nothing;
    if not found then
        select * into v_booked from journal
         where source_type = p_source_type and source_id = p_source_id and kind = p_kind and part = p_part;
        if v_booked.legs_hash <> v_journal.legs_hash then
            raise exception 'this journal was booked with other legs' using errcode = 'SM003';
        end if;
        return v_booked.id;
    end if;

    for v_leg in 1..v_count loop
        update balance set posted = posted + v_cents[v_leg], version = version + 1 where account_id = v_accounts[v_leg]
            returning posted, version into v_posted, v_version;
        v_after := v_after || v_posted;
        v_versions := v_versions || v_version;
    end loop;
    insert into entry (journal_id, line, account_id, cents, balance_after, version, rule, facts)
    select p_id, * from unnest(v_lines, v_accounts, v_cents, v_after, v_versions, v_rules, v_facts);
    return p_id;
end $$
--;
-- The accounts of these legs that are missing, each with its balance.
create function open_accounts(p_cooperative uuid, p_currency text, p_legs jsonb) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into account (id, cooperative_id, kind, currency, member_id, party, rgs_code)
    select uuidv7(), p_cooperative, n.kind, p_currency, n.member, n.party, n.rgs
      from (select distinct l.kind, l.member, l.party, l.rgs
              from jsonb_to_recordset(p_legs) l(kind text, member uuid, party text, rgs text) order by 1, 2, 3) n
     where not exists (select 1 from account a where a.cooperative_id = p_cooperative and a.kind = n.kind
                          and a.currency = p_currency and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
                              = coalesce(n.member, '00000000-0000-0000-0000-000000000000')
                          and coalesce(a.party, '') = coalesce(n.party, ''))
        on conflict do nothing;
    insert into balance (account_id, posted, version, floor)
    select distinct on (a.id) a.id, 0, 0, l.floor
      from jsonb_to_recordset(p_legs) l(kind text, member uuid, party text, floor bigint)
      join account a on a.cooperative_id = p_cooperative and a.kind = l.kind and a.currency = p_currency
       and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
           = coalesce(l.member, '00000000-0000-0000-0000-000000000000')
       and coalesce(a.party, '') = coalesce(l.party, '')
     where not exists (select 1 from balance b where b.account_id = a.id)
     order by a.id
        on conflict do nothing;
end $$
--;
revoke all on function open_accounts(uuid, text, jsonb) from public
--;
create function require_balances() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select 1 from (select distinct journal_id from added) a
                where (select count(*) < 2 or sum(e.cents) <> 0 from entry e where e.journal_id = a.journal_id)) then
        raise exception 'a journal does not balance' using errcode = 'SM001';
    end if;
    return null;
end $$
--;
drop trigger balances on entry
--;
create trigger balances after insert on entry referencing new table as added
    for each statement execute function require_balances()
--;
create or replace function require_balance() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if (select count(*) < 2 or sum(cents) <> 0 from entry where journal_id = new.id) then
        raise exception 'journal % does not balance', new.id using errcode = 'SM001';
    end if;
    return null;
end $$
--;
alter function open_accounts(uuid, text, jsonb) owner to samen_books
--;
alter function require_balances() owner to samen_books
