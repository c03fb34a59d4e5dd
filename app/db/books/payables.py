"""Payables: straight from the accounts of creditors and their entries."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import TypeAdapter

from app.db.engine import Tx
from app.domain.books.payables import MOST_PARTS, Owed, Payable
from app.domain.books.payment_purposes import Debt
from app.domain.creditors import Creditor, CreditorKind, account_of
from app.domain.page import Page, PageRequest, cut

_NONE = "'00000000-0000-0000-0000-000000000000'"
KINDS = "('payable_supplier', 'payable_member', 'payable_municipality', 'payable_cooperative', 'customer_credit')"
"""The accounts of creditors."""
CREDITOR = """
    case a.kind when 'payable_member' then jsonb_build_object('kind', 'member', 'id', a.member_id)
                when 'payable_municipality' then jsonb_build_object('kind', 'municipality', 'id', a.party)
                when 'payable_cooperative' then
                    jsonb_build_object('kind', 'cooperative', 'id', coalesce(a.party, a.cooperative_id::text))
                when 'customer_credit' then jsonb_build_object('kind', 'customer', 'id', a.party)
                else (select jsonb_build_object('kind', 'supplier', 'id', s.id) from supplier s
                       where s.cooperative_id = a.cooperative_id and s.account = a.party) end"""
NAME = """
    case a.kind when 'payable_member' then (select m.name from member m where m.id = a.member_id)
                when 'payable_municipality' then (select m.name from municipality m where m.id::text = a.party)
                when 'payable_cooperative' then (
                    select c.name from cooperative c where c.id = coalesce(a.party::uuid, a.cooperative_id))
                when 'customer_credit' then (select o.contact ->> 'name' from "order" o where o.id = a.party::uuid)
                else (select s.name from supplier s
                       where s.cooperative_id = a.cooperative_id and s.account = a.party) end"""
IN_BATCH = """coalesce((
    select sum(i.cents) from payment_item i join payment_batch t on t.id = i.batch_id
     where i.creditor_id = {id} and i.cooperative_id = $1 and i.state = 'open' and t.state in ('draft', 'approved')),
    0)::bigint"""
"""What open batches of the cooperative $1 are to pay a creditor."""
_LIST = f"""
    with owed as (
        select a.id, a.cooperative_id, a.kind, a.member_id, a.party, b.posted
          from account a join balance b on b.account_id = a.id
         where a.cooperative_id = $1 and a.currency = 'EUR' and a.kind in {KINDS} and b.posted <> 0
           and ($2::uuid is null or a.id < $2)
         order by a.id desc limit $3),
    acts as (
        select e.account_id, coalesce(j.reverses, j.id) as journal_id, min(e.version) as version,
               min(j.effective_on) as day, sum(e.cents)::bigint as cents
          from owed a join entry e on e.account_id = a.id join journal j on j.id = e.journal_id group by 1, 2),
    paid as (
        select account_id, -sum(cents) as cents from acts where cents < 0 group by 1),
    running as (
        select t.*, sum(t.cents) over (partition by t.account_id order by t.day, t.version)
                    - coalesce(p.cents, 0) as left_cents
          from acts t left join paid p using (account_id) where t.cents > 0),
    numbered as (
        select r.*, row_number() over (partition by r.account_id order by r.day, r.version) as n
          from running r where r.left_cents > 0)
    select a.id, a.cooperative_id, a.posted as balance_cents, {CREDITOR} as creditor,
           coalesce({NAME}, a.party, '') as name,
           {IN_BATCH.format(id=f"({CREDITOR} ->> 'id')::uuid")} as in_batch_cents,
           (select coalesce(jsonb_agg(jsonb_build_object(
                       'journal_id', n.journal_id, 'kind', j.kind, 'day', n.day, 'cents', n.cents,
                       'left_cents', least(n.cents, n.left_cents)) order by n.n), '[]')
              from numbered n join journal j on j.id = n.journal_id
             where n.account_id = a.id and n.n <= {MOST_PARTS}) as parts
      from owed a order by a.id desc"""
"""A booking and its reversal count as one, so a booking that was undone is no debt and pays none. Payments pay the
oldest debt first."""
_PAYABLE = TypeAdapter(Payable)


async def list_payables(tx: Tx, cooperative_id: UUID, request: PageRequest) -> Page[Payable]:
    """What each creditor of a cooperative is owed, in one statement."""
    rows = await tx.rows(_LIST, cooperative_id, request.after, request.limit + 1)
    return cut([_PAYABLE.validate_python(dict(row)) for row in rows], request)


async def lock_payables(tx: Tx, cooperative_id: UUID) -> None:
    """Until the transaction ends nobody else pays creditors of a cooperative."""
    await tx.value("select lock_payables($1)", cooperative_id)


async def owed_to(tx: Tx, cooperative_id: UUID, creditors: Sequence[Creditor]) -> dict[Creditor, Owed]:
    """What each of these creditors is owed, in one statement; whoever the cooperative cannot owe is left out."""
    by_name = {(str(one.kind), one.id): one for one in creditors}
    sql = f"""
        select n.kind, n.id, s.account, o.customer_person_id as person_id, o.reference as order_reference,
               coalesce(b.posted, 0) as balance_cents,
               {IN_BATCH.format(id="n.id")} as in_batch_cents
          from unnest($2::text[], $3::uuid[]) n (kind, id)
          left join supplier s on n.kind = 'supplier' and s.id = n.id and s.cooperative_id = $1
          left join member m on n.kind = 'member' and m.id = n.id and m.cooperative_id = $1
          left join "order" o on n.kind = 'customer' and o.id = n.id and o.cooperative_id = $1
          left join account a on a.cooperative_id = $1 and a.currency = 'EUR'
           and a.kind = case n.kind when 'customer' then 'customer_credit' else 'payable_' || n.kind end
           and coalesce(a.member_id, {_NONE}) = coalesce(m.id, {_NONE})
           and coalesce(a.party, '') = case when n.kind = 'supplier' then s.account
                when n.kind = 'member' or n.id = $1 then '' else n.id::text end
          left join balance b on b.account_id = a.id
         where coalesce(s.id, m.id, o.id) is not null
            or n.kind = 'municipality' and exists (select from municipality u where u.id = n.id)
            or n.kind = 'cooperative' and exists (select from cooperative c where c.id = n.id)"""
    found = {}
    for row in await tx.rows(sql, cooperative_id, [one.kind for one in creditors], [one.id for one in creditors]):
        creditor = by_name[row["kind"], UUID(int=row["id"].int)]
        found[creditor] = Owed(
            account=account_of(creditor, cooperative_id, row["account"]),
            balance_cents=row["balance_cents"],
            in_batch_cents=row["in_batch_cents"],
            person_id=row["person_id"],
            order_reference=row["order_reference"],
        )
    return found


_DEBTS = """
    with named as (
        select n.kind, n.id, a.id as account_id
          from unnest($2::text[], $3::uuid[]) n (kind, id)
          left join supplier s on n.kind = 'supplier' and s.id = n.id and s.cooperative_id = $1
          join account a on a.cooperative_id = $1 and a.currency = 'EUR'
           and (n.kind = 'member' and a.kind = 'payable_member' and a.member_id = n.id
                or a.kind = 'payable_supplier' and a.party = s.account)),
    acts as (
        select n.kind, n.id, coalesce(j.reverses, j.id) as journal_id, min(e.version) as version,
               min(j.effective_on) as day, sum(e.cents) as cents
          from named n join entry e on e.account_id = n.account_id join journal j on j.id = e.journal_id
         group by 1, 2, 3 having sum(e.cents) <> 0),
    known as (
        select t.*, b.id as bill_id, b.number, b.payment_reference, b.credits_id
          from acts t join journal j on j.id = t.journal_id
          left join bill b on j.source_type = 'bill' and b.id = j.source_id),
    credited as (
        select credits_id, sum(cents) as cents from known where cents < 0 and credits_id is not null group by 1),
    paid as (
        select kind, id, -sum(cents) as cents from known where cents < 0 and credits_id is null group by 1, 2),
    running as (
        select k.*, k.cents + coalesce(c.cents, 0) as owed_cents,
               sum(k.cents + coalesce(c.cents, 0)) over (partition by k.kind, k.id order by k.day, k.version)
               - coalesce(p.cents, 0) as left_cents
          from known k left join paid p using (kind, id) left join credited c on c.credits_id = k.bill_id
         where k.cents > 0)
    select kind, id, least(owed_cents, left_cents)::bigint as left_cents, number, payment_reference
      from running where least(owed_cents, left_cents) > 0 order by kind, id, day, version"""
"""As `bill_paid` reckons: a credit note lowers its bill, and what was paid, pays the oldest first."""


async def debts_to(tx: Tx, cooperative_id: UUID, creditors: Sequence[Creditor]) -> dict[Creditor, list[Debt]]:
    """What suppliers and members among these are still owed, the oldest first, in one statement."""
    found: dict[Creditor, list[Debt]] = {}
    for row in await tx.rows(_DEBTS, cooperative_id, [one.kind for one in creditors], [one.id for one in creditors]):
        creditor = Creditor(CreditorKind(row["kind"]), UUID(int=row["id"].int))
        debt = Debt(left_cents=row["left_cents"], number=row["number"], reference=row["payment_reference"])
        found.setdefault(creditor, []).append(debt)
    return found


async def due_on(tx: Tx, cooperative_id: UUID, day: date) -> dict[Creditor, int]:
    """What is due to each creditor on a day and in no open batch: not what is still to be paid of bills of later days.

    To a municipality what it invoiced is due.
    """
    sql = f"""
        select creditor, cents from (
            select {CREDITOR} as creditor,
                   least(b.posted, case a.kind when 'payable_municipality' then (
                       select coalesce(sum(r.cents) filter (where r.state = 'invoiced' or r.by_payouts), 0)
                         from remittance r where r.cooperative_id = $1 and r.municipality_id::text = a.party)
                       + (select coalesce(sum(e.cents), 0) from entry e
                           where e.account_id = a.id and coalesce(e.facts ->> 'of', e.rule) = 'payout')
                       else b.posted - (
                       select coalesce(sum(greatest(0, l.cents - bill_paid(l) - (
                                  select coalesce(-sum(n.cents), 0) from bill n
                                   where n.credits_id = l.id and n.state = 'approved'))), 0)
                         from bill l
                        where l.cooperative_id = $1 and l.state = 'approved' and l.due_on > $2 and l.cents > 0
                          and l.creditor_id = coalesce(a.member_id, (
                              select s.id from supplier s where s.cooperative_id = $1 and s.account = a.party))) end)
                   - {IN_BATCH.format(id=f"({CREDITOR} ->> 'id')::uuid")} as cents
              from account a join balance b on b.account_id = a.id
             where a.cooperative_id = $1 and a.currency = 'EUR' and a.kind in {KINDS} and b.posted > 0) d
         where d.cents > 0 and d.creditor is not null"""
    rows = await tx.rows(sql, cooperative_id, day)
    return {
        Creditor(CreditorKind(row["creditor"]["kind"]), UUID(row["creditor"]["id"])): int(row["cents"]) for row in rows
    }


async def payout_on(tx: Tx, journal_id: UUID) -> UUID | None:
    """The last payout that stands on a debt which this journal booked and another one has undone by now.

    None if what its creditors were paid is not more than what was booked for them and stands.
    """
    sql = """
        with debts as (
            select distinct e.account_id from entry e join account a on a.id = e.account_id
             where e.journal_id = $1 and e.cents > 0
               and a.kind in ('payable_supplier', 'payable_member', 'payable_cooperative')),
        acts as (
            select e.account_id, coalesce(j.reverses, j.id) as id, sum(e.cents) as cents
              from debts d join entry e on e.account_id = d.account_id join journal j on j.id = e.journal_id
             group by 1, 2)
        select t.id from acts t join journal j on j.id = t.id
         where j.kind = 'payout' and t.cents < 0 and (
               select sum(o.cents) from acts o join journal k on k.id = o.id
                where o.account_id = t.account_id and (o.cents > 0 or k.kind = 'payout')) < 0
         order by t.id desc limit 1"""
    found: UUID | None = await tx.value(sql, journal_id)
    return found
