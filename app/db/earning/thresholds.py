"""F, the municipality's part above a threshold, in SQL: an independent check of the books."""


def member_f(column: str) -> str:
    """F of a member's calendar year over a column of the month totals."""
    return f"""
        with terms as (
            select m.member_id, m.month, a.active_from, m.{column} as kept,
                   coalesce(rule ->> 'basis', 'member_year') as basis,
                   coalesce((rule ->> 'threshold_cents')::bigint, 0) as threshold,
                   coalesce((rule ->> 'basis_points')::bigint, 0) as share,
                   least(coalesce((allowance ->> 'cap_cents')::bigint, 0), m.law_cents) as cap, m.law_year_cents
              from member_month m join agreement a on a.id = m.agreement_id
              left join lateral jsonb_path_query_first(
                   a.rules, '$[*] ? (@.kind == "remit_above" && @.basis starts with "member")') rule on true
              left join lateral jsonb_path_query_first(a.rules, '$[*] ? (@.kind == "monthly_allowance")') allowance
                   on true),
        running as (
            select *, case basis when 'member_month' then sum(kept) over month else sum(kept) over year end as total
              from terms
            window year as (partition by member_id, extract(year from month) order by month, active_from),
                   month as (partition by member_id, month order by active_from)),
        owed as (
            select *, div(greatest(0, total - threshold) * share, 10000)
                      - div(greatest(0, total - kept - threshold) * share, 10000) as municipality from running),
        paid as (
            select *, sum(kept - municipality) over (partition by member_id, month order by active_from) as left_after
              from owed),
        wanted as (
            select *, least(cap, left_after) - least(cap, left_after - kept + municipality) as more from paid),
        within as (
            select *, sum(more) over (partition by member_id, extract(year from month) order by month, active_from)
                      as so_far from wanted),
        years as (
            select member_id, extract(year from month) as year, sum(kept) as kept, sum(municipality) as municipality,
                   sum(least(law_year_cents, so_far) - least(law_year_cents, so_far - more)) as allowance
              from within group by 1, 2)
        select *, kept - municipality - allowance as pot from years"""


def fund_f(column: str) -> str:
    """F of a fund's calendar year over a column of the month totals."""
    return f"""
        with running as (
            select m.cooperative_id, extract(year from m.month) as year, m.{column} as kept,
                   sum(m.{column}) over w as total,
                   coalesce((rule ->> 'threshold_cents')::bigint, 0) as threshold,
                   coalesce((rule ->> 'basis_points')::bigint, 0) as share
              from fund_month m join agreement a on a.id = m.agreement_id
              left join lateral jsonb_path_query_first(
                   a.rules, '$[*] ? (@.kind == "remit_above" && @.basis == "cooperative_year")') rule on true
            window w as (partition by m.cooperative_id, extract(year from m.month) order by m.month, a.active_from))
        select cooperative_id, year, sum(kept) as kept, sum(div(greatest(0, total - threshold) * share, 10000)
               - div(greatest(0, total - kept - threshold) * share, 10000)) as municipality
          from running group by 1, 2"""
