-- Batches of payments and their items: for the staff, and for the outside approver and the officers of the umbrella, who may
-- approve one. The file of a batch is made once.
alter table payment_batch enable row level security, force row level security;
grant select, insert, update (state, approved_by, approved_at, sent_at, execute_on, file_key, file, version)
    on payment_batch to samen_app;
create policy read on payment_batch for select to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[]));
create policy add on payment_batch for insert to samen_app
    with check (state = 'draft' and made_by = (select my_person())
                and cooperative_id = any((select my_offices())::uuid[]));
create policy change on payment_batch for update to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[]));

create trigger by_the_second_person before update on payment_batch for each row
    when (new.approved_by is distinct from old.approved_by) execute function approves_in_own_name();
create trigger was_decided before update on payment_batch for each row
    when (old.state = 'withdrawn' and new.* is distinct from old.*
          or old.state = 'done' and new.state not in ('done', 'sent')
          or old.file is not null and new.file is distinct from old.file
          or old.approved_by is not null and new.approved_by is distinct from old.approved_by)
    execute function refuse_change();
create trigger append_only before delete on payment_batch for each row execute function refuse_change();
create trigger never_truncate before truncate on payment_batch for each statement execute function refuse_change();

alter table payment_item enable row level security, force row level security;
grant select, insert, update (payee_account_id, state, reason, version) on payment_item to samen_app;
create policy read on payment_item for select to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[]));
create policy add on payment_item for insert to samen_app
    with check (state = 'open' and cooperative_id = any((select my_offices())::uuid[])
                and exists (select from payment_batch b
                             where b.id = batch_id and b.cooperative_id = payment_item.cooperative_id));
create policy change on payment_item for update to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[]));
create trigger append_only before delete on payment_item for each row execute function refuse_change();
create trigger never_truncate before truncate on payment_item for each statement execute function refuse_change();

-- Which batches had left was said, after a restore.
alter table payment_check enable row level security, force row level security;
grant select, insert on payment_check to samen_app;
create policy read on payment_check for select to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[]));
create policy add on payment_check for insert to samen_app
    with check (checked_by = (select my_person()) and cooperative_id = any((select my_offices())::uuid[]));
create trigger append_only before delete or update on payment_check for each row execute function refuse_change();
create trigger never_truncate before truncate on payment_check for each statement execute function refuse_change();
