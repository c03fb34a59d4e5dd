alter table purchase_article
    add column received_on date,
    add column billed_pack_cents bigint,
    add column price_reason text not null default '',
    add column priced_by uuid references person,
    add constraint purchase_article_priced
        check (billed_pack_cents >= 0 and (billed_pack_cents is null) = (priced_by is null)) not valid,
    add constraint purchase_article_price_reason_length check (char_length(price_reason) <= 500) not valid;
alter table joint_purchase
    add column priced_by uuid[] not null default '{}',
    add column risen_cents bigint not null default 0,
    add column total_cents bigint,
    add constraint joint_purchase_priced check (settled_by is null or settled_by <> all (priced_by)) not valid,
    add constraint joint_purchase_billed check (risen_cents >= 0 and total_cents >= 0) not valid;

-- Until now everybody's payments made the bill.
update joint_purchase p
   set total_cents = p.left_cents + (select coalesce(sum(w.charged_cents), 0) from wish w where w.purchase_id = p.id)
 where p.state = 'settled';
