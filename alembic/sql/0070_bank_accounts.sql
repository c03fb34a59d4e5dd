-- Where customers pay. Of each cooperative at most one is proposed, and at most one confirmed.
create table bank_account (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    iban text not null,
    name text not null,
    state text not null,
    proposed_by uuid not null references person,
    proposed_at timestamptz not null,
    confirmed_by uuid references person,
    confirmed_at timestamptz,
    version integer not null,
    constraint bank_account_iban check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
    constraint bank_account_state check (state in ('proposed', 'confirmed', 'withdrawn', 'replaced')),
    constraint bank_account_two_people check (confirmed_by <> proposed_by),
    constraint bank_account_confirmed check (
        (confirmed_by is not null) = (state in ('confirmed', 'replaced'))
        and (confirmed_at is null) = (confirmed_by is null)),
    constraint bank_account_name_length check (char_length(name) <= 70)
);
create index ix_bank_account_cooperative_id on bank_account (cooperative_id);
create unique index bank_account_one_proposed on bank_account (cooperative_id) where state = 'proposed';
create unique index bank_account_one_confirmed on bank_account (cooperative_id) where state = 'confirmed';

-- What the numbers of invoices begin with. A prefix that was used once stays taken within its legal entity.
alter table cooperative
    add column invoice_prefix text,
    add constraint cooperative_invoice_prefix check (invoice_prefix ~ '^[A-Z]{1,6}$' and invoice_prefix !~ '^RF');
create table invoice_prefix (
    owner text not null,
    prefix text not null,
    cooperative_id uuid not null references cooperative,
    since date not null,
    primary key (owner, prefix),
    constraint invoice_prefix_form check (prefix ~ '^[A-Z]{1,6}$' and prefix !~ '^RF')
);
create index ix_invoice_prefix_cooperative_id on invoice_prefix (cooperative_id);
