-- Roles belong to the server, not to one database: they are made once and kept.
--
-- Four log in, each as itself: samen_app (the API), samen_worker, samen_catalogue (the public search) and samen_reader
-- (the checks of the books). samen_books owns the functions and views that see every row; nobody logs in as it. The
-- login that runs this owns the tables; it migrates, backs up and restores, and serves nobody.
do $$
declare
    v_role text;
begin
    perform set_config('createrole_self_grant', 'set, inherit', true);
    foreach v_role in array array['samen_app', 'samen_worker', 'samen_catalogue', 'samen_reader', 'samen_books'] loop
        if to_regrole(v_role) is null then
            execute format('create role %I nologin', v_role);
        end if;
        if v_role <> 'samen_books' and exists (select from pg_roles where rolname = v_role and not rolcanlogin) then
            execute format('alter role %I login', v_role);
        end if;
    end loop;
    if not pg_has_role('samen_worker', 'samen_app', 'member') then
        grant samen_app to samen_worker;
    end if;
-- Another database of this server was faster.
exception when duplicate_object or unique_violation then null;
end $$;

-- Settings of the server for each login, in place of settings that a pooler would not pass on. What is asked for often is
-- in memory: plans by key, however small a table. Searches differ by reader, so each has a plan of its own.
do $$
declare
    v_role text;
    v_setting text;
    v_value text;
begin
    for v_role, v_setting, v_value in
        select r, s.name, s.value
          from unnest(array['samen_app', 'samen_worker', 'samen_catalogue', 'samen_reader']) r
         cross join (values ('jit', 'off'), ('random_page_cost', '1.1'), ('lock_timeout', '5s'),
                            ('plan_cache_mode', 'force_generic_plan')) s(name, value)
         where (r, s.name) <> ('samen_catalogue', 'plan_cache_mode')
        union all values ('samen_reader', 'default_transaction_read_only', 'on'),
                         ('samen_catalogue', 'default_transaction_read_only', 'on')
    loop
        if not exists (select from pg_roles
                        where rolname = v_role and v_setting || '=' || v_value = any(rolconfig)) then
            execute format('alter role %I set %I = %L', v_role, v_setting, v_value);
        end if;
    end loop;
end $$;

-- No login makes functions, not even temporary ones: one could see rows before the condition of a view does. samen_books
-- may, since a function can be given only to somebody who may make it.
do $$
begin
    execute format('revoke temporary on database %I from public', current_database());
end $$;
grant create, usage on schema public to samen_books;
grant usage on schema public to samen_app, samen_worker, samen_catalogue, samen_reader;
