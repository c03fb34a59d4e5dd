create function use_client(p_client text, p_secret_hash text, p_now timestamptz) returns jsonb
language sql security definer set search_path = public, pg_temp as $$
    update app set last_used_at = p_now
     where id::text = p_client and secret_hash = p_secret_hash and disabled_at is null
    returning jsonb_build_object('scopes', scopes, 'rate_class', rate_class)
$$
--;
create function client_keys(p_client text) returns jsonb
language sql stable security definer set search_path = public, pg_temp as
$$ select coalesce((select keys from app where id::text = p_client and disabled_at is null), '[]') $$
--;
-- Once: whoever comes second with the same assertion finds its row.
create function use_assertion(p_client text, p_assertion text, p_ends timestamptz, p_now timestamptz) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_granted jsonb;
begin
    delete from client_assertion where ends_at < p_now - interval '1 hour';
    insert into client_assertion (app_id, assertion_id, ends_at) values (p_client::uuid, p_assertion, p_ends)
        on conflict do nothing;
    if not found then
        return null;
    end if;
    update app set last_used_at = p_now where id::text = p_client and disabled_at is null
    returning jsonb_build_object('scopes', scopes, 'rate_class', rate_class) into v_granted;
    return v_granted;
end $$
--;
do $$
declare f text;
begin
    foreach f in array array['use_client(text, text, timestamptz)', 'client_keys(text)',
                             'use_assertion(text, text, timestamptz, timestamptz)'] loop
        execute format('revoke all on function %s from public', f);
        execute format('alter function %s owner to samen_books', f);
        execute format('grant execute on function %s to samen_app', f);
    end loop;
end $$
--;
grant select (keys, last_used_at) on app to samen_app
--;
grant select, insert, update, delete on client_assertion to samen_books
