"""The invariants of the books: each is one query over the ledger's tables that must return no row."""

from uuid import UUID

from asyncpg import PostgresError

from app.db.books.bank_invariants import OF_BANK
from app.db.books.invoice_invariants import OF_INVOICES
from app.db.books.order_invariants import CAME_IN, MONEY, OF_ORDERS, OF_RESULTS
from app.db.books.payout_invariants import OF_PAYOUTS
from app.db.books.price_invariants import OF_PRICES
from app.db.buying.spending import LOTS
from app.db.earning.agreements import get_agreement
from app.db.earning.earnings import earnings
from app.db.earning.thresholds import fund_f, member_f
from app.db.engine import Tx
from app.db.failures import failure_of
from app.domain.earning.agreements import Agreement
from app.domain.earning.earnings import comes_out_again
from app.domain.errors import DomainError

SENSIBLE = "between date '2000-01-01' and date '2199-12-31'"
"""What the database takes; books of before may hold other days, even infinite ones."""
STANDS = "j.reverses is null and not exists (select 1 from journal r where r.reverses = j.id)"
"""A journal `j` that is no reversal and was not reversed."""
I8 = "I8 every split comes out again from its inputs"
INVARIANTS = {
    "I1 every journal has two legs or more, none zero, that sum to zero": """
        select j.id::text as what from journal j left join entry e on e.journal_id = j.id
         group by j.id having sum(e.cents) <> 0 or bool_or(e.cents = 0)
             or count(e.line) < 2 and (count(e.line) = 1 or j.kind <> 'classification')""",
    "I2 all entries and all balances of a cooperative sum to zero": """
        select a.cooperative_id || ' ' || a.currency as what from account a
          left join balance b on b.account_id = a.id
          left join lateral (select sum(cents) as cents from entry e where e.account_id = a.id) e on true
         group by a.cooperative_id, a.currency
        having coalesce(sum(b.posted), 0) <> 0 or coalesce(sum(e.cents), 0) <> 0""",
    "I3 a balance is the sum of its entries, numbered without a gap": """
        select b.account_id::text as what from balance b
          left join (select account_id, sum(cents) as cents, count(*) as n from entry group by 1) e using (account_id)
         where b.posted <> coalesce(e.cents, 0) or b.version <> coalesce(e.n, 0)
        union all
        select account_id || ' version ' || version from (
            select account_id, version, balance_after, row_number() over w as n, sum(cents) over w as running
              from entry window w as (partition by account_id order by version)) chain
         where version <> n or balance_after <> running
        union all
        select e.account_id::text from entry e
         where not exists (select 1 from balance b where b.account_id = e.account_id)""",
    "I4 no account was ever below its floor, nobody saves and owes at once": """
        select e.account_id || ' version ' || e.version as what from entry e join balance b using (account_id)
         where e.balance_after < b.floor
        union all
        select a.id::text from account a join balance b on b.account_id = a.id
         where a.kind in ('pot', 'held', 'reserved', 'restricted_fund', 'customer_credit')
           and b.floor is distinct from 0
        union all
        select p.member_id::text from account p join balance b on b.account_id = p.id
          join account d on d.member_id = p.member_id and d.kind = 'receivable_member'
          join balance o on o.account_id = d.id
         where p.kind = 'pot' and b.posted > 0 and o.posted < 0""",
    "I5 what is booked is unchanged: hashes recompute, triggers stand, nobody may write": """
        select j.id::text as what from journal j
         where j.row_hash <> journal_digest(j) or j.legs_hash is distinct from legs_digest(booked_content(j.id))
        union all
        select t.relation || ' ' || t.trigger from (values
            ('journal', 'append_only'), ('entry', 'append_only'), ('journal', 'never_truncate'),
            ('entry', 'never_truncate'), ('result_line', 'append_only'), ('result_line', 'never_truncate'),
            ('journal', 'balances'), ('entry', 'balances')) t(relation, trigger)
         where not exists (select 1 from pg_trigger g where g.tgrelid = t.relation::regclass
                             and g.tgname = t.trigger and g.tgenabled = 'O')
        union all
        select r.name || ' may ' || p.name || ' ' || t.name
          from (values ('samen_app'), ('samen_worker'), ('samen_catalogue')) r(name),
               (values ('journal'), ('entry'), ('result_line'), ('balance'), ('account')) t(name),
               (values ('insert'), ('update'), ('delete'), ('truncate')) p(name)
         where has_table_privilege(r.name, t.name, p.name)""",
    "I6 one key, one outcome": """
        select source_type || ' ' || source_id || ' ' || kind || ' ' || part as what
          from journal group by source_type, source_id, kind, part having count(*) > 1
        union all
        select caller || ' ' || verb || ' ' || key from idempotency
         where (outcome ? 'result')::int + (outcome ? 'refusal')::int + (outcome ? 'forgotten')::int <> 1""",
    "I8 what an earning says of its split is what was booked": """
        with whole as (
            select journal_id from earning where journal_id is not null group by 1
            having bool_and(state in ('posted', 'held') and refunded_cents = 0 and release_parts = 0)),
        said as (
            select e.journal_id, l ->> 'rule' as rule, sum((l ->> 'cents')::bigint) as cents
              from whole join earning e using (journal_id), jsonb_array_elements(e.legs) l group by 1, 2),
        booked as (
            select e.journal_id, e.rule, sum(e.cents) as cents from whole join entry e using (journal_id)
             where e.rule not in ('customer', 'vat', 'charged', 'vat_charged', 'assignment_cost', 'assignment_charge',
                                  'cost', 'shared')
             group by 1, 2)
        select journal_id || ' ' || rule as what from said full join booked using (journal_id, rule)
         where coalesce(said.cents, 0) <> coalesce(booked.cents, 0)
        union all
        select id::text from earning cross join lateral (
            select coalesce(sum((l ->> 'cents')::bigint), 0) as cents from jsonb_array_elements(legs) l) s
         where state in ('posted', 'held', 'forfeited') and s.cents <> net_cents - refunded_cents - cost_cents""",
    "I9 the month totals are what the earnings say was kept, and what was kept before the books began": """
        select coalesce(m.member_id, e.member_id) || ' ' || coalesce(m.month, e.month) as what
          from (select member_id, month, agreement_id, kept_cents - opening_cents as cents from member_month) m
          full join (select coalesce(to_member_id, member_id) as member_id,
                            date_trunc('month', work_date)::date as month, agreement_id, sum(kept_cents) as cents
                       from earning where state = 'posted' group by 1, 2, 3) e using (member_id, month, agreement_id)
         where coalesce(m.cents, 0) <> coalesce(e.cents, 0)""",
    "I9 remittance, allowance and pot are F of the month totals, but for what they were before the books began": f"""
        with f as ({member_f("kept_cents")}), began as ({member_f("opening_cents")}),
        booked as (
            select (e.facts ->> 'member')::uuid as member_id, extract(year from j.effective_on) as year,
                   sum(e.cents) filter (where e.rule = 'remit_above') as municipality,
                   sum(e.cents) filter (where e.rule = 'monthly_allowance') as allowance,
                   sum(e.cents) filter (where e.rule = 'pot') as pot
              from entry e join journal j on j.id = e.journal_id
             where e.rule in ('remit_above', 'monthly_allowance', 'pot') group by 1, 2)
        select coalesce(f.member_id, booked.member_id) || ' ' || coalesce(f.year, booked.year) as what
          from f join began using (member_id, year) full join booked using (member_id, year)
         where coalesce(f.municipality - began.municipality, 0) <> coalesce(booked.municipality, 0)
            or coalesce(f.allowance - began.allowance, 0) <> coalesce(booked.allowance, 0)
            or coalesce(f.pot - began.pot, 0) <> coalesce(booked.pot, 0)""",
    "I9 what the municipality gets of a fund is F of the fund's months": f"""
        with f as ({fund_f("kept_cents")}), began as ({fund_f("opening_cents")}),
        booked as (
            select j.cooperative_id, extract(year from j.effective_on) as year,
                   sum(e.cents) filter (where e.rule <> 'remit_above_fund') as kept,
                   -sum(e.cents) filter (where e.rule = 'remit_above_fund') as municipality
              from entry e join journal j on j.id = e.journal_id join account a on a.id = e.account_id
             where a.kind = 'cooperative_fund' and j.agreement_id is not null
               and coalesce(e.facts ->> 'of', e.rule) not in ('vat_charged', 'lead_bears', 'written_off', 'cost')
             group by 1, 2)
        select coalesce(f.cooperative_id, booked.cooperative_id) || ' ' || coalesce(f.year, booked.year) as what
          from f join began using (cooperative_id, year) full join booked using (cooperative_id, year)
         where coalesce(f.municipality - began.municipality, 0) <> coalesce(booked.municipality, 0)
            or coalesce(f.kept - began.kept, 0) <> coalesce(booked.kept, 0)""",
    "I10 what two cooperatives owe each other for internal deliveries mirrors": f"""
        select d.id::text as what from internal_delivery d
          left join journal j on j.source_type = 'internal_delivery' and j.source_id = d.id and {STANDS}
          left join entry e on e.journal_id = j.id
          left join account a on a.id = e.account_id and a.kind in ('receivable_cooperative', 'payable_cooperative')
         group by d.id
        having count(distinct j.cooperative_id) <> case d.state when 'confirmed' then 2 else 0 end
            or coalesce(sum(e.cents) filter (where a.kind = 'payable_cooperative'), 0)
               <> case d.state when 'confirmed' then d.cents else 0 end
            or coalesce(sum(e.cents) filter (where a.id is not null), 0) <> 0""",
    "I10 what a joint purchase charges is what every book says of it, and what cooperatives owe each other": f"""
        with said as (
            select purchase_id, cooperative_id, sum(charged_cents - credited_cents) as cents from wish group by 1, 2
            union all
            select id, cooperative_id, left_cents + risen_cents from joint_purchase),
        billed as (
            select p.id, coalesce(p.total_cents, 0) - coalesce((
                   select sum(c.cents) from purchase_credit c
                    where c.purchase_id = p.id and c.reversed_on is null), 0) as cents
              from joint_purchase p),
        moved as (
            select coalesce(p.id, w.purchase_id) as purchase_id, j.cooperative_id, a.kind, a.party,
                   sum(e.cents) as cents
              from journal j join entry e on e.journal_id = j.id join account a on a.id = e.account_id
              left join joint_purchase p on j.source_type = 'joint_purchase' and p.id = j.source_id
              left join wish w on j.source_type = 'wish' and w.id = j.source_id
             where j.source_type in ('joint_purchase', 'wish') group by 1, 2, 3, 4)
        select purchase_id || ' ' || cooperative_id as what
          from (select purchase_id, cooperative_id, sum(cents) as cents from said group by 1, 2) s
          full join (select purchase_id, cooperative_id, -sum(cents) as cents from moved
                      where kind in ('pot', 'reserved', 'receivable_member', 'cooperative_fund') group by 1, 2) m
               using (purchase_id, cooperative_id)
         where coalesce(s.cents, 0) <> coalesce(m.cents, 0)
        union all
        select purchase_id::text from moved group by purchase_id
        having sum(cents) filter (where kind in ('receivable_cooperative', 'payable_cooperative')) <> 0
            or coalesce(sum(cents) filter (where kind in {MONEY}), 0)
               <> (select b.cents from billed b where b.id = moved.purchase_id)
        union all
        select m.purchase_id::text from moved m join joint_purchase p on p.id = m.purchase_id
         where m.kind = 'vat' and (m.party in ('1a', '1b') or m.cooperative_id <> p.cooperative_id)
         group by p.id, m.purchase_id
        having sum(m.cents) < 0 or sum(m.cents) <> 0 and array[p.cooperative_id] || p.partner_ids <@ p.deducting_ids""",
    "I10 the parts and costs of an assignment make its price, and partners book what the lead says they charge": """
        with sale as (
            select o.assignment_id, o.id, o.cooperative_id, o.buyer_id, o.net_cents - coalesce((
                   select sum(r.net_cents) from credit r where r.order_id = o.id and r.reversed_on is null), 0) as net
              from "order" o where o.assignment_id is not null and o.state = 'completed'),
        earned as (
            select order_id, sum(net_cents - refunded_cents) as net from earning group by 1)
        select a.id::text as what from assignment a
          join sale c on c.assignment_id = a.id and c.buyer_id is null
         where c.net <> (select coalesce(sum((k ->> 'cents')::bigint
                                             - coalesce(k ->> 'deducted_vat_cents', '0')::bigint), 0)
                           from jsonb_array_elements(a.costs) k)
                      + (select coalesce(sum(e.cents), 0) from entry e join journal j on j.id = e.journal_id
                           left join credit r on j.source_type = 'credit' and r.id = j.source_id
                          where coalesce(e.facts ->> 'of', e.rule) = 'lead_bears'
                            and coalesce(r.order_id, j.source_id) in (c.id, a.id))
                      + (select coalesce(sum(e.net), 0) from sale s join earned e on e.order_id = s.id
                          where s.assignment_id = a.id)
        union all
        select s.id::text from sale s left join earned e on e.order_id = s.id
         where s.buyer_id is not null and s.net <> coalesce(e.net, 0)""",
    "I10 what one cooperative owes another by its books, that one is owed by its own": """
        with said as (
            select a.cooperative_id as debtor, a.party as creditor, e.cents
              from entry e join account a on a.id = e.account_id
             where a.kind = 'payable_cooperative' and a.party is not null
               and e.rule <> 'share_of_surplus' and coalesce(e.facts ->> 'of', '') <> 'share_of_surplus'
            union all
            select a.party::uuid, a.cooperative_id::text, e.cents
              from entry e join account a on a.id = e.account_id
             where a.kind = 'receivable_cooperative' and a.party is not null and e.rule <> 'parent_share')
        select debtor || ' owes ' || creditor as what from said group by debtor, creditor having sum(cents) <> 0""",
    "I10 what was netted is what both sides booked": f"""
        select n.id::text as what from netting n
          left join journal j on j.source_type = 'netting' and j.source_id = n.id and {STANDS}
          left join entry e on e.journal_id = j.id left join account a on a.id = e.account_id
         group by n.id
        having count(distinct j.cooperative_id) <> case n.state when 'confirmed' then 2 else 0 end
            or coalesce(sum(e.cents) filter (where a.kind in {MONEY}), 0) <> 0
            or coalesce(-sum(e.cents) filter (where a.kind = 'payable_cooperative'), 0)
               <> case n.state when 'confirmed' then n.first_owes_cents + n.second_owes_cents else 0 end
            or coalesce(sum(e.cents) filter (where a.kind in {MONEY} and a.cooperative_id = n.first_id), 0)
               <> case n.state when 'confirmed' then n.first_owes_cents - n.second_owes_cents else 0 end""",
    "I11 closed months are as they were when they were closed": """
        select p.cooperative_id || ' ' || p.month as what from period p
         where p.digest is not null and p.digest <> month_digest(p.cooperative_id, p.month)""",
    "I12 the chain of seals verifies, and what was booked a day ago is sealed": """
        select cooperative_id || ' link ' || number as what from (
            select s.*, lag(s.digest, 1, '') over w as before, row_number() over w as n from seal s
            window w as (partition by cooperative_id order by number)) chain
         where number <> n or previous <> before
            or not exists (
                select 1 from seal_item i join journal j on j.id = i.journal_id
                 where i.cooperative_id = chain.cooperative_id and i.number = chain.number
                having sha256(chain.previous || string_agg(j.row_hash, '' order by i.position)) = chain.digest
                   and count(*) = chain.journals)
        union all
        select i.journal_id::text from seal_item i
         where not exists (select 1 from seal s where s.cooperative_id = i.cooperative_id and s.number = i.number)
            or not exists (select 1 from journal j where j.id = i.journal_id)
        union all
        select j.id::text from journal j where j.booked_at < now() - interval '1 day'
           and not exists (select 1 from seal_item i where i.journal_id = j.id)""",
    "I13 a journal has one currency, that of its accounts, which are its cooperative's": """
        select j.id::text as what from journal j
          join entry e on e.journal_id = j.id join account a on a.id = e.account_id
         where a.currency <> j.currency or a.cooperative_id <> j.cooperative_id""",
    "I14 what is held is what the earnings say is held": """
        select coalesce(a.member_id, e.member_id)::text as what
          from (select a.member_id, b.posted from account a join balance b on b.account_id = a.id
                 where a.kind = 'held') a
          full join (select member_id, sum(held_cents) as cents from earning where state = 'held' group by 1) e
               using (member_id)
         where coalesce(a.posted, 0) <> coalesce(e.cents, 0)""",
    "I14 what is reserved is what the requests say is reserved": """
        select who::text as what
          from (select coalesce(a.member_id, a.cooperative_id) as who, b.posted
                  from account a join balance b on b.account_id = a.id where a.kind = 'reserved') a
          full join (select who, sum(cents) as cents from (
                        select member_id as who, reserved_cents as cents from spending
                        union all
                        select case paid_by when 'pot' then member_id else cooperative_id end, reserved_cents
                          from wish) r group by 1) s using (who)
         where coalesce(a.posted, 0) <> coalesce(s.cents, 0)""",
    "I14 what was paid, granted and traded is what the books say of it": f"""
        with said as (
            select 'payment' as source_type, id as source_id,
                   case when reversed_on is null and state = 'recorded' then -cents else 0 end as n
              from payment
            union all
            select 'repayment', id, case when reversed_on is null then cents else 0 end from repayment
             where payment_id is null
            union all
            select 'spending', id, case when paid_on is null or exists (
                        select from bill b where b.payer_id = spending.id and b.state = 'approved')
                                        then 0 else coalesce(spent_cents, cents) end from spending
            union all
            select 'remittance', id, case when settled_on is null or by_payouts then 0 else cents end from remittance
            union all
            select 'ballot', id, case when paid_on is null then 0 else cents end from ballot
            union all
            select 'allowance', id, case when reversed_by is null then cents else 0 end from allowance
            union all
            select 'barter', id, case state when 'confirmed' then minutes else 0 end from barter),
        booked as (
            select case j.source_type when 'refund' then 'repayment' else j.source_type end as source_type, j.source_id,
                   sum(e.cents) as n
              from journal j join entry e on e.journal_id = j.id join account a on a.id = e.account_id
             where case j.source_type when 'allowance' then a.kind = 'payable_member'
                                      when 'barter' then e.cents > 0 and {STANDS} else {CAME_IN} end
               and (j.source_type = 'refund' or j.source_type in (select source_type from said))
             group by 1, 2)
        select source_type || ' ' || source_id as what from said full join booked using (source_type, source_id)
         where coalesce(said.n, 0) <> coalesce(booked.n, 0)""",
    "I14 the months in which the money of a pot was earned add up to what is left of it": f"""
        select coalesce(a.member_id, l.member_id)::text as what
          from (select a.member_id, sum(b.posted) as cents from account a join balance b on b.account_id = a.id
                 where a.kind in ('pot', 'reserved', 'receivable_member') and a.member_id is not null group by 1) a
          full join (select member_id, sum(cents) as cents from ({LOTS}) l group by 1) l using (member_id)
         where coalesce(a.cents, 0) <> coalesce(l.cents, 0)""",
    "I24 what people booked has a day that can be": f"""
        select 'journal ' || j.id || ' ' || j.effective_on as what from journal j
         where j.reverses is null and j.effective_on not {SENSIBLE}
           and not exists (select 1 from journal r where r.reverses = j.id)
        union all
        select 'agreement ' || id || ' ' || active_from from agreement
         where cooperative_signed_at is not null and municipality_signed_at is not null
           and active_from not {SENSIBLE}
        union all
        select 'internal delivery ' || id || ' ' || delivered_on from internal_delivery
         where state = 'proposed' and delivered_on not {SENSIBLE}
        union all
        select 'month of member ' || member_id || ' ' || month from member_month
         where opening_cents <> 0 and month not {SENSIBLE}
        union all
        select 'month of fund ' || cooperative_id || ' ' || month from fund_month
         where opening_cents <> 0 and month not {SENSIBLE}""",
}


