-- The public keys with which an app signs its logins; none if it is shut out or unknown.
create function client_keys(p_client text) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select keys from app where id::text = p_client and disabled_at is null), '[]')
$$;
grant execute on function client_keys to samen_app;

-- Takes a signed login once: a second one with the same id finds its row.
create function use_assertion(p_client text, p_assertion text, p_ends timestamptz, p_now timestamptz)
    returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare v_granted jsonb;
begin
    -- By the clock of the server too, so that no other moment forgets logins that could still be repeated.
    delete from client_assertion where ends_at < least(p_now, clock_timestamp()) - interval '1 hour';
    insert into client_assertion (app_id, assertion_id, ends_at) values (p_client::uuid, p_assertion, p_ends)
        on conflict do nothing;
    if not found then
        return null;
    end if;
    update app set last_used_at = p_now where id::text = p_client and disabled_at is null
    returning jsonb_build_object('scopes', scopes, 'rate_class', rate_class) into v_granted;
    return v_granted;
end $$;
grant execute on function use_assertion to samen_app;

-- Takes a secret. An app that signs needs none any more: one that leaked opens nothing.
create function use_client(p_client text, p_secret_hash text, p_now timestamptz) returns jsonb
    language sql security definer set search_path = public, pg_temp as $$
    with used as (
        update app set last_used_at = p_now
         where id::text = p_client and secret_hash = p_secret_hash and disabled_at is null and keys = '[]'
        returning jsonb_build_object('scopes', scopes, 'rate_class', rate_class) as granted)
    select coalesce(
        (select granted from used),
        (select jsonb_build_object('signs', true) from app
          where id::text = p_client and secret_hash = p_secret_hash and disabled_at is null and keys <> '[]'))
$$;
grant execute on function use_client to samen_app;

-- An app sees itself; the network and whoever holds an office at all of its cooperatives manage it. No role reads the hash of its secret.
alter table app enable row level security, force row level security;
grant select (id, name, scopes, cooperative_ids, redirect_uris, rate_class, disabled_at, version, keys, last_used_at,
              registered_at, registered_by, disabled_by),
    insert, update (name, scopes, cooperative_ids, redirect_uris, rate_class, disabled_at, disabled_by, keys, secret_hash,
                   version)
    on app to samen_app;
create policy read on app for select to samen_app
    using (id = (select my_app())
           or (select is_network())
           or cooperative_ids && (select my_staff()));
create policy add on app for insert to samen_app
    with check ((select is_network())
                or (cooperative_ids <> '{}' and cooperative_ids <@ (select my_offices())));
create policy change on app for update to samen_app
    using ((select is_network())
           or (cooperative_ids <> '{}' and cooperative_ids <@ (select my_offices())));
create policy work on app for select to samen_worker using (true);

create trigger apps_stay before delete on app for each row execute function refuse_change();

alter table client_assertion enable row level security, force row level security;
