-- Bank statements and their lines: for the staff of the cooperative alone. A statement that was typed is for its second person
-- too, who confirms it. What a bank said is never changed; people say only why a line has no place yet.
alter table bank_statement enable row level security, force row level security;
grant select, insert, update (state, confirmed_by, taken_at, version) on bank_statement to samen_app;
create policy read on bank_statement for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or source = 'typed' and cooperative_id = any((select my_approvals() || my_parts())::uuid[]));
create policy add on bank_statement for insert to samen_app
    with check (entered_by = (select my_person()) and cooperative_id = any((select my_offices())::uuid[])
                and (state = 'confirmed') = (source = 'file'));
create policy change on bank_statement for update to samen_app
    using (source = 'typed' and cooperative_id = any((select my_offices() || my_approvals() || my_parts())::uuid[]));
create trigger by_the_second_person before update on bank_statement for each row
    when (new.state = 'confirmed' and old.state <> 'confirmed') execute function confirms_in_own_name();
create trigger was_decided before update on bank_statement for each row
    when (old.state <> 'proposed' and new.* is distinct from old.*) execute function refuse_change();
create trigger append_only before delete on bank_statement for each row execute function refuse_change();
create trigger never_truncate before truncate on bank_statement for each statement execute function refuse_change();

alter table bank_line enable row level security, force row level security;
grant select, insert, update (parked_reason, parked_by, version) on bank_line to samen_app;
create policy read on bank_line for select to samen_app using (cooperative_id = any((select my_staff())::uuid[]));
create policy add on bank_line for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[])
                and exists (select from bank_statement s
                             where s.id = statement_id and s.cooperative_id = bank_line.cooperative_id));
create policy change on bank_line for update to samen_app using (cooperative_id = any((select my_staff())::uuid[]));
create trigger append_only before delete on bank_line for each row execute function refuse_change();
create trigger never_truncate before truncate on bank_line for each statement execute function refuse_change();
