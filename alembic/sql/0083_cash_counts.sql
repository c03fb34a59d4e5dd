-- What was in the till, and what the books said of that day.
create table cash_count (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    counted_on date not null,
    cents bigint not null,
    expected_cents bigint not null,
    counted_by uuid not null references person,
    counted_at timestamptz not null,
    version integer not null,
    constraint cash_count_cents check (cents >= 0)
);
create index cash_count_of_cooperative on cash_count (cooperative_id, counted_on);
