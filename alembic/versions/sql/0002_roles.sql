-- Roles belong to the server, not to one database: they are made once and kept.
-- samen_books owns functions and views that see every row; nobody logs in as it.
do $$
declare r text;
begin
    perform set_config('createrole_self_grant', 'set, inherit', true);
    foreach r in array array['samen_app', 'samen_worker', 'samen_catalogue', 'samen_books'] loop
        if not exists (select 1 from pg_roles where rolname = r) then
            execute format('create role %I nologin', r);
        end if;
    end loop;
    grant samen_app to samen_worker;
exception when duplicate_object or unique_violation then null;  -- another database of this server was faster
end $$
--;
grant create, usage on schema public to samen_books
--;
grant usage on schema public to samen_app, samen_worker, samen_catalogue
