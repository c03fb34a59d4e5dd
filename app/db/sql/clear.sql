-- The first file: everything that the files after it make is dropped, so that afterwards the database holds what they say
-- and nothing else. All tables are locked by now. A table that a function belongs to (a default, a constraint) would
-- refuse this.
do $$
declare
    v record;
    v_list text;
begin
    for v in select polname, polrelid::regclass as place from pg_policy loop
        execute format('drop policy %I on %s', v.polname, v.place);
    end loop;
    for v in
        select t.tgname, t.tgrelid::regclass as place from pg_trigger t join pg_class c on c.oid = t.tgrelid
         where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
    loop
        execute format('drop trigger %I on %s', v.tgname, v.place);
    end loop;
    for v in
        select c.oid::regclass as name, c.relkind, c.relrowsecurity or c.relforcerowsecurity as walled from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and c.relname <> 'alembic_version'
         order by c.relkind
    loop
        if v.relkind = 'v' then
            execute format('drop view %s', v.name);
        elsif v.walled then
            execute format('alter table %s disable row level security, no force row level security', v.name);
        end if;
    end loop;
    select string_agg(p.oid::regprocedure::text, ', ') into v_list
      from pg_proc p where p.pronamespace = 'public'::regnamespace;
    if v_list is not null then
        execute 'drop function ' || v_list;
    end if;
    for v in
        select distinct grantee::regrole as role from pg_namespace, aclexplode(nspacl)
         where nspname = 'public' and grantee::regrole::text like 'samen\_%' and grantee <> current_user::regrole
    loop
        execute format('revoke all on schema public from %s', v.role);
    end loop;
    for v in
        select distinct a.grantee::regrole as role, c.oid::regclass as name
          from pg_class c
         cross join lateral (
               select x.grantee from aclexplode(c.relacl) x
               union select x.grantee from pg_attribute b, aclexplode(b.attacl) x where b.attrelid = c.oid) a
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'S') and a.grantee not in (0, c.relowner)
    loop
        execute format('revoke all on %s from %s', v.name, v.role);
    end loop;
end $$;
