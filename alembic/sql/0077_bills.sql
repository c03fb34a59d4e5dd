create table bill (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    creditor_kind text not null,
    creditor_id uuid not null,
    number text not null,
    billed_on date not null,
    due_on date,
    lines jsonb not null,
    net_cents bigint not null,
    vat_cents bigint not null,
    cents bigint not null,
    vat_treatment text not null,
    payer_kind text not null,
    payer_id uuid,
    payer_purpose text,
    payment_reference text,
    source text,
    credits_id uuid references bill,
    entered_by uuid not null references person,
    entered_at timestamptz not null,
    state text not null,
    approved_by uuid references person,
    approved_at timestamptz,
    deducted_vat_cents bigint not null,
    reason text not null,
    version integer not null,
    constraint bill_creditor check (creditor_kind in ('supplier', 'member')),
    constraint bill_treatment
        check (vat_treatment in ('domestic', 'reverse_charged', 'eu', 'outside_eu', 'foreign')),
    constraint bill_state check (state in ('received', 'approved', 'disputed', 'rejected')),
    constraint bill_cents check (cents <> 0 and cents = net_cents + vat_cents),
    constraint bill_two_people check (approved_by <> entered_by),
    constraint bill_approved check (
        (approved_by is not null) = (state = 'approved') and (approved_at is null) = (approved_by is null)),
    constraint bill_payer check (
        case payer_kind when 'fund' then payer_id is null and payer_purpose is null
                        when 'training_pot' then payer_id is null and payer_purpose is null
                        when 'restricted_fund' then payer_id is not null and payer_purpose is not null
                        when 'spending' then payer_id is not null and payer_purpose is null and cents > 0
                        else false end),
    constraint bill_number_length check (char_length(number) <= 60),
    constraint bill_payer_purpose_length check (char_length(payer_purpose) <= 60),
    constraint bill_payment_reference_length check (char_length(payment_reference) <= 35),
    constraint bill_source_length check (char_length(source) <= 60),
    constraint bill_reason_length check (char_length(reason) <= 500)
);
create unique index bill_number_once on bill (cooperative_id, creditor_kind, creditor_id, lower(number collate pg_c_utf8))
    where state <> 'rejected';
create index ix_bill_cooperative_id on bill (cooperative_id);
create index bill_credits on bill (credits_id) where credits_id is not null;
create index bill_payer_of on bill (payer_id) where payer_id is not null;
