-- The first day of the first bank statement of a cooperative. From then on only lines of statements move its bank accounts.
alter table cooperative add column statements_from date;

create table bank_statement (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    iban text not null,
    number text not null,
    first_on date not null,
    last_on date not null,
    opening_cents bigint not null,
    closing_cents bigint not null,
    source text not null,
    state text not null,
    entered_by uuid not null references person,
    entered_at timestamptz not null,
    confirmed_by uuid references person,
    version integer not null,
    constraint bank_statement_iban check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
    constraint bank_statement_source check (source in ('file', 'typed')),
    constraint bank_statement_state check (state in ('proposed', 'confirmed', 'withdrawn')),
    constraint bank_statement_two_people check (confirmed_by <> entered_by),
    constraint bank_statement_days check (first_on <= last_on),
    constraint bank_statement_number_length check (char_length(number) <= 140)
);
create index bank_statement_of_account on bank_statement (cooperative_id, iban, last_on);

create table bank_line (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    statement_id uuid not null references bank_statement,
    iban text not null,
    day date not null,
    cents bigint not null,
    identity text not null,
    place integer not null,
    text text not null,
    bank_reference text,
    counterparty_iban text,
    counterparty_name text,
    end_to_end_id text,
    batch_id text,
    is_return boolean not null default false,
    return_reason text,
    bank_code text,
    is_difference boolean not null default false,
    parked_reason text,
    parked_by uuid references person,
    version integer not null,
    constraint bank_line_place check (place >= 1),
    constraint bank_line_parked check ((parked_reason is null) = (parked_by is null)),
    constraint bank_line_identity_length check (char_length(identity) <= 1000),
    constraint bank_line_text_length check (char_length(text) <= 5000),
    constraint bank_line_bank_reference_length check (char_length(bank_reference) <= 140),
    constraint bank_line_counterparty_iban_length check (char_length(counterparty_iban) <= 34),
    constraint bank_line_counterparty_name_length check (char_length(counterparty_name) <= 140),
    constraint bank_line_end_to_end_id_length check (char_length(end_to_end_id) <= 140),
    constraint bank_line_batch_id_length check (char_length(batch_id) <= 140),
    constraint bank_line_return_reason_length check (char_length(return_reason) <= 200),
    constraint bank_line_bank_code_length check (char_length(bank_code) <= 60),
    constraint bank_line_parked_reason_length check (char_length(parked_reason) <= 1000),
    unique (cooperative_id, iban, day, cents, identity, place)
);
create index ix_bank_line_statement_id on bank_line (statement_id);

-- The bank lines that payments of customers came by, and repayments went by.
alter table payment add column bank_line_id uuid references bank_line;
create index ix_payment_bank_line_id on payment (bank_line_id);
alter table repayment add column bank_line_id uuid references bank_line;
create index ix_repayment_bank_line_id on repayment (bank_line_id);
