-- The units that each client took of late. They are counted before anybody has entered, so the table itself is closed.
create function spend_units(p_client text, p_began timestamptz, p_units integer) returns integer
    language sql security definer set search_path = public, pg_temp as $$
    insert into rate_window as r (client, began, spent) values (p_client, p_began, greatest(p_units, 0))
        on conflict (client, began) do update set spent = least(r.spent::bigint + greatest(p_units, 0), 2000000000)
        returning spent
$$;
grant execute on function spend_units to samen_app;

alter table rate_window enable row level security, force row level security;
grant select (began), delete on rate_window to samen_worker;
create policy work on rate_window to samen_worker using (true);
