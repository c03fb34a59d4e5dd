-- `now()` is computed once, for all rows there are: they count as changed by this upgrade, and none is written.
alter table "order"
    add column external_reference text,
    add column payment_days smallint not null default 14,
    add column updated_at timestamptz not null default now(),
    add constraint order_external_reference_length check (char_length(external_reference) <= 100) not valid;
