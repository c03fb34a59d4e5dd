-- Until now nothing was deducted.
alter table joint_purchase
    add column deductible boolean not null default false,
    add column deducting_ids uuid[] not null default '{}',
    add column entity_ids uuid[] not null default '{}';
alter table purchase_credit
    add column vat_cents bigint not null default 0,
    add constraint purchase_credit_vat check (vat_cents between 0 and cents) not valid;
