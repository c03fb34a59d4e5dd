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

-- At the commit a journal has two legs or more, which sum to zero: also one that came without entries.
create function require_balance() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if (select count(*) < 2 or sum(cents) <> 0 from entry where journal_id = new.id) then
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

-- Books journals, all or none. One that is booked already, under the same source, kind and part, is left as it is; with
-- other legs it is refused (SM003). Legs without an account get one. Errors: SM001 no balance, SM002 a closed account.
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
        -- nobody closes the month meanwhile
        perform pg_advisory_xact_lock_shared(books_lock(v_journal.cooperative_id));
        for v_look in 1..2 loop
            -- one total order for everybody: members' own accounts, then the cooperative's, the bank last of all
            select count(*), coalesce(sum(l.cents) = 0 and bool_and(l.cents <> 0), false) as sound,
                   jsonb_agg(jsonb_build_object('line', l.line, 'account', l.account, 'cents', l.cents, 'rule', l.rule,
                                                'facts', l.facts) order by l.line) as legs,
                   array_agg(l.line order by l.turn) as lines, array_agg(l.account order by l.turn) as accounts,
                   array_agg(l.cents order by l.turn) as cents,
                   array_agg(l.rule order by l.turn) as rules, array_agg(l.facts order by l.turn) as facts,
                   (select max(month) from period where cooperative_id = v_journal.cooperative_id) as closed
              into v_found
              from (select l.line, l.cents, l.rule, l.facts, a.id as account,
                           row_number() over (order by l.member is null, l.kind = 'bank', a.id, l.cents < 0, l.line) as turn
                      from rows from (jsonb_to_recordset(v_given -> 'legs')
                                      as (kind text, cents bigint, rule text, facts jsonb, member uuid, party text))
                           with ordinality l(kind, cents, rule, facts, member, party, line)
                      left join lateral (
                           select a.id from account a
                            where a.cooperative_id = v_journal.cooperative_id and a.kind = l.kind
                              and a.currency = v_journal.currency
                              and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
                                  = coalesce(l.member, '00000000-0000-0000-0000-000000000000')
                              and coalesce(a.party, '') = coalesce(l.party, '') and a.closed_at is null
                            limit 1) a on true) l;
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
        v_journal.period := greatest(date_trunc('month', v_journal.effective_on),
                                     v_found.closed + interval '1 month')::date;
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
