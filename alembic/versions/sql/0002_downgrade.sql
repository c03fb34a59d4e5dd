drop view catalogue_offering
--;
do $$
declare r record;
begin
    for r in select policyname, tablename from pg_policies where schemaname = 'public' loop
        execute format('drop policy %I on %I', r.policyname, r.tablename);
    end loop;
    for r in select relname from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace loop
        execute format('alter table %I disable row level security', r.relname);
        execute format('alter table %I no force row level security', r.relname);
    end loop;
    for r in select tgname, tgrelid::regclass as relation from pg_trigger
              where not tgisinternal and tgname in ('append_only', 'never_truncate', 'accounts_stay', 'balances') loop
        execute format('drop trigger %I on %s', r.tgname, r.relation);
    end loop;
    for r in select oid::regprocedure as name from pg_proc where pronamespace = 'public'::regnamespace loop
        execute format('drop function %s', r.name);
    end loop;
    for r in select rolname from pg_roles where rolname in ('samen_app', 'samen_worker', 'samen_catalogue', 'samen_books') loop
        execute format('revoke all on all tables in schema public from %I', r.rolname);
        execute format('revoke all on schema public from %I', r.rolname);
    end loop;
end $$
--;
revoke select (id, name, scopes, cooperative_ids, redirect_uris, rate_class, disabled_at, version) on app from samen_app
