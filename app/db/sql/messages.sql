-- Mails: written and sent by the worker.
alter table message enable row level security, force row level security;
grant select, insert, update (state, tries, next_try_at, note, done_at), delete on message to samen_worker;
create policy work on message to samen_worker using (true) with check (true);
