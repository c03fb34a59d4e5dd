-- The second layer of a journal: what the books earned and spent by it.
create table result_line (
    journal_id uuid not null references journal,
    line integer not null,
    category text not null,
    cents bigint not null,
    primary key (journal_id, line),
    constraint result_line_not_zero check (cents <> 0),
    constraint result_line_category_length check (char_length(category) <= 40)
);
