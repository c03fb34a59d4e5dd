-- Debts of members who left that nobody expects to be paid any more; the fund bears them.
create table debt_write_off (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    member_id uuid not null references member,
    cents bigint not null,
    reason text not null,
    proposed_by uuid not null references person,
    proposed_at timestamptz not null,
    state text not null,
    confirmed_by uuid references person,
    confirmed_on date,
    version integer not null,
    constraint debt_write_off_cents check (cents > 0),
    constraint debt_write_off_state check (state in ('proposed', 'confirmed', 'withdrawn', 'reversed')),
    constraint debt_write_off_two_people check (confirmed_by <> proposed_by),
    constraint debt_write_off_confirmed check (
        (confirmed_by is not null) = (state in ('confirmed', 'reversed'))
        and (confirmed_on is null) = (confirmed_by is null)),
    constraint debt_write_off_reason_length check (char_length(reason) <= 500)
);
create index ix_debt_write_off_cooperative_id on debt_write_off (cooperative_id);
create index ix_debt_write_off_member_id on debt_write_off (member_id);
