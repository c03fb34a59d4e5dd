-- Payments that go to the bank in one file, which is sealed.
create table payment_batch (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    bank_account_id uuid not null references bank_account,
    made_by uuid not null references person,
    made_at timestamptz not null,
    state text not null,
    approved_by uuid references person,
    approved_at timestamptz,
    sent_at timestamptz,
    execute_on date,
    file_key bytea,
    file bytea,
    version integer not null,
    constraint payment_batch_state check (state in ('draft', 'approved', 'sent', 'done', 'withdrawn')),
    constraint payment_batch_two_people check (approved_by <> made_by),
    constraint payment_batch_approved check ((approved_by is null) = (approved_at is null)),
    constraint payment_batch_file check ((file_key is null) = (file is null))
);
create index ix_payment_batch_cooperative_id on payment_batch (cooperative_id);

create table payment_item (
    id uuid primary key,
    batch_id uuid not null references payment_batch,
    cooperative_id uuid not null references cooperative,
    creditor_kind text not null,
    creditor_id uuid not null,
    cents bigint not null,
    text text not null,
    payee_account_id uuid references payee_account,
    state text not null,
    reason text,
    version integer not null,
    constraint payment_item_cents check (cents > 0),
    constraint payment_item_state check (state in ('open', 'sent', 'paid', 'returned', 'refused', 'left')),
    constraint payment_item_left check ((state = 'left') = (reason is not null)),
    constraint payment_item_creditor_kind
        check (creditor_kind in ('supplier', 'member', 'municipality', 'cooperative', 'customer')),
    constraint payment_item_text_length check (char_length(text) <= 140),
    constraint payment_item_reason_length check (char_length(reason) <= 40)
);
create index ix_payment_item_batch_id on payment_item (batch_id);
create index payment_item_of_creditor on payment_item (creditor_id);

-- That somebody said, after a restore, which batches of a cooperative had left.
create table payment_check (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    checked_at timestamptz not null,
    checked_by uuid not null references person
);
create index ix_payment_check_cooperative_id on payment_check (cooperative_id);
