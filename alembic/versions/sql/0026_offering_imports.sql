do $$
declare
    own constant text := 'cooperative_id = any((select my_staff())::uuid[])
        or cooperative_id = any((select my_partners())::uuid[])';
    name text;
begin
    foreach name in array array['offering_import', 'offering_import_row'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy own on %I to samen_app using (%s)', name, own);
        execute format('create policy books on %I to samen_books using (true)', name);
    end loop;
end $$
--;
grant select, insert, update on offering_import to samen_app
--;
grant select, insert on offering_import_row to samen_app
--;
grant select, insert, update, delete on offering_import, offering_import_row to samen_books
