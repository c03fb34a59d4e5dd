-- Bills: entered by the staff; read also by the outside approver and the officers of the umbrella, who may approve them. What
-- was entered never changes: a wrong one is rejected, and entered anew.
alter table bill enable row level security, force row level security;
grant select, insert, update (state, approved_by, approved_at, deducted_vat_cents, reason, version) on bill to samen_app;
create policy read on bill for select to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[]));
create policy add on bill for insert to samen_app
    with check (state = 'received' and entered_by = (select my_person())
                and cooperative_id = any((select my_offices())::uuid[]));
create policy change on bill for update to samen_app
    using (cooperative_id = any((select my_offices() || my_approvals() || my_parts())::uuid[]));

-- Nobody approves in another's name.
create function approves_in_own_name() returns trigger
    language plpgsql as $$
begin
    if new.approved_by is distinct from my_person() and not keeps_all() then
        raise insufficient_privilege using message = 'only the second person approves this';
    end if;
    return new;
end $$;
create trigger by_the_second_person before update on bill for each row
    when (new.state = 'approved' and old.state <> 'approved') execute function approves_in_own_name();
-- What was rejected stays; an approval is undone as a whole, with its booking.
create trigger was_decided before update on bill for each row
    when (old.state = 'rejected' and new.* is distinct from old.*
          or old.state = 'approved'
             and (new.state not in ('approved', 'received')
                  or new.state = 'approved' and (new.approved_by is distinct from old.approved_by
                                                 or new.approved_at is distinct from old.approved_at)))
    execute function refuse_change();
create trigger bills_stay before delete on bill for each row execute function refuse_change();
create trigger never_truncate before truncate on bill for each statement execute function refuse_change();
