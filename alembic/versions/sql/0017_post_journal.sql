-- The same journal with less work: accounts are looked up once, and made only where one is missing.
create or replace function post_journal(
    p_id uuid, p_cooperative uuid, p_kind text, p_source_type text, p_source_id uuid, p_part integer,
    p_currency text, p_effective_on date, p_reverses uuid, p_agreement uuid, p_legs jsonb) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_legs jsonb;
    v_accounts uuid[];
    v_known boolean;
    v_open boolean;
    v_balanced boolean;
    v_journal journal;
    v_found journal;
    v_closed date;
begin
    for attempt in 1..2 loop
        select jsonb_agg(jsonb_build_object('line', l.line, 'account', a.id, 'cents', (l.leg ->> 'cents')::bigint,
                         'rule', l.leg ->> 'rule', 'facts', l.leg -> 'facts') order by l.line),
               array_agg(distinct a.id), bool_and(b.account_id is not null), bool_and(a.closed_at is null),
               count(*) >= 2 and sum((l.leg ->> 'cents')::bigint) = 0 and bool_and((l.leg ->> 'cents')::bigint <> 0)
          into v_legs, v_accounts, v_known, v_open, v_balanced
          from jsonb_array_elements(p_legs) with ordinality l(leg, line)
          left join account a on a.cooperative_id = p_cooperative and a.kind = l.leg ->> 'kind' and a.currency = p_currency
           and a.member_id is not distinct from (l.leg ->> 'member')::uuid
           and a.party is not distinct from l.leg ->> 'party'
          left join balance b on b.account_id = a.id;
        if not coalesce(v_balanced, false) then
            raise exception 'a journal needs two legs or more, none zero, that sum to zero' using errcode = 'SM001';
        end if;
        exit when v_known;
        perform open_accounts(p_cooperative, p_currency, p_legs);
    end loop;
    if not coalesce(v_known and v_open, false) then
        raise exception 'an account of this journal is closed' using errcode = 'SM002';
    end if;

    perform pg_advisory_xact_lock_shared(books_lock(p_cooperative));  -- nobody closes the month meanwhile
    select max(month) into v_closed from period where cooperative_id = p_cooperative;
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
        select * into v_found from journal
         where source_type = p_source_type and source_id = p_source_id and kind = p_kind and part = p_part;
        if v_found.legs_hash <> v_journal.legs_hash then
            raise exception 'this journal was booked with other legs' using errcode = 'SM003';
        end if;
        return v_found.id;
    end if;

    -- one total order for everybody: members' own accounts, then the cooperative's, the bank last of all
    perform 1 from balance b join account a on a.id = b.account_id
      where b.account_id = any(v_accounts) order by a.member_id is null, a.kind = 'bank', b.account_id for update of b;

    with written as (
        insert into entry (journal_id, line, account_id, cents, balance_after, version, rule, facts)
        select p_id, l.line, l.account, l.cents, b.posted + sum(l.cents) over w, b.version + row_number() over w,
               l.rule, l.facts
          from jsonb_to_recordset(v_legs) as l(line integer, account uuid, cents bigint, rule text, facts jsonb)
          join balance b on b.account_id = l.account
        window w as (partition by l.account order by l.cents < 0, l.line)
        returning account_id, cents)
    update balance b set posted = b.posted + t.cents, version = b.version + t.legs
      from (select account_id, sum(cents) as cents, count(*) as legs from written group by 1) t
     where b.account_id = t.account_id;
    return p_id;
end $$
--;
create function open_accounts(p_cooperative uuid, p_currency text, p_legs jsonb) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
    insert into account (id, cooperative_id, kind, currency, member_id, party, rgs_code)
    select uuidv7(), p_cooperative, n.kind, p_currency, n.member, n.party, n.rgs
      from (select distinct l ->> 'kind' as kind, (l ->> 'member')::uuid as member, l ->> 'party' as party, l ->> 'rgs' as rgs
              from jsonb_array_elements(p_legs) l order by 1, 2, 3) n
        on conflict do nothing;
    insert into balance (account_id, posted, version, floor)
    select distinct on (a.id) a.id, 0, 0, (l ->> 'floor')::bigint
      from jsonb_array_elements(p_legs) l
      join account a on a.cooperative_id = p_cooperative and a.kind = l ->> 'kind' and a.currency = p_currency
       and a.member_id is not distinct from (l ->> 'member')::uuid and a.party is not distinct from l ->> 'party'
     order by a.id
        on conflict do nothing;
end $$
--;
revoke all on function open_accounts(uuid, text, jsonb) from public
--;
grant execute on function open_accounts(uuid, text, jsonb) to samen_books
--;
-- The lines of a journal are written by one statement: it has to balance when that is over, looked at once and not per line.
create function require_balanced_lines() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select 1 from entry e where e.journal_id in (select a.journal_id from added a)
                group by e.journal_id having count(*) < 2 or sum(e.cents) <> 0) then
        raise exception 'a journal does not balance' using errcode = 'SM001';
    end if;
    return null;
end $$
--;
alter function require_balanced_lines() owner to samen_books
--;
revoke all on function require_balanced_lines() from public
--;
drop trigger balances on entry
--;
create trigger balances after insert on entry referencing new table as added
    for each statement execute function require_balanced_lines()
