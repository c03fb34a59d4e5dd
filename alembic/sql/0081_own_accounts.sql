-- A cooperative has several bank accounts of its own; customers pay to one of them. A closed one is the bank's no more.
alter table bank_account
    add column for_customers boolean not null default true,
    drop constraint bank_account_state,
    add constraint bank_account_state
        check (state in ('proposed', 'confirmed', 'withdrawn', 'replaced', 'closed')) not valid,
    drop constraint bank_account_confirmed,
    add constraint bank_account_confirmed check (
        (confirmed_by is not null) = (state in ('confirmed', 'replaced', 'closed'))
        and (confirmed_at is null) = (confirmed_by is null)) not valid;
alter table bank_account validate constraint bank_account_state, validate constraint bank_account_confirmed;
drop index bank_account_one_proposed, bank_account_one_confirmed;
create unique index bank_account_one_proposed on bank_account (cooperative_id, iban) where state = 'proposed';
create unique index bank_account_one_proposed_for_customers on bank_account (cooperative_id)
    where state = 'proposed' and for_customers;
create unique index bank_account_one_confirmed on bank_account (cooperative_id, iban) where state = 'confirmed';
create unique index bank_account_one_confirmed_for_customers on bank_account (cooperative_id)
    where state = 'confirmed' and for_customers;
