-- The lines of an order have terms: those of its last ones count.
alter table "order" add column terms smallint not null default 1;
alter table order_line
    add column terms smallint not null default 1,
    add column replaces uuid[] not null default '{}',
    add column kept_net_cents bigint not null default 0,
    add column kept_vat_cents bigint not null default 0,
    add column taxed_as text,
    add column taxed_purchase_cents bigint,
    add constraint order_line_terms check (terms > 0 and cardinality(replaces) = terms - 1) not valid;
alter table order_line validate constraint order_line_terms;

-- The times in which a cooperative charges no VAT, and the lock under which the supplies of a year are counted.
create table small_business_spell (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    since date not null,
    until date,
    version integer not null,
    constraint small_business_spell_days check (until >= since)
);
create index ix_small_business_spell_cooperative_id on small_business_spell (cooperative_id);
create unique index small_business_spell_open on small_business_spell (cooperative_id) where until is null;
create table small_business_year (
    entity text not null,
    year integer not null,
    primary key (entity, year)
);
insert into small_business_spell (id, cooperative_id, since, version)
select uuidv7(), id, small_business_from, 1 from cooperative where small_business_from is not null;

-- Lines without VAT by the scheme remember what they are otherwise: as their edition says, or their job. Of these
-- cooperatives a line of neither is taken for one that counts.
alter table order_line disable trigger user;
with free as (
    select l.id, l.order_id, l.offering_id, l.edition, l.member_id, l.title, a.lines,
           row_number() over (partition by l.order_id order by l.id) as place
      from order_line l join "order" o on o.id = l.order_id
      join cooperative c on c.id = o.cooperative_id and c.small_business_from is not null
      left join assignment a on a.order_id = o.id
     where l.vat_class = 'exempt'),
classes as (
    select f.id, f.offering_id,
           coalesce(e.contents ->> 'vat_class', p.vat_class, f.lines -> (f.place - 1)::int ->> 'vat_class', 'standard')
               as vat_class,
           case when coalesce(e.contents ->> 'vat_class', p.vat_class) = 'margin' then p.purchase_cents end as purchase_cents
      from free f
      left join offering p on p.id = f.offering_id
      left join offering_edition e on e.offering_id = f.offering_id and e.edition = f.edition)
update order_line l
   set taxed_as = c.vat_class, taxed_purchase_cents = c.purchase_cents
  from classes c where c.id = l.id and c.vat_class <> 'exempt';
alter table order_line enable trigger user;
-- The view of the catalogue and the triggers that name it are made anew after the last revision.
alter table cooperative drop column small_business_from cascade;

-- Requests have other fields now, so that those of before cannot be compared any more: their keys alone say which they were.
update idempotency set request_hash = '';
