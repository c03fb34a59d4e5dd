-- Money that went to a creditor; its journal has its id.
create table payout (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    creditor_kind text not null,
    creditor_id uuid not null,
    cents bigint not null,
    paid_on date not null,
    method text not null,
    recorded_by uuid not null references person,
    recorded_at timestamptz not null,
    reason text not null,
    bank_line_id uuid references bank_line,
    constraint payout_cents check (cents > 0),
    constraint payout_method check (method in ('bank', 'cash')),
    constraint payout_creditor_kind
        check (creditor_kind in ('supplier', 'member', 'municipality', 'cooperative', 'customer')),
    constraint payout_reason_length check (char_length(reason) <= 500)
);
create index ix_payout_cooperative_id on payout (cooperative_id);
create index ix_payout_bank_line_id on payout (bank_line_id);
create index payout_of_creditor on payout (creditor_id);

-- Remittances that payouts to the municipality paid, and no payment of their own.
alter table remittance add column by_payouts boolean not null default false;
