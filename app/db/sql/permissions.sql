-- Permissions of a municipality to a member. Its case managers or the staff give and end it; the
-- member reads it.
alter table permission enable row level security, force row level security;
grant select, insert, update (state, withdrawn_from, sealed, version) on permission to samen_app;
create policy read on permission for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[])
           or municipality_id = any((select my_municipalities('case_manager'))::uuid[]));
create policy add on permission for insert to samen_app
    with check (municipality_id = any((select my_municipalities('case_manager'))::uuid[]));
create policy change on permission for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or municipality_id = any((select my_municipalities('case_manager'))::uuid[]));

-- The readings of a permission by the staff; a trail, which the member sees.
alter table permission_read enable row level security, force row level security;
grant select, insert on permission_read to samen_app;
create policy read on permission_read for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]));
create policy add on permission_read for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create trigger append_only before delete or update on permission_read for each row execute function refuse_change();
create trigger never_truncate before truncate on permission_read for each statement execute function refuse_change();

-- The key of a member's sealed facts, wrapped by the installation's key. It is made once, and goes with the member.
alter table sealed_key enable row level security, force row level security;
grant select, insert, update (cooperative_id) on sealed_key to samen_app;
create policy read on sealed_key for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or member_id = any((select my_members())::uuid[]));
create policy add on sealed_key for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on sealed_key for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));

alter table sealing_key enable row level security, force row level security;

-- The fingerprint of the installation's sealing key, of which the table has one row at most.
create function sealing_fingerprint() returns bytea
    language sql stable security definer set search_path = public, pg_temp as $$
    select fingerprint from sealing_key
$$;
grant execute on function sealing_fingerprint to samen_app, samen_worker;

-- Every key that the installation's key has wrapped, until a fingerprint tells which key that is.
create function unclaimed_keys() returns bytea[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when exists (select from sealing_key) then '{}'
                else array(select wrapped from sealed_key union all select wrapped_key from webhook) end
$$;
grant execute on function unclaimed_keys to samen_app, samen_worker;

-- Writes the fingerprint down if there is none yet; returns whether it is the one that is written. Of two processes that
-- start together with two keys the second is told that its key is another.
create function claim_sealing_key(p_fingerprint bytea, p_now timestamptz) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into sealing_key (only_one, fingerprint, written_at) values (true, p_fingerprint, p_now) on conflict do nothing;
    return (select fingerprint = p_fingerprint from sealing_key);
end $$;
grant execute on function claim_sealing_key to samen_app, samen_worker;
