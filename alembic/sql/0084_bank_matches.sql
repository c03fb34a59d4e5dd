-- The parts of bank lines that have a place. A match is undone by the reversal of its journal; its row stays.
create table bank_match (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    line_id uuid not null references bank_line,
    cents bigint not null,
    what text not null,
    target_id uuid,
    creditor_kind text,
    category text,
    rule text not null,
    journal_kind text not null,
    source_type text not null,
    source_id uuid not null,
    matched_by uuid not null references person,
    matched_at timestamptz not null,
    constraint bank_match_cents check (cents <> 0),
    constraint bank_match_what check (what in ('order', 'creditor', 'category', 'cash', 'item', 'line')),
    constraint bank_match_target check ((target_id is null) = (what in ('category', 'cash'))),
    constraint bank_match_creditor check ((creditor_kind is null) = (what <> 'creditor')),
    constraint bank_match_category check ((category is null) = (what <> 'category')),
    constraint bank_match_rule_length check (char_length(rule) <= 40),
    constraint bank_match_journal_kind_length check (char_length(journal_kind) <= 40),
    constraint bank_match_source_type_length check (char_length(source_type) <= 40),
    constraint bank_match_creditor_kind_length check (char_length(creditor_kind) <= 40),
    constraint bank_match_category_length check (char_length(category) <= 40)
);
create index ix_bank_match_cooperative_id on bank_match (cooperative_id);
create index ix_bank_match_line_id on bank_match (line_id);
create index bank_match_target_id on bank_match (target_id);
create unique index bank_match_source on bank_match (source_type, source_id);
