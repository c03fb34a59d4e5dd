-- Prices were without VAT, except under the margin scheme, where VAT was inside already.
alter table offering
    add column price_basis text not null default 'excl',
    add column consumer_price_cents bigint not null default 0,
    add constraint offering_consumer_price check (consumer_price_cents >= 0) not valid;

-- The amounts of a line sum to those of its order. They have no value yet: the next revision computes them.
alter table order_line
    add column minutes integer,
    add column basis text,
    add column net_cents bigint,
    add column vat_cents bigint,
    add column gross_cents bigint;
