-- After a restore the database may know fewer numbers than were given out. Then a series is unchecked, and gives none, until
-- the treasurer has said which number left last.
alter table invoice_series add column unchecked boolean not null default false;

create table invoice_lost (
    cooperative_id uuid not null,
    year smallint not null,
    sequence integer not null constraint invoice_lost_sequence check (sequence > 0),
    noted_by uuid not null references person,
    noted_at timestamptz not null,
    primary key (cooperative_id, year, sequence),
    constraint invoice_lost_series foreign key (cooperative_id, year) references invoice_series
);

create table restoration (
    noted_at timestamptz primary key
);
