-- The books: one writer, append-only, balanced at commit, each row hashed.

-- The number of the lock on a cooperative's books.
create function books_lock(p_cooperative uuid) returns bigint
    language sql immutable as $$
    select hashtextextended(p_cooperative::text, 6)
$$;
grant execute on function books_lock to samen_app;

-- Keeps everybody from booking for a cooperative until the transaction ends.
create function lock_books(p_cooperative uuid) returns void
    language sql as $$
    select pg_advisory_xact_lock(books_lock(p_cooperative))
$$;
grant execute on function lock_books to samen_app;

-- The first day of a cooperative's books: that of its opening balances; without any, the day on which it was registered
-- (its id holds the moment) or its first agreement began, if that is earlier in the same year.
create function books_from(p_cooperative uuid) returns date
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(
               (select j.effective_on from journal j
                 where j.source_type = 'cooperative' and j.source_id = p_cooperative
                   and j.cooperative_id = p_cooperative and j.kind = 'opening'
                   and j.effective_on between date '2000-01-01' and current_date),
               greatest(date_trunc('year', r.day)::date, least(r.day, (
                   select min(a.active_from) from agreement a
                    where a.cooperative_id = p_cooperative and a.cooperative_signed_at is not null
                      and a.municipality_signed_at is not null))),
               date '2000-01-01')
      from (select (uuid_extract_timestamp(p_cooperative) at time zone 'Europe/Amsterdam')::date as day) r
$$;
grant execute on function books_from to samen_app, samen_worker;

-- The hash of a journal's legs.
create function legs_digest(p_legs jsonb) returns bytea language sql stable
    return sha256(convert_to(p_legs::text, 'UTF8'));
grant execute on function legs_digest to samen_app, samen_reader;

-- What is hashed of a journal's legs and result lines: the legs alone if it has no lines, as all had in earlier versions.
create function journal_content(p_legs jsonb, p_results jsonb) returns jsonb language sql immutable
    return case when p_results is null or p_results = '[]' then p_legs
                else jsonb_build_object('legs', coalesce(p_legs, '[]'), 'results', p_results) end;
grant execute on function journal_content to samen_app, samen_reader;

-- The same of a journal that is booked.
create function booked_content(p_journal uuid) returns jsonb
    language sql stable set search_path = public, pg_temp as $$
    select journal_content(
        (select jsonb_agg(jsonb_build_object('line', line, 'account', account_id, 'cents', cents, 'rule', rule,
                                             'facts', facts) order by line) from entry where journal_id = p_journal),
        (select jsonb_agg(jsonb_build_object('line', line, 'category', category, 'cents', cents) order by line)
           from result_line where journal_id = p_journal))
$$;
grant execute on function booked_content to samen_app, samen_reader;

-- The text that is hashed of a journal, so that anybody outside can hash it again.
create function journal_text(j journal) returns text language sql stable
    return jsonb_build_array((j).id, (j).cooperative_id, (j).kind, (j).source_type, (j).source_id, (j).part, (j).currency,
                             extract(epoch from (j).booked_at), (j).effective_on, (j).period, (j).reverses,
                             (j).agreement_id, encode((j).legs_hash, 'hex'))::text;
grant execute on function journal_text to samen_app, samen_reader;

-- The hash of a journal.
create function journal_digest(j journal) returns bytea language sql stable
    return sha256(convert_to(journal_text(j), 'UTF8'));
grant execute on function journal_digest to samen_app, samen_reader;

-- The hash of all journals of a month: a closed month has the one that it was closed with.
create function month_digest(p_cooperative uuid, p_month date) returns bytea
    language sql stable set search_path = public, pg_temp as $$
    select sha256(coalesce(string_agg(row_hash, '' order by id), '')) from journal
     where cooperative_id = p_cooperative and period = p_month
$$;
grant execute on function month_digest to samen_app, samen_reader;

-- The second wall of the ledger: whatever calls `post_journals`, the books have to be open to whom it acts for.
create function only_open_books() returns trigger
    language plpgsql set search_path = public, pg_temp as $$
