-- Standing rules for bank lines: for the staff of the cooperative alone. One is ended, and never changed.
alter table bank_rule enable row level security, force row level security;
grant select, insert, update (ended_at, version) on bank_rule to samen_app;
create policy read on bank_rule for select to samen_app using (cooperative_id = any((select my_staff())::uuid[]));
create policy add on bank_rule for insert to samen_app
    with check (added_by = (select my_person()) and cooperative_id = any((select my_offices())::uuid[]));
create policy change on bank_rule for update to samen_app using (cooperative_id = any((select my_offices())::uuid[]));
create trigger was_ended before update on bank_rule for each row
    when (old.ended_at is not null) execute function refuse_change();
create trigger append_only before delete on bank_rule for each row execute function refuse_change();
create trigger never_truncate before truncate on bank_rule for each statement execute function refuse_change();
