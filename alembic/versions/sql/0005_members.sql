create trigger append_only before update or delete on member_event for each row execute function refuse_change()
--;
create trigger never_truncate before truncate on member_event for each statement execute function refuse_change()
--;
alter table member_event enable row level security
--;
alter table member_event force row level security
--;
create policy own_and_staff on member_event to samen_app
 using (cooperative_id = any((select my_staff())::uuid[]) or member_id = any((select my_members())::uuid[]))
 with check (cooperative_id = any((select my_staff())::uuid[]) or member_id = any((select my_members())::uuid[]))
--;
create policy books on member_event to samen_books using (true) with check (true)
--;
grant select, insert on member_event to samen_app
--;
grant select, insert on member_event to samen_books
