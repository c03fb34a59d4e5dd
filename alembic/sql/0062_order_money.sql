-- What is taken off the price of an order, by line; money that goes back; what nobody expects any more.
create table credit (
    id uuid primary key,
    order_id uuid not null references "order",
    cooperative_id uuid not null references cooperative,
    net_cents bigint not null,
    vat_cents bigint not null,
    day date not null,
    reason text not null,
    credited_by uuid not null references person,
    credited_at timestamptz not null,
    reversed_on date,
    version integer not null,
    constraint credit_cents check (net_cents >= 0 and vat_cents >= 0 and net_cents + vat_cents > 0),
    constraint credit_reason_length check (char_length(reason) <= 500)
);
create index ix_credit_order_id on credit (order_id);

create table credit_line (
    credit_id uuid not null references credit,
    order_line_id uuid not null references order_line,
    order_id uuid not null references "order",
    net_cents bigint not null,
    vat_cents bigint not null,
    quantity integer not null,
    primary key (credit_id, order_line_id)
);
create index ix_credit_line_order_line_id on credit_line (order_line_id);

create table repayment (
    id uuid primary key,
    order_id uuid not null references "order",
    cooperative_id uuid not null references cooperative,
    cents bigint not null,
    paid_on date not null,
    method text not null,
    recorded_by uuid not null references person,
    recorded_at timestamptz not null,
    reversed_on date,
    reversed_by uuid references person,
    reason text not null,
    version integer not null,
    constraint repayment_cents check (cents > 0),
    constraint repayment_reason_length check (char_length(reason) <= 500)
);
create index ix_repayment_order_id on repayment (order_id);

create table write_off (
    id uuid primary key,
    order_id uuid not null references "order",
    cooperative_id uuid not null references cooperative,
    cents bigint not null,
    borne_by text not null,
    reason text not null,
    proposed_by uuid not null references person,
    proposed_at timestamptz not null,
    state text not null,
    confirmed_by uuid references person,
    confirmed_on date,
    version integer not null,
    constraint write_off_cents check (cents > 0),
    constraint write_off_state check (state in ('proposed', 'confirmed', 'withdrawn', 'reversed')),
    constraint write_off_two_people check (confirmed_by is null or confirmed_by <> proposed_by),
    constraint write_off_reason_length check (char_length(reason) <= 500)
);
create index ix_write_off_order_id on write_off (order_id);

alter table "order"
    add column written_off_cents bigint not null default 0,
    add column fund_bears boolean not null default false,
    add column charge_parts integer not null default 0;
alter table cost_claim
    add column deducted_vat_cents bigint not null default 0,
    add column borne_by text not null default 'earning';

-- Cash that a maker got at the door waits until the treasurer confirms it.
alter table payment
    add column state text not null default 'recorded',
    add column decided_by uuid references person,
    add constraint payment_state check (state in ('to_confirm', 'recorded', 'rejected')),
    add constraint payment_two_people check (decided_by is null or state = 'rejected' or decided_by <> recorded_by);
alter table payment alter column state drop default;

-- A refund was a credit, money that went back, or both at once. What was taken off was not said by line: it is shared
-- over the lines of each member as their earnings gave it up, and over those of nobody by their price.
insert into credit (id, order_id, cooperative_id, net_cents, vat_cents, day, reason, credited_by, credited_at, version)
select id, order_id, cooperative_id, cents - returned_cents - vat_cents, vat_cents, day, reason, refunded_by, refunded_at, 1
  from refund where cents > returned_cents;
-- Before revision 0043 an order that was refunded whole got no refund: its history says who did that, and when.
insert into credit (id, order_id, cooperative_id, net_cents, vat_cents, day, reason, credited_by, credited_at, version)
select uuidv7(), o.id, o.cooperative_id, o.net_cents - coalesce(c.net_cents, 0), o.vat_cents - coalesce(c.vat_cents, 0),
       (e.at at time zone 'Europe/Amsterdam')::date, '', e.person_id, e.at, 1
  from "order" o
  join lateral (select person_id, at from order_event
                 where order_id = o.id and verb = 'refund' and person_id is not null order by at desc limit 1) e on true
  left join lateral (select sum(net_cents) as net_cents, sum(vat_cents) as vat_cents from credit
                      where order_id = o.id) c on true
 where o.refunded_cents = o.net_cents + o.vat_cents
   and o.refunded_cents > coalesce(c.net_cents + c.vat_cents, 0);
insert into repayment (id, order_id, cooperative_id, cents, paid_on, method, recorded_by, recorded_at, reason, version)
select r.id, r.order_id, r.cooperative_id, m.cents, r.day, 'bank_transfer', r.refunded_by, r.refunded_at, '', 1
  from refund r
  join lateral (select sum(e.cents) as cents from journal j join entry e on e.journal_id = j.id
                  join account a on a.id = e.account_id
                 where j.source_type = 'refund' and j.source_id = r.id and j.kind = 'money_back' and a.kind = 'bank') m
    on m.cents > 0;
update earning e set refunded_cents = e.net_cents
  from "order" o where o.id = e.order_id and o.refunded_cents > 0 and o.refunded_cents = o.net_cents + o.vat_cents;
drop table refund;
alter table "order"
    alter column written_off_cents drop default,
    alter column fund_bears drop default,
    alter column charge_parts drop default,
    drop constraint order_refunded,
    add constraint order_refunded check (refunded_cents >= 0 and written_off_cents >= 0),
    add constraint order_price check (refunded_cents + written_off_cents <= net_cents + vat_cents);
alter table cost_claim alter column deducted_vat_cents drop default, alter column borne_by drop default;

-- The cooperatives whose books of before wait to be carried over to the chart of today, which follows the revisions.
create table books_to_carry_over (
    cooperative_id uuid primary key references cooperative
);
insert into books_to_carry_over
select id from cooperative c
 where exists (select from journal where cooperative_id = c.id) or exists (select from "order" where cooperative_id = c.id);