begin
    if (new.cooperative_id = any(my_staff())) is not true and not keeps_books() then
        raise insufficient_privilege using message = 'these books are not open here';
    end if;
    -- Nobody takes the place of another cooperative's journal.
    if (new.source_type = 'cooperative' and new.source_id <> new.cooperative_id)
       or (new.source_type = 'order' and exists (
               select from "order" o where o.id = new.source_id and o.cooperative_id <> new.cooperative_id)) then
        raise insufficient_privilege using message = 'this is another cooperative''s to book';
    end if;
    return new;
end $$;

-- A sale or an allowance is booked by the version that holds on its day. The lock of the books is held here, as it is
-- while the second signature of a version is given: whoever read the version before that reads it again. A sale that
-- is booked anew (a later part) keeps its version.
create function check_version() returns trigger
    language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select 1 from agreement a join agreement mine on mine.id = new.agreement_id
                where a.cooperative_id = new.cooperative_id and a.active_from > mine.active_from
                  and a.active_from <= new.effective_on
                  and a.cooperative_signed_at is not null and a.municipality_signed_at is not null) then
        raise exception 'another version of the agreement was signed meanwhile' using errcode = 'serialization_failure';
    end if;
    return null;
end $$;

-- At the commit a journal has two legs or more, which sum to zero: also one that came without entries. Its result lines
-- sum to zero too; a classification may have lines only.
create function require_balance() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if (select count(*) < 2 and (count(*) = 1 or new.kind <> 'classification') or coalesce(sum(cents), 0) <> 0
          from entry where journal_id = new.id)
       or (select sum(cents) <> 0 from result_line where journal_id = new.id) then
        raise exception 'journal % does not balance', new.id using errcode = 'SM001';
    end if;
    return null;
end $$;

-- The same after each statement that adds entries, whoever adds them.
create function require_balances() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select 1 from (select distinct journal_id from added) a
                where (select count(*) < 2 or sum(e.cents) <> 0 from entry e where e.journal_id = a.journal_id)) then
        raise exception 'a journal does not balance' using errcode = 'SM001';
    end if;
    return null;
end $$;

