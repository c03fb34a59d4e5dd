-- A cooperative's own bank accounts. The one that customers pay to is public, as invoices show it. Others are for the staff, and
-- for the outside approver and the officers of the umbrella, who may confirm it. No lent view is enough to change where money goes.
alter table bank_account enable row level security, force row level security;
grant select, insert, update (state, confirmed_by, confirmed_at, version) on bank_account to samen_app;
create policy read on bank_account for select to samen_app
    using (state = 'confirmed' and for_customers
           or cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[]));
create policy add on bank_account for insert to samen_app
    with check (state = 'proposed' and proposed_by = (select my_person())
                and cooperative_id = any((select my_offices())::uuid[]));
create policy change on bank_account for update to samen_app
    using (cooperative_id = any((select my_offices() || my_approvals() || my_parts())::uuid[]));

-- Nobody confirms in another's name.
create function confirms_in_own_name() returns trigger
    language plpgsql as $$
begin
    if new.confirmed_by is distinct from my_person() and not keeps_all() then
        raise insufficient_privilege using message = 'only the second person confirms this';
    end if;
    return new;
end $$;
create trigger by_the_second_person before update on bank_account for each row
    when (new.state = 'confirmed' and old.state <> 'confirmed') execute function confirms_in_own_name();
-- What was decided stays.
create trigger was_decided before update on bank_account for each row
    when (old.state in ('withdrawn', 'closed') and new.* is distinct from old.*
          or old.state in ('confirmed', 'replaced')
             and (new.state not in (old.state, 'replaced', 'closed') or new.confirmed_by is distinct from old.confirmed_by
                  or new.confirmed_at is distinct from old.confirmed_at))
    execute function refuse_change();

-- Prefixes of invoice numbers that were ever used in a legal entity (its KvK number, or the cooperative without one), so that
-- no number names two invoices. Everybody may see them, since invoices show them.
alter table invoice_prefix enable row level security, force row level security;
grant select, insert on invoice_prefix to samen_app;
create policy read on invoice_prefix for select to samen_app using (true);
create policy add on invoice_prefix for insert to samen_app
    with check (((select is_network()) or cooperative_id = any((select my_offices())::uuid[]))
                and exists (select from cooperative c
                             where c.id = cooperative_id and coalesce(c.kvk_number, c.id::text) = owner));
create trigger append_only before delete or update on invoice_prefix for each row execute function refuse_change();
create trigger never_truncate before truncate on invoice_prefix for each statement execute function refuse_change();
