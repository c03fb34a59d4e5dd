-- Rules for every table and function; the last file.
--
-- samen_books, as which functions write the books, sees every row of every table. samen_reader reads every row, for the
-- checks of the books, and writes nothing.
do $$
declare
    v_table regclass;
begin
    for v_table in
        select c.oid from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    loop
        execute format('grant select, insert, update, delete on %s to samen_books', v_table);
        execute format('grant select on %s to samen_reader', v_table);
        if (select relrowsecurity from pg_class where oid = v_table) then
            execute format('create policy books on %s to samen_books using (true) with check (true)', v_table);
            execute format('create policy reader on %s for select to samen_reader using (true)', v_table);
        end if;
    end loop;
end $$;

-- The checks need no secrets.
revoke select on app, client_assertion, webhook, sealed_key, sealing_key from samen_reader;

-- A trail takes new rows only, of samen_books too; of some the words in them can be forgotten.
revoke update, delete on member_event, order_event, credit_line, earning_before, permission_read, seal, seal_item, power_event, wish_change,
    order_line, offering_edition, journal, entry, result_line, period, assignment_signature, specification,
    replay_figures from samen_books;
grant update (note) on member_event, order_event to samen_books;
grant update (reason) on power_event to samen_books;

-- Nobody may call a function that is not granted by name. A function that sees every row belongs to samen_books.
do $$
declare
    v_function record;
begin
    for v_function in
        select p.oid::regprocedure as name, p.prosecdef from pg_proc p
         where p.pronamespace = 'public'::regnamespace
    loop
        execute format('revoke all on function %s from public', v_function.name);
        execute format('grant execute on function %s to samen_books', v_function.name);
        if v_function.prosecdef then
            execute format('alter function %s owner to samen_books', v_function.name);
        end if;
    end loop;
end $$;

-- `/readyz` asks whether the schema is that of the code.
grant select on alembic_version to samen_app;
