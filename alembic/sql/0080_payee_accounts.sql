-- Where a cooperative pays its creditors. Of each creditor at most one account is proposed, and at most one confirmed. IBAN and
-- name of a member's account are sealed under the member's key, in base64.
create table payee_account (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    creditor_kind text not null,
    creditor_id uuid not null,
    member_id uuid references member,
    iban text,
    name text,
    sealed text,
    state text not null,
    proposed_by uuid not null references person,
    proposed_at timestamptz not null,
    confirmed_by uuid references person,
    confirmed_at timestamptz,
    version integer not null,
    constraint payee_account_creditor check (creditor_kind in ('supplier', 'member', 'municipality', 'cooperative', 'customer')),
    constraint payee_account_member check (
        (creditor_kind = 'member') = (member_id is not null) and (member_id is null or member_id = creditor_id)),
    constraint payee_account_iban check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
    constraint payee_account_sealed check (
        (sealed is not null) = (member_id is not null) and (iban is null) = (sealed is not null)
        and (name is null) = (sealed is not null)),
    constraint payee_account_state check (state in ('proposed', 'confirmed', 'withdrawn', 'replaced')),
    constraint payee_account_two_people check (confirmed_by <> proposed_by),
    constraint payee_account_confirmed check (
        (confirmed_by is not null or state not in ('confirmed', 'replaced'))
        and (confirmed_by is null or state <> 'proposed') and (confirmed_at is null) = (confirmed_by is null)),
    constraint payee_account_name_length check (char_length(name) <= 70),
    constraint payee_account_sealed_length check (char_length(sealed) <= 800)
);
create index ix_payee_account_cooperative_id on payee_account (cooperative_id);
create index ix_payee_account_member_id on payee_account (member_id);
create unique index payee_account_one_proposed on payee_account (cooperative_id, creditor_kind, creditor_id)
    where state = 'proposed';
create unique index payee_account_one_confirmed on payee_account (cooperative_id, creditor_kind, creditor_id)
    where state = 'confirmed';
