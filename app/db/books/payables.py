"""Payables: straight from the accounts of creditors and their entries."""

from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from app.db.engine import Tx
from app.domain.books.payables import MOST_PARTS, Payable
from app.domain.creditors import CreditorAccount
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
           (select coalesce(jsonb_agg(jsonb_build_object(
                       'journal_id', n.journal_id, 'kind', j.kind, 'day', n.day, 'cents', n.cents,
                       'left_cents', least(n.cents, n.left_cents)) order by n.n), '[]')
              from numbered n join journal j on j.id = n.journal_id
             where n.account_id = a.id and n.n <= {MOST_PARTS}) as parts
      from owed a order by a.id desc"""
"""A booking and its reversal count as one, so what was undone is no debt and pays none. What was paid, pays the oldest
first."""
_PAYABLE = TypeAdapter(Payable)


async def list_payables(tx: Tx, cooperative_id: UUID, request: PageRequest) -> Page[Payable]:
    """What each creditor of a cooperative is owed, in one statement."""
    rows = await tx.rows(_LIST, cooperative_id, request.after, request.limit + 1)
    return cut([_PAYABLE.validate_python(dict(row)) for row in rows], request)


async def lock_payables(tx: Tx, cooperative_id: UUID) -> None:
    """Until the transaction ends nobody else pays creditors of a cooperative."""
    await tx.value("select lock_payables($1)", cooperative_id)


async def balance_of(tx: Tx, cooperative_id: UUID, account: CreditorAccount) -> int:
    """What a creditor is owed, in cents; the account is found by its key."""
    sql = f"""
        select b.posted from account a join balance b on b.account_id = a.id
         where a.cooperative_id = $1 and a.kind = $2 and a.currency = 'EUR'
           and coalesce(a.member_id, {_NONE}) = coalesce($3::uuid, {_NONE})
           and coalesce(a.party, '') = coalesce($4, '')"""
    found: Any = await tx.value(sql, cooperative_id, account.kind, account.member_id, account.party)
    return int(found or 0)


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