-- The accounts of these legs that are missing, each with its balance.
create function open_accounts(p_cooperative uuid, p_currency text, p_legs jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into account (id, cooperative_id, kind, currency, member_id, party, rgs_code)
    select uuidv7(), p_cooperative, n.kind, p_currency, n.member, n.party, n.rgs
      from (select distinct l.kind, l.member, l.party, l.rgs
              from jsonb_to_recordset(p_legs) l(kind text, member uuid, party text, rgs text) order by 1, 2, 3) n
      -- A member has accounts at their own cooperative alone.
      left join member m on m.id = n.member and m.cooperative_id = p_cooperative
     where (n.member is null or m.id is not null)
       and not exists (select 1 from account a where a.cooperative_id = p_cooperative and a.kind = n.kind
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
end $$;

-- The balances of members' pots and debts, locked in one order; the application may not lock balances itself.
create function lock_pots(p_cooperative uuid, p_members uuid[]) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if (p_cooperative = any(my_staff())) is not true and not keeps_books() then
        raise insufficient_privilege using message = 'these pots are not open here';
    end if;
    return (select coalesce(jsonb_agg(to_jsonb(p)), '[]') from (
        select a.member_id, a.kind, b.posted from account a join balance b on b.account_id = a.id
         where a.cooperative_id = p_cooperative and a.member_id = any(p_members)
           and a.kind in ('pot', 'receivable_member')
         order by a.id for update of b) p);
end $$;
grant execute on function lock_pots to samen_app;

-- The legs of journals that are to be booked, each with its account: null if there is none that is open. `turn` is the one
-- order in which everybody locks balances, over all journals of a call: members' own accounts, then the cooperative's,
-- money last of all. Without a search_path of its own it becomes a part of the query in `post_journals`, which has one.
create function legs_to_book(p_journals jsonb)
    returns table (number bigint, line bigint, account uuid, cents bigint, rule text, facts jsonb, turn bigint)
    language sql stable as $$
    select j.number, l.line, a.id, l.cents, l.rule, l.facts,
           row_number() over (order by l.member is null, l.kind in ('bank', 'cash', 'in_transit', 'suspense'), a.id,
                                       j.number, l.cents < 0, l.line)
      from jsonb_array_elements(p_journals) with ordinality j(journal, number)
     cross join lateral rows from (jsonb_to_recordset(j.journal -> 'legs')
                                   as (kind text, cents bigint, rule text, facts jsonb, member uuid, party text))
           with ordinality l(kind, cents, rule, facts, member, party, line)
      left join lateral (
           select a.id from account a
            where a.cooperative_id = (j.journal ->> 'cooperative_id')::uuid and a.kind = l.kind
              and a.currency = j.journal ->> 'currency'
              and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
                  = coalesce(l.member, '00000000-0000-0000-0000-000000000000')
              and coalesce(a.party, '') = coalesce(l.party, '') and a.closed_at is null
            limit 1) a on true
$$;

-- The journals as they are booked: from the first bank statement of a cooperative on, only lines of statements move its bank
-- accounts. What people record at the bank waits in transit then, on an account of its journal, until a line brings it. A
-- journal that undoes another one is on the account of that one, so the two close each other.
create function in_transit(p_journals jsonb) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(
        case when c.statements_from is null then j.journal
             else j.journal || jsonb_build_object('legs', (
                 select jsonb_agg(
                     case when l.leg ->> 'kind' = 'bank' and l.leg ->> 'party' is null
                          then l.leg || jsonb_build_object('kind', 'in_transit', 'rgs', 'BLimKruSto',
                              'party', coalesce(j.journal ->> 'reverses', j.journal ->> 'id'))
                          else l.leg end order by l.line)
                   from jsonb_array_elements(j.journal -> 'legs') with ordinality l(leg, line))) end
        order by j.number), '[]')
      from jsonb_array_elements(p_journals) with ordinality j(journal, number)
      left join cooperative c on c.id = (j.journal ->> 'cooperative_id')::uuid
$$;

-- Books journals, all or none. One that is booked already, under the same source, kind and part, is left as it is; with
-- other legs or result lines it is refused (SM003). Legs without an account get one. Errors: SM001 no balance, SM002 a
-- closed account.
create function post_journals(p_journals jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_given jsonb;
    v_journal journal;
    v_journals journal[] := '{}';
    v_legs record;
    v_results record;
    v_contents jsonb[];
    v_new uuid[];
    v_moved record;
    v_held uuid[] := '{}';
    v_before bigint[] := '{}';
    v_versions bigint[] := '{}';
    v_posted bigint;
    v_version bigint;
begin
    -- nobody closes a month meanwhile
    perform pg_advisory_xact_lock_shared(books_lock(c.id))
       from (select distinct (j ->> 'cooperative_id')::uuid as id from jsonb_array_elements(p_journals) j order by 1) c;
    if exists (select from jsonb_array_elements(p_journals) j
                where j -> 'legs' @> '[{"kind": "bank", "party": null}]') then
        p_journals := in_transit(p_journals);
    end if;
    for v_look in 1..2 loop
        select array_agg(l.number order by l.turn) as numbers, array_agg(l.line order by l.turn) as lines,
               array_agg(l.account order by l.turn) as accounts, array_agg(l.cents order by l.turn) as cents,
               array_agg(l.rule order by l.turn) as rules, array_agg(l.facts order by l.turn) as facts
          into v_legs from legs_to_book(p_journals) l;
        exit when v_legs.accounts is null or array_position(v_legs.accounts, null) is null;
        if v_look = 2 then
            raise exception 'an account of these journals is closed' using errcode = 'SM002';
        end if;
        for v_given in select * from jsonb_array_elements(p_journals) loop
            perform open_accounts((v_given ->> 'cooperative_id')::uuid, v_given ->> 'currency', v_given -> 'legs');
        end loop;
    end loop;

    select array_agg(j.number) as numbers, array_agg(r.line) as lines, array_agg(r.category) as categories,
           array_agg(r.cents) as cents
      into v_results
      from jsonb_array_elements(p_journals) with ordinality j(journal, number)
     cross join lateral rows from (jsonb_to_recordset(j.journal -> 'results') as (category text, cents bigint))
           with ordinality r(category, cents, line);
    select array_agg(journal_content(l.content, r.content) order by j.number)
      into v_contents
      from generate_series(1, jsonb_array_length(p_journals)) j(number)
      left join (
           select l.number, jsonb_agg(jsonb_build_object('line', l.line, 'account', l.account, 'cents', l.cents,
                                                         'rule', l.rule, 'facts', l.facts) order by l.line) as content
             from unnest(v_legs.numbers, v_legs.lines, v_legs.accounts, v_legs.cents, v_legs.rules, v_legs.facts)
                  l(number, line, account, cents, rule, facts)
            group by l.number) l on l.number = j.number
      left join (
           select r.number, jsonb_agg(jsonb_build_object('line', r.line, 'category', r.category, 'cents', r.cents)
                                      order by r.line) as content
             from unnest(v_results.numbers, v_results.lines, v_results.categories, v_results.cents)
                  r(number, line, category, cents)
            group by r.number) r on r.number = j.number;
    for v_number in 1..jsonb_array_length(p_journals) loop
        v_journal := jsonb_populate_record(null::journal, p_journals -> v_number - 1);
        v_journal.booked_at := clock_timestamp();
        v_journal.period := greatest(
            date_trunc('month', v_journal.effective_on),
            (select max(month) from period where cooperative_id = v_journal.cooperative_id) + interval '1 month')::date;
        v_journal.legs_hash := legs_digest(v_contents[v_number]);
        v_journal.row_hash := journal_digest(v_journal);
        v_journals := v_journals || v_journal;
    end loop;
    if exists (select from unnest(v_legs.cents) c where c = 0)
       or exists (select from unnest(v_journals) with ordinality j(id) left join unnest(v_legs.numbers, v_legs.cents)
                         l(number, cents) on l.number = j.ordinality
                   group by j.ordinality, j.kind having coalesce(sum(l.cents), 0) <> 0
                       or count(l.cents) < 2 and (count(l.cents) = 1 or j.kind <> 'classification')) then
        raise exception 'a journal needs two legs or more, none zero, that sum to zero' using errcode = 'SM001';
    end if;

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

    -- Each account is written once, however many legs it has; one that was below its floor between them is refused.
    for v_moved in
        select l.account, sum(l.cents)::bigint as cents, count(*) as legs, min(l.running)::bigint as lowest
          from (select u.account, u.cents, u.turn, sum(u.cents) over (partition by u.account order by u.turn) as running
                  from unnest(v_legs.numbers, v_legs.accounts, v_legs.cents) with ordinality u(number, account, cents, turn)
                 where v_journals[u.number].id = any(v_new)) l
         group by l.account order by min(l.turn)
    loop
        update balance
           set posted = posted + case when posted + v_moved.lowest < floor then v_moved.lowest else v_moved.cents end,
               version = version + v_moved.legs
         where account_id = v_moved.account
            returning posted - v_moved.cents, version - v_moved.legs into v_posted, v_version;
        v_held := v_held || v_moved.account;
        v_before := v_before || v_posted;
        v_versions := v_versions || v_version;
    end loop;
    insert into entry (journal_id, line, account_id, cents, balance_after, version, rule, facts)
    select v_journals[l.number].id, l.line, l.account, l.cents, h.posted + sum(l.cents) over legs,
           h.version + row_number() over legs, l.rule, l.facts
      from unnest(v_legs.numbers, v_legs.lines, v_legs.accounts, v_legs.cents, v_legs.rules, v_legs.facts)
           with ordinality l(number, line, account, cents, rule, facts, turn)
      join unnest(v_held, v_before, v_versions) h(account, posted, version) on h.account = l.account
     where v_journals[l.number].id = any(v_new)
    window legs as (partition by l.account order by l.turn);
    insert into result_line (journal_id, line, category, cents)
    select v_journals[r.number].id, r.line, r.category, r.cents
      from unnest(v_results.numbers, v_results.lines, v_results.categories, v_results.cents)
           r(number, line, category, cents)
     where v_journals[r.number].id = any(v_new);
end $$;
grant execute on function post_journals to samen_app;

-- Closes a month: nothing is booked into it any more. For the staff.
create function close_month(p_cooperative uuid, p_month date, p_at timestamptz, p_by uuid, p_bank bigint)
    returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if (p_cooperative = any(my_offices())) is not true then
        raise exception 'only the staff of a cooperative closes its books' using errcode = '42501';
    end if;
    perform lock_books(p_cooperative);
    insert into period (cooperative_id, month, closed_at, closed_by, bank_cents, digest)
    values (p_cooperative, p_month, p_at, p_by, p_bank, month_digest(p_cooperative, p_month));
end $$;
grant execute on function close_month to samen_app;

-- The ledger is written by `post_journals` and `close_month` alone: no role of the application writes these tables.
alter table account enable row level security, force row level security;
grant select on account to samen_app;
create policy read on account for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]));
create trigger accounts_stay before delete on account for each row execute function refuse_change();

