"""The invariants of payouts: each is one query that must return no row."""

from app.db.books.order_invariants import MONEY

OF_PAYOUTS = {
    "I18 what creditors were paid is what the books say, and never more than they were owed": f"""
        select 'payout ' || p.id as what from payout p left join journal j on j.id = p.id
         where j.id is null or j.cooperative_id <> p.cooperative_id or j.effective_on <> p.paid_on
            or (select sum(e.cents) from entry e join account a on a.id = e.account_id
                 where e.journal_id = p.id and a.kind in {MONEY}) is distinct from p.cents
            or (select bool_or(case p.creditor_kind
                        when 'supplier' then a.party = (select s.account from supplier s where s.id = p.creditor_id)
                        else coalesce(a.member_id::text, a.party, a.cooperative_id::text) = p.creditor_id::text end)
                  from entry e join account a on a.id = e.account_id
                 where e.journal_id = p.id and e.cents < 0) is not true
        union all
        select 'journal ' || j.id from journal j where j.source_type = 'payout'
           and not exists (select 1 from payout p where p.id = j.source_id)
        union all
        select 'journal ' || j.id from journal j join entry e on e.journal_id = j.id
          join account a on a.id = e.account_id
         where j.kind = 'payout' and a.kind like 'payable_%' and e.balance_after < 0""",
    "I18 an item of a batch is booked once it is sent, and undone if it came back or was refused": f"""
        select 'item ' || i.id as what from payment_item i left join journal j on j.id = i.id
          left join journal r on r.reverses = i.id
         where (j.id is not null) <> (i.state in ('sent', 'paid', 'returned', 'refused'))
            or (r.id is not null) <> (i.state in ('returned', 'refused'))
            or j.id is not null and (select sum(e.cents) from entry e join account a on a.id = e.account_id
                                      where e.journal_id = i.id and a.kind in {MONEY}) is distinct from i.cents
        union all
        select 'batch ' || t.id from payment_batch t join payment_item i on i.batch_id = t.id
         group by t.id
        having (t.state in ('draft', 'approved')) <> bool_or(i.state = 'open')
            or (t.state = 'sent') <> bool_or(i.state = 'sent')""",
}
