insert into feed_head values (1, 0)
--;
-- The feed shows thin columns of published events only: what an event carries for tasks stays inside.
create policy feed on outbox for select to samen_app using (
    position is not null
    and (audience = 'public' or cooperative_id = any((select my_staff())::uuid[])
         or cooperative_id = any((select my_partners())::uuid[]) or app_id = (select my_app())))
--;
grant select (id, name, cooperative_id, subject_id, created_at, audience, position, sequence, app_id) on outbox
    to samen_app
--;
do $$
declare
    own constant text := 'app_id = (select my_app()) or (select is_network())
        or exists (select 1 from app a where a.id = app_id and a.cooperative_ids && (select my_staff())::uuid[])';
    name text;
begin
    foreach name in array array['webhook', 'webhook_delivery'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy own on %I to samen_app using (%s)', name, own);
        execute format('create policy work on %I to samen_worker using (true)', name);
        execute format('create policy books on %I to samen_books using (true)', name);
    end loop;
end $$
--;
grant select, insert, update on webhook to samen_app
--;
grant select on webhook_delivery to samen_app
--;
grant select, insert, update on webhook_delivery to samen_worker
--;
grant select, update on feed_head to samen_worker
--;
grant select, insert, update, delete on webhook, webhook_delivery, feed_head to samen_books
--;
-- Through which app an order came: all that the publisher has to know of it.
create function app_of_order(p_order uuid) returns uuid language sql stable security definer
    set search_path = public, pg_temp as
$$ select app_id from "order" where id = p_order $$
--;
revoke all on function app_of_order(uuid) from public
--;
alter function app_of_order(uuid) owner to samen_books
--;
grant execute on function app_of_order(uuid) to samen_worker
--;
-- An app's events again, whoever of its people asks for them: they see less of the feed than the app does.
create function replay_webhook(p_webhook uuid, p_after bigint, p_names text[], p_limit integer, p_now timestamptz)
    returns integer language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_app app;
    v_count integer;
begin
    select a.* into v_app from app a join webhook w on w.app_id = a.id where w.id = p_webhook;
    if v_app.id is distinct from my_app() and not is_network() and not v_app.cooperative_ids && my_staff() then
        raise insufficient_privilege using message = 'this webhook is not open here';
    end if;
    with wanted as (
        select e.id, e.subject_id, e.position from outbox e
         where e.position > p_after and e.name = any(p_names)
           and (e.audience = 'public' or e.cooperative_id = any(v_app.cooperative_ids) or e.app_id = v_app.id)
         order by e.position limit p_limit),
    again as (
        insert into webhook_delivery as d (id, webhook_id, app_id, event_id, subject_id, position, state, attempts,
                                           next_try_at, note)
        select uuidv7(), p_webhook, v_app.id, w.id, w.subject_id, w.position, 'waiting', 0, p_now, '' from wanted w
        on conflict (webhook_id, event_id) do update
           set state = 'waiting', attempts = 0, next_try_at = p_now, done_at = null, note = '', status = null
        returning 1)
    select count(*) into v_count from again;
    return v_count;
end $$
--;
revoke all on function replay_webhook(uuid, bigint, text[], integer, timestamptz) from public
--;
alter function replay_webhook(uuid, bigint, text[], integer, timestamptz) owner to samen_books
--;
grant execute on function replay_webhook(uuid, bigint, text[], integer, timestamptz) to samen_app
