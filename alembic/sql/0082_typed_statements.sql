-- The lines of a typed statement, as typed: they get into the books once a second person has confirmed it.
alter table bank_statement add column typed jsonb not null default '[]';
create index bank_line_of_cooperative on bank_line (cooperative_id, id);
