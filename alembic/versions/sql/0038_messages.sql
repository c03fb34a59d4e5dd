alter table message enable row level security
--;
alter table message force row level security
--;
create policy work on message to samen_worker using (true) with check (true)
--;
create policy books on message to samen_books using (true) with check (true)
--;
grant select, insert, update, delete on message to samen_worker, samen_books
