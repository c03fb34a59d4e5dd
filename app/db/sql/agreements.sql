-- The rules by which a cooperative shares out are public to everybody with a login. Its staff and the network write a version, and the
-- municipality's controllers sign it, until the first signature; then only the other one is missing.
alter table agreement enable row level security, force row level security;
grant select, insert, update (title, active_from, parent_id, rules, examples, tested_at, cooperative_signed_by,
                              cooperative_signed_at, municipality_signed_by, municipality_signed_at, version)
    on agreement to samen_app;
create policy read on agreement for select to samen_app using (true);
create policy add on agreement for insert to samen_app
    with check (cooperative_signed_at is null and municipality_signed_at is null
                and ((select is_network()) or cooperative_id = any((select my_staff())::uuid[])));
create policy change on agreement for update to samen_app
    using ((select is_network())
           or cooperative_id = any((select my_staff())::uuid[])
           or municipality_id = any((select my_municipalities('controller'))::uuid[]));

-- A signature is given once, and what is signed stays as it is: other rules are another version.
create or replace function signed_stays() returns trigger
    language plpgsql as $$
declare
    -- Its examples may be computed again before the second signature.
    v_signatures constant text[] := array['cooperative_signed_by', 'cooperative_signed_at', 'municipality_signed_by',
                                          'municipality_signed_at', 'tested_at', 'version'];
begin
    if tg_op = 'DELETE'
       or to_jsonb(new) - v_signatures <> to_jsonb(old) - v_signatures
       or (old.cooperative_signed_at is not null
           and (new.cooperative_signed_at, new.cooperative_signed_by)
               is distinct from (old.cooperative_signed_at, old.cooperative_signed_by))
       or (old.municipality_signed_at is not null
           and (new.municipality_signed_at, new.municipality_signed_by)
               is distinct from (old.municipality_signed_at, old.municipality_signed_by)) then
        raise exception 'a signed agreement is never changed' using errcode = 'SM009';
    end if;
    return new;
end $$;
create trigger signed_stays before update or delete on agreement for each row
    when (old.cooperative_signed_at is not null or old.municipality_signed_at is not null)
    execute function signed_stays();
create trigger never_truncate before truncate on agreement for each statement execute function refuse_change();
