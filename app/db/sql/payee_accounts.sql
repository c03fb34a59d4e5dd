-- Where a cooperative pays its creditors: for its staff, for the outside approver and the officers of the umbrella, who may
-- confirm an account, and for the member who is paid. No lent view is enough to change where money goes.
alter table payee_account enable row level security, force row level security;
grant select, insert, update (state, confirmed_by, confirmed_at, version) on payee_account to samen_app;
create policy read on payee_account for select to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[])
           or member_id = any((select my_members())::uuid[]));
create policy add on payee_account for insert to samen_app
    with check (state = 'proposed' and proposed_by = (select my_person())
                and case when member_id is null then cooperative_id = any((select my_offices())::uuid[])
                         else member_id = any((select my_members())::uuid[])
                              and exists (select from member m
                                           where m.id = member_id and m.cooperative_id = payee_account.cooperative_id)
                    end);
create policy change on payee_account for update to samen_app
    using (cooperative_id = any((select my_offices() || my_approvals() || my_parts())::uuid[])
           or member_id = any((select my_members())::uuid[]));
create trigger by_the_second_person before update on payee_account for each row
    when (new.state = 'confirmed' and old.state <> 'confirmed') execute function confirms_in_own_name();
-- What was decided stays.
create trigger was_decided before update on payee_account for each row
    when (old.state in ('withdrawn', 'replaced') and new.* is distinct from old.*
          or old.state = 'confirmed'
             and (new.state = 'proposed' or new.confirmed_by is distinct from old.confirmed_by
                  or new.confirmed_at is distinct from old.confirmed_at))
    execute function refuse_change();

-- Whoever sees the account of a member opens it with the member's key.
create policy read_for_account on sealed_key for select to samen_app
    using (exists (select from payee_account a where a.member_id = sealed_key.member_id));
