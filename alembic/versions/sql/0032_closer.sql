-- The order in which events came in, whatever the clocks of the processes said that wrote them.
alter table outbox add column entered bigint not null generated always as identity
--;
drop index outbox_to_publish
--;
create index outbox_to_publish on outbox (entered) where audience is not null and position is null
--;
alter table webhook_delivery add column name text not null default ''
--;
update webhook_delivery d set name = e.name from outbox e where e.id = d.event_id
--;
alter table webhook_delivery alter column name drop default
--;
-- An app's events again, whoever of its people asks for them: they see less of the feed than the app does.
create or replace function replay_webhook(p_webhook uuid, p_after bigint, p_names text[], p_limit integer, p_now timestamptz)
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
end $$
--;
-- Credentials stand behind the second wall too: an app's own, its cooperatives' staff's, the network's.
alter table app enable row level security
--;
alter table app force row level security
--;
create policy own on app to samen_app
    using (id = (select my_app()) or (select is_network()) or cooperative_ids && (select my_staff())::uuid[])
    with check ((select is_network()) or cooperative_ids && (select my_staff())::uuid[])
--;
create policy work on app for select to samen_worker using (true)
--;
create policy books on app to samen_books using (true) with check (true)
--;
-- Where a mail goes is looked up when it is sent.
update outbox set facts = facts - 'addresses' where facts ? 'addresses'
--;
-- A trail is never changed, but for the words that somebody wrote into it, which can be forgotten.
create function refuse_change_of_trail() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and to_jsonb(new) = to_jsonb(old) || '{"note": ""}' then
        return new;
    end if;
    raise exception '% of % is refused: what is booked or logged is never changed', tg_op, tg_table_name
        using errcode = 'SM009';
end $$
--;
do $$
declare t text;
begin
    foreach t in array array['order_event', 'member_event'] loop
        execute format('drop trigger append_only on %I', t);
        execute format('create trigger append_only before update or delete on %I
                        for each row execute function refuse_change_of_trail()', t);
        execute format('grant update (note) on %I to samen_books', t);
    end loop;
end $$
--;
create or replace function erase_me(p_invoice bigint) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_me uuid := my_person();
    v_person person;
begin
    select * into strict v_person from person where id = v_me;
    update assignment_customer c set contact = '{"name": "–"}'
      from assignment a join "order" o on o.id = a.order_id where a.id = c.id and o.customer_person_id = v_me;
    update order_event e set note = '' from "order" o
     where o.id = e.order_id and o.customer_person_id = v_me and e.person_id = v_me and e.note <> '';
    update "order" set note = '', guest_token_hash = null, version = version + 1,
           contact = case when net_cents + vat_cents > p_invoice
                          then contact - array['email', 'phone', 'reference'] else '{"name": "–"}' end
     where customer_person_id = v_me;
    delete from customer where person_id = v_me;
    delete from sealed_key where member_id in (select id from member where person_id = v_me);
    update member_event e set note = '' from member m
     where m.id = e.member_id and m.person_id = v_me and e.note <> '';
    update member set name = '–', trade_name = '–', goal_text = null, goal_cents = null, person_id = null,
           version = version + 1
     where person_id = v_me;
    delete from idempotency where caller = concat_ws('|', v_person.issuer, v_person.subject)
        or caller like '%|' || replace(replace(replace(concat_ws('|', v_person.issuer, v_person.subject),
                                                       '\', '\\'), '%', '\%'), '_', '\_');
    update person set issuer = 'erased', subject = id::text, name = '–', email = null, version = version + 1
     where id = v_me;
end $$
--;
create or replace function forget_old(p_books timestamptz, p_traces timestamptz) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_forgotten uuid[];
begin
    with gone as (
        update "order" set contact = '{"name": "–"}', note = '', guest_token_hash = null, version = version + 1
         where id < first_id(p_books) and coalesce(completed_at, placed_at) < p_books
           and state in ('completed', 'refused', 'expired', 'cancelled') and contact <> '{"name": "–"}'
        returning id)
    select coalesce(array_agg(id), '{}') into v_forgotten from gone;
    update assignment_customer c set contact = '{"name": "–"}'
      from assignment a where a.id = c.id and a.order_id = any(v_forgotten);
    update order_event set note = '' where order_id = any(v_forgotten) and note <> '';
    delete from webhook_delivery where id < first_id(p_traces) and state <> 'waiting' and done_at < p_traces;
    delete from offering_import_row r using offering_import i
     where r.id < first_id(p_traces) and i.id = r.import_id and i.finished_at < p_traces;
    return cardinality(v_forgotten);
end $$
--;
grant select, update on assignment_customer to samen_books
--;
grant select on assignment to samen_books
