-- Invoices: their numbers, what they show, the orders that they are for, and their files.
create table invoice_series (
    cooperative_id uuid not null references cooperative,
    year smallint not null,
    last integer not null constraint invoice_series_last check (last >= 0),
    last_issued_on date,
    primary key (cooperative_id, year)
);

create table invoice (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    kind text not null constraint invoice_kind check (
        kind in ('standard', 'simplified', 'deposit', 'final', 'collective', 'partner', 'credit_note')),
    year smallint not null,
    sequence integer not null,
    number text not null,
    issued_on date not null,
    issued_at timestamptz not null,
    due_on date,
    buyer_id uuid references cooperative,
    customer_person_id uuid references person,
    app_id uuid references app,
    buyer_name text not null constraint invoice_buyer_name_length check (char_length(buyer_name) <= 200),
    buyer_type text,
    kvk_number text,
    oin text,
    purchase_order text constraint invoice_purchase_order_length check (char_length(purchase_order) <= 100),
    rf_reference text,
    gross_cents bigint not null,
    payable_cents bigint not null,
    paper jsonb not null,
    digest text not null constraint invoice_digest check (digest ~ '^[0-9a-f]{64}$'),
    credit_id uuid references credit,
    purchase_id uuid references joint_purchase,
    refers_to uuid[] not null,
    sent_at timestamptz,
    updated_at timestamptz not null default now(),
    version integer not null,
    constraint invoice_number check (number ~ '^[A-Z]{1,6}[0-9]{4}-[0-9]{5,}$' and sequence > 0),
    constraint invoice_amounts check (gross_cents >= 0 and payable_cents between 0 and gross_cents),
    unique (cooperative_id, year, sequence),
    unique (cooperative_id, number)
);
create index invoice_number_of_anybody on invoice (number);
create index ix_invoice_buyer_id on invoice (buyer_id);
create index ix_invoice_customer_person_id on invoice (customer_person_id);
create index ix_invoice_app_id on invoice (app_id);
create index invoice_updated on invoice using brin (updated_at) with (autosummarize = on);
create index invoice_credit on invoice (credit_id) where credit_id is not null;
create index invoice_purchase on invoice (purchase_id) where purchase_id is not null;

create table invoice_order (
    id uuid primary key,
    invoice_id uuid not null references invoice,
    order_id uuid not null references "order",
    cooperative_id uuid not null references cooperative,
    groups jsonb not null,
    net_cents bigint not null,
    vat_cents bigint not null,
    unique (invoice_id, order_id)
);
create index ix_invoice_order_order_id on invoice_order (order_id);

create table invoice_sending (
    id uuid primary key,
    invoice_id uuid not null references invoice,
    cooperative_id uuid not null references cooperative,
    channel text not null constraint invoice_sending_channel check (channel in ('mail', 'by_hand')),
    at timestamptz not null,
    person_id uuid references person
);
create index ix_invoice_sending_invoice_id on invoice_sending (invoice_id);

create table document (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    owner_id uuid not null,
    name text not null constraint document_name_length check (char_length(name) <= 120),
    media_type text not null constraint document_media_type check (media_type in ('application/pdf', 'application/xml')),
    sha256 text not null,
    content bytea not null,
    made_at timestamptz not null,
    constraint document_content check (
        sha256 = encode(sha256(content), 'hex') and octet_length(content) <= 10485760),
    unique (owner_id, media_type)
);

alter table "order" add column deposit_cents bigint not null default 0,
                    add column invoice_id uuid,
                    add column pay_by date;
alter table "order" add constraint order_deposit check (deposit_cents >= 0) not valid;
alter table "order" validate constraint order_deposit;
create index order_without_invoice on "order" (cooperative_id, delivered_at)
    where invoice_id is null and state in ('delivered', 'completed');
create index order_invoice on "order" (invoice_id) where invoice_id is not null;
