-- The supplier's credit that a credit note of a joint purchase is for; and one first invoice for each of its partners.
alter table invoice add column purchase_credit_id uuid references purchase_credit;
create unique index invoice_purchase_once on invoice (purchase_id, buyer_id)
    where kind = 'partner' and refers_to = '{}';
