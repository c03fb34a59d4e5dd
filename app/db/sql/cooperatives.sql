-- Public. The network adds cooperatives and places them; the staff change the rest.
alter table cooperative enable row level security, force row level security;
grant select, insert, update (name, town, about, kvk_number, umbrella_id, cash_method_from, cash_method_until,
                              cash_method_ground, legal_name, postal_address,
                              email, phone, vat_id, oin, payment_days, invoice_prefix, statements_from, version)
    on cooperative to samen_app;
create policy read on cooperative for select to samen_app using (true);
create policy add on cooperative for insert to samen_app with check ((select is_network()));
create policy change on cooperative for update to samen_app
    using ((select has_entered()))
    with check ((select is_network()) or id = any((select my_staff())::uuid[]));

-- The first statement of its bank came once.
create trigger statements_began before update of statements_from on cooperative for each row
    when (old.statements_from is not null and new.statements_from is distinct from old.statements_from)
    execute function refuse_change();

-- Only the network changes the company and the umbrella of a cooperative.
create function only_the_network() returns trigger
    language plpgsql as $$
begin
    if not is_network() and not keeps_all() then
        raise insufficient_privilege using message = 'only the network changes this';
    end if;
    return new;
end $$;
create trigger placed_by_the_network before update of kvk_number, umbrella_id on cooperative for each row
    when (new.kvk_number is distinct from old.kvk_number or new.umbrella_id is distinct from old.umbrella_id)
    execute function only_the_network();

alter table municipality enable row level security, force row level security;
grant select, insert on municipality to samen_app;
create policy read on municipality for select to samen_app using (true);
create policy add on municipality for insert to samen_app with check ((select is_network()));

-- Written by the migration alone, from the rates that ship with the code.
alter table vat_rate enable row level security, force row level security;
grant select on vat_rate to samen_app;
create policy read on vat_rate for select to samen_app using (true);
