-- The lines of a typed statement, as typed: they get into the books once a second person has confirmed it.
alter table bank_statement add column typed jsonb not null default '[]';
-- When a statement got into the books: of those that end on the same day, the one that was taken last says the balance.
alter table bank_statement add column taken_at timestamptz,
    add constraint bank_statement_taken check ((taken_at is not null) = (state = 'confirmed'));
create index bank_line_of_cooperative on bank_line (cooperative_id, id);