alter table balance enable row level security, force row level security;
grant select on balance to samen_app;
create policy read on balance for select to samen_app
    using (exists (select 1 from account a where a.id = balance.account_id));

alter table journal enable row level security, force row level security;
grant select on journal to samen_app;
create policy read on journal for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or exists (select 1 from entry e where e.journal_id = journal.id));
create trigger append_only before delete or update on journal for each row execute function refuse_change();
create constraint trigger balances after insert on journal deferrable initially deferred
    for each row execute function require_balance();
create trigger by_the_version_in_force after insert on journal for each row
    when (new.part = 1 and new.kind in ('sale', 'allowance'))
    execute function check_version();
create trigger never_truncate before truncate on journal for each statement execute function refuse_change();
create trigger only_open_books before insert on journal for each row execute function only_open_books();

alter table entry enable row level security, force row level security;
grant select on entry to samen_app;
create policy read on entry for select to samen_app
    using (exists (select 1 from account a where a.id = entry.account_id));
create trigger append_only before delete or update on entry for each row execute function refuse_change();
create trigger balances after insert on entry referencing new table as added
    for each statement execute function require_balances();
create trigger never_truncate before truncate on entry for each statement execute function refuse_change();

-- The staff reads what the books earned and spent; a member who sees an entry of a journal does not.
alter table result_line enable row level security, force row level security;
grant select on result_line to samen_app;
create policy read on result_line for select to samen_app
    using (exists (select 1 from journal j where j.id = result_line.journal_id
                      and j.cooperative_id = any((select my_staff())::uuid[])));
create trigger append_only before delete or update on result_line for each row execute function refuse_change();
create trigger never_truncate before truncate on result_line for each statement execute function refuse_change();

alter table period enable row level security, force row level security;
grant select on period to samen_app;
create policy read on period for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
create trigger append_only before delete or update on period for each row execute function refuse_change();
create trigger never_truncate before truncate on period for each statement execute function refuse_change();

-- Whether the invariants held: asked for by the network, checked by the worker.
alter table book_check enable row level security, force row level security;
grant select, insert on book_check to samen_app;
grant update (checked_at, broken) on book_check to samen_worker;
create policy network on book_check to samen_app using ((select is_network()));
create policy find on book_check for select to samen_worker using (true);
create policy start on book_check for insert to samen_worker with check (true);
create policy finish on book_check for update to samen_worker using (true);

-- The books that an upgrade still has to carry over: for nobody but that.
alter table books_to_carry_over enable row level security, force row level security;
