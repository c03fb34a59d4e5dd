-- A supplier's credit that was undone. Its own columns stay as they are.
alter table purchase_credit
    add column reversed_on date,
    add column version integer not null default 1;

-- Several journals with sources of their own may book one act, which is undone once.
alter table journal_reversal add column act_id uuid;
drop index journal_reversal_one_open;
create unique index journal_reversal_one_open on journal_reversal ((coalesce(act_id, source_id)))
    where state = 'proposed';

-- The customer's credit that a partner's credit of the same job is a part of; and each earning as it was before.
alter table credit add column part_of uuid references credit;
create index ix_credit_part_of on credit (part_of);
create table earning_before (
    id uuid primary key,
    credit_id uuid not null references credit,
    earning_id uuid not null references earning,
    cooperative_id uuid not null references cooperative,
    cents bigint not null,
    kept_cents bigint not null,
    held_cents bigint not null,
    state text not null,
    legs jsonb not null,
    decision integer not null,
    constraint earning_before_cents check (cents > 0)
);
create index ix_earning_before_credit_id on earning_before (credit_id);
create index ix_earning_before_earning_id on earning_before (earning_id);
create index ix_earning_before_cooperative_id on earning_before (cooperative_id);
