-- How low people may bring the fund: for the staff, and for the outside approver and the officers of the umbrella, who may
-- confirm a floor.
alter table fund_floor enable row level security, force row level security;
grant select, insert, update (state, confirmed_by, confirmed_at, version) on fund_floor to samen_app;
create policy read on fund_floor for select to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[]));
create policy add on fund_floor for insert to samen_app
    with check (state = 'proposed' and proposed_by = (select my_person())
                and cooperative_id = any((select my_offices())::uuid[]));
create policy change on fund_floor for update to samen_app
    using (cooperative_id = any((select my_offices() || my_approvals() || my_parts())::uuid[]));
create trigger by_the_second_person before update on fund_floor for each row
    when (new.state = 'confirmed' and old.state <> 'confirmed') execute function confirms_in_own_name();
-- What was decided stays.
create trigger was_decided before update on fund_floor for each row
    when (old.state in ('withdrawn', 'replaced') and new.* is distinct from old.*
          or old.state = 'confirmed'
             and (new.state not in ('confirmed', 'replaced') or new.confirmed_by is distinct from old.confirmed_by
                  or new.confirmed_at is distinct from old.confirmed_at))
    execute function refuse_change();
