-- The rules by which a cooperative shares out are no secret. Its staff and the network write a version, and sign for the
-- cooperative; the controllers sign for the municipality, and change nothing else. After the first signature only the
-- other one is missing.
alter table agreement enable row level security, force row level security;
grant select, insert, update (title, active_from, parent_id, rules, examples, tested_at, cooperative_signed_by,
                              cooperative_signed_at, municipality_signed_by, municipality_signed_at, version)
    on agreement to samen_app;
create policy read on agreement for select to samen_app using (true);
create policy add on agreement for insert to samen_app
    with check (cooperative_signed_at is null and municipality_signed_at is null
                and ((select is_network()) or cooperative_id = any((select my_offices())::uuid[]))
                and municipality_id = (select c.municipality_id from cooperative c where c.id = cooperative_id));
create policy change on agreement for update to samen_app
    using ((select is_network())
           or cooperative_id = any((select my_staff())::uuid[])
           or municipality_id = any((select my_municipalities('controller'))::uuid[]));

-- A signature is given once, and what is signed stays as it is: other rules are another version.
create function signed_stays() returns trigger
    language plpgsql as $$
declare
    v_both constant boolean := old.cooperative_signed_at is not null and old.municipality_signed_at is not null;
    -- Its examples may be computed again before the second signature; after it nothing changes at all.
    v_signatures constant text[] := case when v_both then '{}' else array[
        'cooperative_signed_by', 'cooperative_signed_at', 'municipality_signed_by', 'municipality_signed_at', 'tested_at',
        'version'] end;
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

create function signed_by_its_side() returns trigger
    language plpgsql as $$
begin
    if not keeps_all()
       and ((new.cooperative_signed_by, new.cooperative_signed_at)
                is distinct from (old.cooperative_signed_by, old.cooperative_signed_at)
            or to_jsonb(new) - array['municipality_signed_by', 'municipality_signed_at', 'version']
                <> to_jsonb(old) - array['municipality_signed_by', 'municipality_signed_at', 'version'])
       and not (is_network() or new.cooperative_id = any(my_offices())) then
        raise insufficient_privilege using message = 'the staff write and sign for the cooperative';
    end if;
    if not keeps_all()
       and (new.municipality_signed_by, new.municipality_signed_at)
           is distinct from (old.municipality_signed_by, old.municipality_signed_at)
       and not new.municipality_id = any(my_municipalities('controller')) then
        raise insufficient_privilege using message = 'a controller signs for the municipality';
    end if;
    if not keeps_all()
       and (new.cooperative_signed_by is distinct from old.cooperative_signed_by
            and new.cooperative_signed_by is distinct from my_person()
            or new.municipality_signed_by is distinct from old.municipality_signed_by
            and new.municipality_signed_by is distinct from my_person()) then
        raise insufficient_privilege using message = 'nobody signs in another''s name';
    end if;
    return new;
end $$;
create trigger signed_by_its_side before update on agreement for each row execute function signed_by_its_side();
create trigger signed_stays before update or delete on agreement for each row
    when (old.cooperative_signed_at is not null or old.municipality_signed_at is not null)
    execute function signed_stays();
create trigger never_truncate before truncate on agreement for each statement execute function refuse_change();
