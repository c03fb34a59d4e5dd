"""The invariants of the bank: what the books say of each account is what its statements say."""

_AT = """
    (select coalesce(-sum(e.cents), 0) from account a join entry e on e.account_id = a.id
       join journal j on j.id = e.journal_id
      where a.cooperative_id = s.cooperative_id and a.kind = 'bank' and a.party = s.iban and j.effective_on <= {day})"""
_LINES = """
    (select coalesce(sum(l.cents), 0) from bank_line l
      where l.cooperative_id = s.cooperative_id and l.iban = s.iban and not l.is_difference and l.day <= {day})"""
_STATED = """
    select cooperative_id, iban, min(first_on) as since, max(last_on) as until,
           (array_agg(opening_cents order by first_on, id))[1] as opening,
           (array_agg(closing_cents order by last_on desc, taken_at desc, id desc))[1] as closing
      from bank_statement where state = 'confirmed' group by 1, 2"""
OF_BANK = {
    "I23 an account has in the books what its statements say, now and at the end of each closed month": f"""
        select s.cooperative_id || ' ' || s.iban as what from ({_STATED}) s
         where s.opening + {_LINES.format(day="s.until")} <> s.closing
            or {_AT.format(day="date '9999-12-31'")} <> s.closing
        union all
        select s.cooperative_id || ' ' || s.iban || ' ' || m.day from ({_STATED}) s
          join (select cooperative_id, (month + interval '1 month - 1 day')::date as day from period) m
            on m.cooperative_id = s.cooperative_id and m.day >= s.since
         where {_AT.format(day="m.day")} <> s.opening + {_LINES.format(day="m.day")}""",
    "I23 a line of a statement has its journal": """
        select l.id::text as what from bank_line l
         where not exists (select from journal j where j.source_type = 'bank_line' and j.source_id = l.id
                              and j.kind = 'bank_line' and j.part = 1)""",
}
