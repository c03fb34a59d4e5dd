-- An app's events again, whoever of its people asks for them: they see less of the feed than the app does.
create function replay_webhook(p_webhook uuid, p_after bigint, p_names text[], p_limit integer,
                                          p_now timestamptz) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_app app;
    v_count integer;
begin
    select a.* into v_app from app a join webhook w on w.app_id = a.id where w.id = p_webhook;
    if (v_app.id is not null
        and (v_app.id = my_app() or is_network() or v_app.cooperative_ids && my_staff())) is not true then
        raise insufficient_privilege using message = 'this webhook is not open here';
    end if;
    with wanted as (
        select e.id, e.name, e.subject_id, e.position from outbox e
         where e.position > p_after and e.name = any(p_names)
           and (e.audience = 'public' or e.cooperative_id = any(v_app.cooperative_ids) or e.app_id = v_app.id)
         order by e.position limit p_limit),
    again as (
        insert into webhook_delivery as d (id, webhook_id, app_id, event_id, name, subject_id, position, state, attempts,
                                           next_try_at, note)
        select uuidv7(), p_webhook, v_app.id, w.id, w.name, w.subject_id, w.position, 'waiting', 0, p_now, '' from wanted w
        on conflict (webhook_id, event_id) do update
           set state = 'waiting', attempts = 0, next_try_at = p_now, done_at = null, note = '', status = null
        returning 1)
    select count(*) into v_count from again;
    return v_count;
end $$;
grant execute on function replay_webhook to samen_app;

-- The addresses to which an app's events are sent: its own, the network's and its cooperatives' staff's.
alter table webhook enable row level security, force row level security;
grant select, insert, update (url, kinds, failures, retry_at, disabled_at, reason, wrapped_key, secret, old_secret,
                              old_until, version),
    delete on webhook to samen_app;
create policy own on webhook to samen_app
    using (app_id = (select my_app())
           or (select is_network())
           or exists (select 1 from app a where a.id = webhook.app_id and a.cooperative_ids && (select my_staff())));
create policy find on webhook for select to samen_worker using (true);
create policy count on webhook for update to samen_worker using (true);

alter table webhook_delivery enable row level security, force row level security;
grant select, update (next_try_at), delete on webhook_delivery to samen_app;
grant select, insert, update (state, attempts, next_try_at, done_at, note, status) on webhook_delivery to samen_worker;
create policy own on webhook_delivery to samen_app
    using (app_id = (select my_app())
           or (select is_network())
           or exists (select 1 from app a
                       where a.id = webhook_delivery.app_id and a.cooperative_ids && (select my_staff())));
create policy find on webhook_delivery for select to samen_worker using (true);
create policy start on webhook_delivery for insert to samen_worker with check (true);
create policy send on webhook_delivery for update to samen_worker using (true);
