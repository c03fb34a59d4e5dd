-- What whoever decides about the debt of a member has to know: the member's state, and what they owe.
create function debtor(p_member uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object('state', m.state, 'owed', coalesce((
               select -b.posted from account a join balance b on b.account_id = a.id
                where a.cooperative_id = m.cooperative_id and a.kind = 'receivable_member' and a.currency = 'EUR'
                  and a.member_id = m.id), 0))
      from member m
     where m.id = p_member and (m.cooperative_id = any(my_staff() || my_approvals()) or is_my_part(m.cooperative_id))
$$;
grant execute on function debtor to samen_app;

-- Debts of members who left that are written off against the fund: for the staff, and for the outside approver and the
-- officers of the umbrella, who may confirm it.
alter table debt_write_off enable row level security, force row level security;
grant select, insert, update (state, confirmed_by, confirmed_on, version) on debt_write_off to samen_app;
create policy read on debt_write_off for select to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[]));
create policy add on debt_write_off for insert to samen_app
    with check (state = 'proposed' and proposed_by = (select my_person())
                and cooperative_id = any((select my_offices())::uuid[])
                and exists (select from member m
                             where m.id = member_id and m.cooperative_id = debt_write_off.cooperative_id));
create policy change on debt_write_off for update to samen_app
    using (cooperative_id = any((select my_offices() || my_approvals() || my_parts())::uuid[]));
create trigger by_the_second_person before update on debt_write_off for each row
    when (new.state = 'confirmed' and old.state <> 'confirmed') execute function confirms_in_own_name();
-- What was decided stays, until it is reversed; its words can be forgotten.
create trigger was_decided before update on debt_write_off for each row
    when (old.state in ('withdrawn', 'reversed') and new.state is distinct from old.state
          or old.state = 'confirmed'
             and (new.state not in ('confirmed', 'reversed') or new.confirmed_by is distinct from old.confirmed_by
                  or new.confirmed_on is distinct from old.confirmed_on))
    execute function refuse_change();
