-- The amounts that members kept in a year, by month and version of the agreement, with what the rules need of it.
create function member_totals(p_members uuid[], p_year integer) returns jsonb
    language sql stable set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('owner', m.member_id, 'month', m.month, 'agreement_id', m.agreement_id,
               'active_from', a.active_from, 'kept_cents', m.kept_cents,
               'remittance', jsonb_path_query_first(
                   a.rules, '$[*] ? (@.kind == "remit_above" && @.basis starts with "member")'),
               'allowance', coalesce((jsonb_path_query_first(
                   a.rules, '$[*] ? (@.kind == "monthly_allowance")') ->> 'cap_cents')::bigint, 0),
               'law', m.law_cents, 'law_year', m.law_year_cents)
               order by m.month, a.active_from), '[]')
      from member_month m join agreement a on a.id = m.agreement_id
     where m.member_id = any(p_members) and m.month between make_date(p_year, 1, 1) and make_date(p_year, 12, 31)
$$;
grant execute on function member_totals to samen_app;

-- The amounts that a cooperative's fund kept in a year, in the same form.
create function fund_totals(p_cooperative uuid, p_year integer) returns jsonb
    language sql stable set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('month', m.month, 'agreement_id', m.agreement_id,
               'active_from', a.active_from, 'kept_cents', m.kept_cents, 'allowance', 0,
               'remittance', jsonb_path_query_first(
                   a.rules, '$[*] ? (@.kind == "remit_above" && @.basis == "cooperative_year")'))
               order by m.month, a.active_from), '[]')
      from fund_month m join agreement a on a.id = m.agreement_id
     where m.cooperative_id = p_cooperative and m.month between make_date(p_year, 1, 1) and make_date(p_year, 12, 31)
$$;
grant execute on function fund_totals to samen_app;

-- A year that was locked before is locked, and not written again.
create function lock_year(p_cooperative uuid, p_members uuid[], p_year integer) returns jsonb
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
end $$;
grant execute on function lock_year to samen_app;

-- A member's earning with an order, and how it was shared out. Written with the sale, in the staff's view.
alter table earning enable row level security, force row level security;
grant select, insert, update (net_cents, work_date, agreement_id, cost_cents, kept_cents, refunded_cents, legs, state, journal_id,
                              held_because, held_cents, release_parts, decided_by, to_member_id, reason, version)
    on earning to samen_app;
create policy read on earning for select to samen_app
    using (cooperative_id = any(my_staff())
           or member_id = any(my_members()));
create policy add on earning for insert to samen_app with check (cooperative_id = any(my_staff()));
create policy change on earning for update to samen_app using (cooperative_id = any(my_staff()));
-- What was earned, and when, changes only after it was taken back.
create trigger stays before update of net_cents, work_date on earning for each row
    when (old.state <> 'reversed'
          and (new.net_cents is distinct from old.net_cents or new.work_date is distinct from old.work_date))
    execute function refuse_change();

-- The amount that a member kept, by month and version, and the lock of a member's year.
alter table member_month enable row level security, force row level security;
grant select, insert, update (kept_cents) on member_month to samen_app;
create policy read on member_month for select to samen_app
    using (cooperative_id = any(my_staff())
           or member_id = any(my_members()));
create policy add on member_month for insert to samen_app with check (cooperative_id = any(my_staff()));
create policy change on member_month for update to samen_app using (cooperative_id = any(my_staff()));

alter table member_year enable row level security, force row level security;
grant select, insert, update (cooperative_id) on member_year to samen_app;
create policy read on member_year for select to samen_app
    using (cooperative_id = any(my_staff())
           or member_id = any(my_members()));
create policy add on member_year for insert to samen_app with check (cooperative_id = any(my_staff()));
create policy change on member_year for update to samen_app using (cooperative_id = any(my_staff()));

-- The same for the cooperative's fund.
alter table fund_month enable row level security, force row level security;
grant select, insert, update (kept_cents) on fund_month to samen_app;
create policy staff on fund_month to samen_app using (cooperative_id = any(my_staff()));

alter table fund_year enable row level security, force row level security;
grant select, insert, update (year) on fund_year to samen_app;
create policy staff on fund_year to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
