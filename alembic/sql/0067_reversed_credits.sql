-- A supplier's credit that was undone. Its own columns stay as they are.
alter table purchase_credit
    add column reversed_on date,
    add column version integer not null default 1;

-- Several journals with sources of their own may book one act, which is undone once.
alter table journal_reversal add column act_id uuid;
drop index journal_reversal_one_open;
create unique index journal_reversal_one_open on journal_reversal (kind, coalesce(act_id, source_id))
    where state = 'proposed';
