-- Where the person who asks is a member.
create function my_cooperatives() returns uuid[] language sql stable security definer
    set search_path = public, pg_temp as
$$ select coalesce(array_agg(cooperative_id), '{}') from member where id = any(my_members()) $$
--;
alter function my_cooperatives() owner to samen_books
--;
revoke execute on function my_cooperatives() from public
--;
grant execute on function my_cooperatives() to samen_app, samen_books
--;
alter table ballot enable row level security
--;
alter table ballot force row level security
--;
create policy own_and_staff on ballot to samen_app
 using (cooperative_id = any((select my_staff())::uuid[]) or cooperative_id = any((select my_cooperatives())::uuid[]))
--;
create policy books on ballot to samen_books using (true) with check (true)
--;
grant select, insert, update on ballot to samen_app
--;
grant select, insert, update, delete on ballot to samen_books
