-- The lines of a remittance, which name members by a pseudonym and date each sale. A policy hides rows, no columns, so
-- they have a table of their own, which the municipality cannot read.
create table specification (
    id uuid primary key references remittance,
    cooperative_id uuid not null references cooperative,
    lines jsonb not null
);
insert into specification (id, cooperative_id, lines) select id, cooperative_id, lines from remittance;
alter table remittance
    add column by_rule jsonb not null default '{}',
    add column by_month jsonb not null default '{}',
    add column recomputed boolean;

-- The sum of the only rule of an older report is its total. Its other sums stay unknown: nobody asked for them so far.
update remittance r set by_rule = jsonb_build_object(s.rules[1], r.cents)
  from (select id, array_agg(distinct line ->> 'rule') as rules
          from specification, jsonb_array_elements(lines) as line group by id) s
 where s.id = r.id and cardinality(s.rules) = 1;
alter table remittance drop column lines, alter column by_rule drop default, alter column by_month drop default;

-- What a municipality was shown of a year under a version: it stays as it was computed first, so that asking every day
-- does not date a sale.
create table replay_figures (
    id uuid primary key,
    agreement_id uuid not null references agreement,
    cooperative_id uuid not null references cooperative,
    municipality_id uuid not null references municipality,
    year integer not null,
    rules text not null,
    result jsonb not null,
    constraint replay_figures_agreement_id_year_rules_key unique (agreement_id, year, rules)
);
