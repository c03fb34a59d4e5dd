-- Files: of invoices now. Whoever sees the invoice reads them; they are made once, and deleted with its buyer.
alter table document enable row level security, force row level security;
grant select, insert on document to samen_app;
create policy read on document for select to samen_app
    using (exists (select 1 from invoice i where i.id = owner_id));
create policy add on document for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[])
                and exists (select 1 from invoice i where i.id = owner_id and i.cooperative_id = document.cooperative_id));
create trigger append_only before update on document for each row execute function refuse_change();
create trigger kept_for_seven_years before delete on document for each row
    when (not keeps_all())
    execute function refuse_change();
create trigger never_truncate before truncate on document for each statement execute function refuse_change();
