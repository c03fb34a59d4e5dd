"""A member's pot: its balances and its last lines."""

from datetime import date
from uuid import UUID

from pydantic import TypeAdapter

from app.db.engine import Tx
from app.db.rules import SIGNED
from app.db.store import Query
from app.domain.earning.thermometer import Movement, Pot
from app.domain.ledger import AccountKind
from app.domain.people.members import Member

_MOVEMENT, _POT = TypeAdapter(Movement), TypeAdapter(Pot)


async def member_balances(tx: Tx, member: Member) -> dict[AccountKind, int]:
    """The balances of a member's own accounts."""
    sql = """select a.kind, b.posted from account a join balance b on b.account_id = a.id
              where a.cooperative_id = $1 and a.member_id = $2"""
    rows = await tx.rows(sql, member.cooperative_id, member.id)
    return {AccountKind(row["kind"]): row["posted"] for row in rows}


def pot_movements(member_id: UUID, limit: int) -> Query[Movement]:
    """The query for the last lines of a member's pot, newest first, each with its order."""
    sql = """
        select journal_id, line, journal_kind, effective_on, booked_at, cents, balance_after_cents, rule, facts,
               order_reference, title
          from pot_line where account_id = (select account_id from pot where member_id = $1)
           and version > (select lines - $2 from pot where member_id = $1)  -- lines are numbered without a gap
         order by version desc"""
    return Query(sql, (member_id, limit), _MOVEMENT.validate_python)


def pot_of(member_id: UUID, today: date) -> Query[Pot]:
    """The query for a member's balances, their total of this calendar year, and the terms of the agreement."""
    sql = f"""
        select p.member_id, p.cooperative_id, p.name, p.goal_text, p.goal_cents, p.balance_cents, p.held_cents,
               p.reserved_cents, p.pending_cents, coalesce(r.collective, false) as collective, r.threshold_cents,
               (select coalesce(sum(kept_cents), 0)::bigint from member_month
                 where member_id = $1 and month between make_date($3, 1, 1) and make_date($3, 12, 31))
                   as year_total_cents
          from pot p
          left join lateral (
                select t.rules @> '[{{"kind": "collective"}}]' as collective,
                       (jsonb_path_query_first(
                           t.rules, '$[*] ? (@.kind == "remit_above" && @.basis != "cooperative_year")'
                       ) ->> 'threshold_cents')::bigint as threshold_cents
                  from agreement t where t.cooperative_id = p.cooperative_id and t.active_from <= $2 and {SIGNED}
                 order by t.active_from desc limit 1) r on true
         where p.member_id = $1"""
    return Query(sql, (member_id, today, today.year), _POT.validate_python)
