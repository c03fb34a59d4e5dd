-- Postings look for their accounts by an index, and make only those that are missing: what a posting costs does not grow with
-- the members of a cooperative.
create unique index account_key on account
    (cooperative_id, kind, currency, coalesce(member_id, '00000000-0000-0000-0000-000000000000'), coalesce(party, ''))
--;
create or replace function post_journal(
    p_id uuid, p_cooperative uuid, p_kind text, p_source_type text, p_source_id uuid, p_part integer,
    p_currency text, p_effective_on date, p_reverses uuid, p_agreement uuid, p_legs jsonb) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_legs jsonb;
    v_accounts uuid[];
    v_journal journal;
    v_found journal;
    v_closed date;
    v_new boolean := false;
begin
    if (select count(*) < 2 or sum((l ->> 'cents')::bigint) <> 0 or bool_or((l ->> 'cents')::bigint = 0)
          from jsonb_array_elements(p_legs) l) then
        raise exception 'a journal needs two legs or more, none zero, that sum to zero' using errcode = 'SM001';
    end if;

    loop
        select jsonb_agg(jsonb_build_object('line', l.line, 'account', a.id, 'cents', (l.leg ->> 'cents')::bigint,
                         'rule', l.leg ->> 'rule', 'facts', l.leg -> 'facts') order by l.line),
               array_agg(distinct a.id)
          into v_legs, v_accounts
          from jsonb_array_elements(p_legs) with ordinality l(leg, line)
          join account a on a.cooperative_id = p_cooperative and a.kind = l.leg ->> 'kind' and a.currency = p_currency
           and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
               = coalesce((l.leg ->> 'member')::uuid, '00000000-0000-0000-0000-000000000000')
           and coalesce(a.party, '') = coalesce(l.leg ->> 'party', '') and a.closed_at is null;
        exit when v_new or jsonb_array_length(coalesce(v_legs, '[]')) = jsonb_array_length(p_legs);
        v_new := true;  -- an account is missing, or closed: the second look tells
        insert into account (id, cooperative_id, kind, currency, member_id, party, rgs_code)
        select uuidv7(), p_cooperative, n.kind, p_currency, n.member, n.party, n.rgs
          from (select distinct l ->> 'kind' as kind, (l ->> 'member')::uuid as member, l ->> 'party' as party, l ->> 'rgs' as rgs
                  from jsonb_array_elements(p_legs) l order by 1, 2, 3) n
         where not exists (select 1 from account a where a.cooperative_id = p_cooperative and a.kind = n.kind
                              and a.currency = p_currency and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
                                  = coalesce(n.member, '00000000-0000-0000-0000-000000000000')
                              and coalesce(a.party, '') = coalesce(n.party, ''))
            on conflict do nothing;
    end loop;
    if jsonb_array_length(coalesce(v_legs, '[]')) <> jsonb_array_length(p_legs) then
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
    insert into journal select (v_journal).* on conflict (source_type, source_id, kind, part) do nothing
        returning * into v_found;
    if v_found.id is null then
        select * into v_found from journal
         where source_type = p_source_type and source_id = p_source_id and kind = p_kind and part = p_part;
        if v_found.legs_hash <> v_journal.legs_hash then
            raise exception 'this journal was booked with other legs' using errcode = 'SM003';
        end if;
        return v_found.id;
    end if;

    if (select count(*) from balance b where b.account_id = any(v_accounts)) < cardinality(v_accounts) then
        insert into balance (account_id, posted, version, floor)
        select distinct on (a.id) a.id, 0, 0, (l ->> 'floor')::bigint
          from account a join jsonb_array_elements(p_legs) l on l ->> 'kind' = a.kind
         where a.id = any(v_accounts) and not exists (select 1 from balance b where b.account_id = a.id)
         order by a.id
            on conflict do nothing;
    end if;
    -- one total order for everybody: members' own accounts, then the cooperative's, the bank last of all
    perform 1 from balance b join account a on a.id = b.account_id
      where b.account_id = any(v_accounts) order by a.member_id is null, a.kind = 'bank', b.account_id for update of b;

    insert into entry (journal_id, line, account_id, cents, balance_after, version, rule, facts)
    select p_id, l.line, l.account, l.cents, b.posted + sum(l.cents) over w, b.version + row_number() over w,
           l.rule, l.facts
      from jsonb_to_recordset(v_legs) as l(line integer, account uuid, cents bigint, rule text, facts jsonb)
      join balance b on b.account_id = l.account
    window w as (partition by l.account order by l.cents < 0, l.line);
    update balance b set posted = b.posted + t.cents, version = b.version + t.legs
      from (select account_id, sum(cents) as cents, count(*) as legs from entry where journal_id = p_id group by 1) t
     where b.account_id = t.account_id;
    return p_id;
end $$
