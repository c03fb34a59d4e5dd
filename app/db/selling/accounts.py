"""The statement of account of a customer: its orders with all that changed their balance, in one statement."""

from dataclasses import dataclass
from uuid import UUID

from app.db.engine import Tx
from app.db.selling.orders import OrderRow
from app.db.store import Store
from app.domain.selling.accounts import AccountOrder
from app.domain.selling.orders import Order
from app.domain.selling.repayments import company_numbers, same_customer

DAY = "({} at time zone 'Europe/Amsterdam')::date"
ACTS = f"""(
    select coalesce(jsonb_agg(to_jsonb(a)), '[]') from (
        select i.id, case when i.kind = 'credit_note' then 'credit_note' else 'invoice' end as kind,
               i.issued_on as day, i.issued_on as recorded_on, null::date as reversed_on, i.number,
               coalesce(i.credit_id, (
                   select n.credit_id from invoice n
                    where n.id = any(i.refers_to) and i.kind <> 'credit_note' limit 1)) as credit_id,
               case when i.kind = 'credit_note' then -1 else 1 end * (p.net_cents + p.vat_cents) as cents
          from invoice_order p join invoice i on i.id = p.invoice_id where p.order_id = t.id
        union all
        select k.id, 'credit', k.day, k.day, k.reversed_on, '', null, k.net_cents + k.vat_cents
          from credit k where k.order_id = t.id
        union all
        select p.id, 'payment', p.paid_on, {DAY.format("p.recorded_at")}, p.reversed_on, '', null, p.cents
          from payment p where p.order_id = t.id and p.state = 'recorded'
        union all
        select r.id, 'repayment', r.paid_on, {DAY.format("r.recorded_at")}, r.reversed_on, '', null, r.cents
          from repayment r where r.order_id = t.id
        union all
        select w.id, 'write_off', w.confirmed_on, w.confirmed_on,
               (select {DAY.format("j.booked_at")} from journal j
                 where j.source_type = 'write_off' and j.source_id = w.id and j.kind = 'write_off_reversal'),
               '', null, w.cents
          from write_off w where w.order_id = t.id and w.state in ('confirmed', 'reversed')) a)"""
account_orders = Store(OrderRow, AccountOrder, acts=ACTS)
OF_CUSTOMER = """(t.id = $2 or t.customer_person_id = $3 or lower(t.contact ->> 'email') = lower($4)
                  or array[t.contact #>> '{buyer,kvk_number}', t.contact #>> '{buyer,oin}',
                           t.contact #>> '{buyer,vat_id}'] && $5::text[])"""
"""Orders that may have the same customer; whether they have is a rule of the domain."""


@dataclass(frozen=True, kw_only=True)
class AccountParties:
    """Whose orders are shown: those of a person, or those of an app; all of them if both are None."""

    person_id: UUID | None = None
    app_id: UUID | None = None


async def orders_of_customer(tx: Tx, order: Order, parties: AccountParties) -> list[AccountOrder]:
    """The orders at one seller with the same customer as this one, of these parties; this one is among them.

    The index of the person or of the app finds them, or that of the seller.
    """
    sql, arguments = found_of_customer(order, parties)
    found = [account_orders.load(record) for record in await tx.rows(sql, *arguments)]
    return [one for one in found if one.id == order.id or same_customer(order, one)]


def found_of_customer(order: Order, parties: AccountParties) -> tuple[str, list[object]]:
    """The statement of `orders_of_customer`, and its arguments."""
    arguments: list[object] = [
        order.cooperative_id,
        order.id,
        order.customer_person_id,
        order.contact.email,
        sorted(company_numbers(order)),
    ]
    where = f"t.cooperative_id = $1 and t.buyer_id is null and {OF_CUSTOMER}"
    for column, value in (("customer_person_id", parties.person_id), ("app_id", parties.app_id)):
        if value is not None:
            arguments.append(value)
            where += f" and t.{column} = ${len(arguments)}"
    return f"{account_orders.select} where {where}", arguments