async def broken(tx: Tx) -> dict[str, list[str]]:
    """Each invariant with the rows that break it; all lists are empty if the books are right."""
    each = INVARIANTS | OF_ORDERS | OF_RESULTS | OF_PRICES | OF_INVOICES | OF_PAYOUTS | OF_BANK
    found = {name: await _breaking(tx, sql) for name, sql in each.items()}
    return found | {I8: await _other_splits(tx)}


async def _breaking(tx: Tx, sql: str) -> list[str]:
    """The rows that break an invariant, including rows that make its query fail."""
    try:
        async with tx.savepoint():
            return [row["what"] for row in await tx.rows(sql)]
    except PostgresError as error:
        if failure_of(error) is not None:
            raise
        return [f"cannot be asked: {type(error).__name__}"]


async def _other_splits(tx: Tx) -> list[str]:
    """The earnings whose split differs when it is computed again, a thousand at a time."""
    versions: dict[UUID, Agreement] = {}
    wrong: list[str] = []
    last = UUID(int=0)
    sql = f"""{earnings.select} where t.id > $1 and t.agreement_id is not null and t.refunded_cents = 0
              and t.state in ('posted', 'held') order by t.id limit 1000"""
    while rows := await tx.rows(sql, last):
        for row in rows:
            last = row["id"]
            try:
                earning = earnings.load(row)
                version = earning.booked_under
                if version not in versions:
                    versions[version] = await get_agreement(tx, version)
                right = comes_out_again(versions[version], earning)
            except (ValueError, LookupError, TypeError, DomainError):  # what cannot even be read is wrong
                right = False
            if not right:
                wrong.append(str(last))
    return wrong
