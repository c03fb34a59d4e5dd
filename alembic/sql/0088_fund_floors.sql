-- The least that people may leave in the fund, until a day. Of each cooperative at most one is proposed, and one confirmed.
create table fund_floor (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    floor_cents bigint not null,
    until date not null,
    reason text not null,
    state text not null,
    proposed_by uuid not null references person,
    proposed_at timestamptz not null,
    confirmed_by uuid references person,
    confirmed_at timestamptz,
    version integer not null,
    constraint fund_floor_state check (state in ('proposed', 'confirmed', 'withdrawn', 'replaced')),
    constraint fund_floor_two_people check (confirmed_by <> proposed_by),
    constraint fund_floor_confirmed check (
        (confirmed_by is not null) = (state in ('confirmed', 'replaced'))
        and (confirmed_at is null) = (confirmed_by is null)),
    constraint fund_floor_reason_length check (char_length(reason) <= 500)
);
create index ix_fund_floor_cooperative_id on fund_floor (cooperative_id);
create unique index fund_floor_one_proposed on fund_floor (cooperative_id) where state = 'proposed';
create unique index fund_floor_one_confirmed on fund_floor (cooperative_id) where state = 'confirmed';
