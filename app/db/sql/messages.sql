-- message
alter table message enable row level security;
alter table message force row level security;
grant select, insert, update, delete on message to samen_worker;
create policy work on message to samen_worker
    using (true)
    with check (true);
