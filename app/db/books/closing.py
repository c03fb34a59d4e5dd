"""What the books say before a month is closed."""

from datetime import date
from uuid import UUID

from app.db.books.bank_statements import STATES
from app.db.books.cash_counts import CASH_ON
from app.db.engine import Tx
from app.domain.books.bank_statements import LineState
from app.domain.ledger import OpenBooks

_BANK = """
    from entry e join journal j on j.id = e.journal_id join account a on a.id = e.account_id
   where a.cooperative_id = $1 and a.kind = 'bank' and a.currency = 'EUR' and j.period <= $2"""
_OWN = "select b.iban from bank_account b where b.cooperative_id = $1 and b.state in ('confirmed', 'replaced')"
_UNSTATED = f"""
    select s.iban from stated s
     where s.until < m.last and not (s.closing = 0 and s.iban not in ({_OWN}))
    union
    {_OWN} and exists (select from stated s where s.since <= m.last)
       and (b.confirmed_at at time zone 'Europe/Amsterdam')::date <= m.last
       and not exists (select from stated s where s.iban = b.iban)
    union
    select t.iban from bank_statement t where t.cooperative_id = $1 and t.state = 'proposed' and t.first_on <= m.last"""
"""Accounts whose statements do not reach over the month, or wait for a second person. One that was closed, and is
empty, needs none."""
_UNCOUNTED = f"""
    ({CASH_ON.format(day="m.last")} <> 0
     or exists (select from account a join entry e on e.account_id = a.id join journal j on j.id = e.journal_id
                 where a.cooperative_id = $1 and a.kind = 'cash' and a.currency = 'EUR'
                   and j.effective_on between $2 and m.last))
    and not exists (select from cash_count c where c.cooperative_id = $1 and c.counted_on >= m.last
                       and c.cents = {CASH_ON.format(day="c.counted_on")})"""
"""Whether there was cash in the month, and nobody counted what the books have of it."""


async def open_books(tx: Tx, cooperative_id: UUID, month: date) -> OpenBooks:
    """The state of the books at the end of a month. They have to be locked, so that nobody posts to them meanwhile."""
    sql = f"""
        with stated as (
            select iban, min(first_on) as since, max(last_on) as until,
                   (array_agg(closing_cents order by last_on desc, taken_at desc, id desc))[1] as closing
              from bank_statement where cooperative_id = $1 and state = 'confirmed' group by 1)
        select (select max(month) from period where cooperative_id = $1) as last_closed,
               (select min(j.period) from journal j where j.cooperative_id = $1 and not exists (
                    select 1 from period p where p.cooperative_id = $1 and p.month >= j.period)) as first_open,
               (select coalesce(-sum(e.cents), 0)::bigint {_BANK}) as bank_cents,
               array({_UNSTATED}) as unstated,
               not exists (select from stated) and exists (select {_BANK}) as bank_without_statement,
               (select count(*) from bank_line t
                 where t.cooperative_id = $1 and t.day <= m.last and {STATES[LineState.OPEN]}) as open_lines,
               {_UNCOUNTED} as cash_uncounted
          from (select ($2::date + interval '1 month - 1 day')::date as last) m"""
    row = dict(await tx.only(sql, cooperative_id, month))
    return OpenBooks(**row | {"unstated": tuple(row["unstated"])})
