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
}
