-- The legal limits that held when a month's first amount was booked: F of that month never changes with the tables of
-- limits. None in rows of before: there the agreement alone decides, as it did when they were booked.
alter table member_month add column law_cents bigint, add column law_year_cents bigint
--;
create or replace function member_totals(p_members uuid[], p_year integer) returns jsonb
language sql stable set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('owner', m.member_id, 'month', m.month, 'agreement_id', m.agreement_id,
               'active_from', a.active_from, 'kept_cents', m.kept_cents,
               'remittance', jsonb_path_query_first(a.rules, '$[*] ? (@.kind == "remit_above" && @.basis starts with "member")'),
               'allowance', coalesce((jsonb_path_query_first(a.rules, '$[*] ? (@.kind == "monthly_allowance")') ->> 'cap_cents')::bigint, 0),
               'law', m.law_cents, 'law_year', m.law_year_cents)
               order by m.month, a.active_from), '[]')
      from member_month m join agreement a on a.id = m.agreement_id
     where m.member_id = any(p_members) and m.month between make_date(p_year, 1, 1) and make_date(p_year, 12, 31)
$$
--;
-- Claims of a line that together exceed its net need a third person.
alter table cost_claim add column confirmed_by uuid references person (id),
    add constraint cost_claim_third_person
        check (confirmed_by is null or (confirmed_by <> claimed_by and confirmed_by <> decided_by))
--;
-- The first day of a cooperative's books: that of its opening balances; without any, the day on which it was registered
-- (its id holds the moment) or its first agreement began, if that is earlier in the same year.
create function books_from(p_cooperative uuid) returns date
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(
               (select j.effective_on from journal j
                 where j.source_type = 'cooperative' and j.source_id = p_cooperative and j.kind = 'opening'
                   and j.effective_on between date '2000-01-01' and current_date),
               greatest(date_trunc('year', r.day)::date, least(r.day, (
                   select min(a.active_from) from agreement a
                    where a.cooperative_id = p_cooperative and a.cooperative_signed_at is not null
                      and a.municipality_signed_at is not null))),
               date '2000-01-01')
      from (select (uuid_extract_timestamp(p_cooperative) at time zone 'Europe/Amsterdam')::date as day) r
$$
--;
alter function books_from(uuid) owner to samen_books
--;
revoke all on function books_from(uuid) from public
--;
grant execute on function books_from(uuid) to samen_app, samen_worker, samen_books
--;
-- A sale or an allowance is booked by the version that holds on its day. The lock of the books is held here, as it is
-- while the second signature of a version is given: whoever read the version before that reads it again. A sale that
-- is booked anew (a later part) keeps its version.
create function check_version() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select 1 from agreement a join agreement mine on mine.id = new.agreement_id
                where a.cooperative_id = new.cooperative_id and a.active_from > mine.active_from
                  and a.active_from <= new.effective_on
                  and a.cooperative_signed_at is not null and a.municipality_signed_at is not null) then
        raise exception 'another version of the agreement was signed meanwhile' using errcode = 'serialization_failure';
    end if;
    return null;
end $$
--;
create trigger by_the_version_in_force after insert on journal for each row
    when (new.part = 1 and new.kind in ('sale', 'allowance')) execute function check_version()
--;
-- No day is infinite, before 2000 or after 2199. Triggers, not CHECKs: books that hold such a day already must stay able
-- to reverse, withdraw or end what it stands in; check-books lists it.
create function refuse_day() returns trigger language plpgsql as $$
begin
    raise exception 'this day is out of range' using errcode = 'check_violation', column = tg_argv[0],
        table = tg_table_name, constraint = tg_table_name || '_' || tg_argv[0] || '_in_range';
end $$
--;
do $$
declare
    v record;
    v_range text := 'between timestamptz ''2000-01-01 00:00:00+00'' and timestamptz ''2199-12-31 23:59:59+00''';
    v_bad text;
begin
    for v in
        select c.table_name, c.column_name, c.data_type
          from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
         where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
           and (c.data_type = 'date' or (c.table_name, c.column_name) in (
                    ('order', 'needed_at'), ('assignment', 'starts_at'), ('assignment', 'ends_at'),
                    ('assignment_slot', 'starts_at'), ('assignment_slot', 'ends_at'),
                    ('joint_purchase', 'closes_at'), ('joint_purchase', 'tops_up_at'), ('netting', 'as_of')))
           -- These follow from days that are held elsewhere (a month that an old slip opened can be closed), or are shipped.
           and (c.table_name, c.column_name) not in (
                    ('journal', 'period'), ('member_month', 'month'), ('fund_month', 'month'), ('period', 'month'),
                    ('vat_rate', 'from_date'))
    loop
        v_bad := case v.data_type
            when 'date' then format('new.%I not between date ''2000-01-01'' and date ''2199-12-31''', v.column_name)
            else format('new.%I not %s', v.column_name, v_range) end;
        -- A reversal has the day of what it undoes.
        if v.table_name = 'journal' then
            v_bad := v_bad || ' and new.reverses is null';
        end if;
        execute format('create trigger %I before insert on %I for each row when (%s) execute function refuse_day(%L)',
                       v.column_name || '_in_range', v.table_name, v_bad, v.column_name);
        execute format('create trigger %I before update of %I on %I for each row when (%s and new.%I is distinct from old.%I) '
                       'execute function refuse_day(%L)', v.column_name || '_stays_in_range', v.column_name, v.table_name,
                       v_bad, v.column_name, v.column_name, v.column_name);
    end loop;
end $$
