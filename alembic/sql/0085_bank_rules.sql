-- Standing rules: which bank lines are always the same cost or income of the fund. One that ended stays, for what it placed.
create table bank_rule (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    iban text,
    text text,
    category text not null,
    added_by uuid not null references person,
    added_at timestamptz not null,
    ended_at timestamptz,
    version integer not null,
    constraint bank_rule_iban check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
    constraint bank_rule_names_something check (iban is not null or char_length(text) >= 3),
    constraint bank_rule_text_length check (char_length(text) <= 120),
    constraint bank_rule_category_length check (char_length(category) <= 40)
);
create index ix_bank_rule_cooperative_id on bank_rule (cooperative_id);
