-- Where the person who asks holds an office of a municipality.
create function my_municipalities(p_role text) returns uuid[] language sql stable security definer
    set search_path = public, pg_temp as
$$ select coalesce(array_agg(municipality_id), '{}') from office
    where person_id = my_person() and role = p_role and municipality_id is not null $$
--;
-- What stands in members' pots and what they owe, locked in one order; the application may not lock balances itself.
create function lock_pots(p_cooperative uuid, p_members uuid[])
    returns table (member_id uuid, kind text, posted bigint)
    language sql security definer set search_path = public, pg_temp as
$$ select a.member_id, a.kind, b.posted from account a join balance b on b.account_id = a.id
    where a.cooperative_id = p_cooperative and a.member_id = any(p_members)
      and a.kind in ('pot', 'receivable_member')
    order by a.id for update of b $$
--;
alter function lock_pots(uuid, uuid[]) owner to samen_books
--;
alter function my_municipalities(text) owner to samen_books
--;
revoke execute on function my_municipalities(text) from public
--;
grant execute on function my_municipalities(text) to samen_app, samen_books
--;
revoke execute on function lock_pots(uuid, uuid[]) from public
--;
grant execute on function lock_pots(uuid, uuid[]) to samen_app, samen_books
--;
alter table spending enable row level security
--;
alter table spending force row level security
--;
create policy own_and_staff on spending to samen_app
 using (member_id = any((select my_members())::uuid[])
        or state <> 'draft' and cooperative_id = any((select my_staff())::uuid[])
        or state <> 'draft' and policy = 'needs_municipal_consent'
           and municipality_id = any((select my_municipalities('case_manager'))::uuid[]))
--;
create policy books on spending to samen_books using (true) with check (true)
--;
grant select, insert, update on spending to samen_app
--;
grant select, insert, update, delete on spending to samen_books
