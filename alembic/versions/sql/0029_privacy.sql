-- As before, but who is known already is only read: an update, even of nothing, would make a customer's orders queue.
create or replace function ensure_person(p_issuer text, p_subject text, p_name text) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_id uuid;
begin
    select id into v_id from person where issuer = p_issuer and subject = p_subject and name <> '';
    if v_id is null then
        insert into person (id, issuer, subject, name, version) values (uuidv7(), p_issuer, p_subject, p_name, 1)
            on conflict (issuer, subject) do update set name = excluded.name where person.name = '' returning id into v_id;
    end if;
    if v_id is null then
        select id into v_id from person where issuer = p_issuer and subject = p_subject;
    end if;
    if concat_ws('|', p_issuer, p_subject) = regexp_replace(current_setting('samen.caller', true), '^[^|]*\|', '')
       or current_setting('samen.caller', true) = concat_ws('|', p_issuer, p_subject) then
        perform set_config('samen.person', v_id::text, true);
    end if;
    return v_id;
end $$
--;
-- The person who acts becomes a pseudonym. The books stay as they are: they hold ids and amounts, no names. An order above
-- `p_invoice` cents keeps the name and the address that its invoice needs; nothing else of the customer stays.
create function erase_me(p_invoice bigint) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_me uuid := my_person();
    v_person person;
begin
    select * into strict v_person from person where id = v_me;
    update "order" set note = '', guest_token_hash = null, version = version + 1,
           contact = case when net_cents + vat_cents > p_invoice
                          then contact - array['email', 'phone', 'reference'] else '{"name": "–"}' end
     where customer_person_id = v_me;
    delete from customer where person_id = v_me;
    delete from sealed_key where member_id in (select id from member where person_id = v_me);
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
-- The first id of a moment: ids are given out in the order of time (UUIDv7), so that what is old is found by its key.
create function first_id(p_moment timestamptz) returns uuid language sql immutable as $$
    select (lpad(to_hex((extract(epoch from p_moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$
--;
-- What has been kept long enough: of orders that ended before `p_books` who ordered, of traces older than `p_traces` all.
create function forget_old(p_books timestamptz, p_traces timestamptz) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_count integer;
begin
    update "order" set contact = '{"name": "–"}', note = '', guest_token_hash = null, version = version + 1
     where id < first_id(p_books) and coalesce(completed_at, placed_at) < p_books and state in ('completed', 'refused', 'expired', 'cancelled')
       and contact <> '{"name": "–"}';
    get diagnostics v_count = row_count;
    delete from webhook_delivery where id < first_id(p_traces) and state <> 'waiting' and done_at < p_traces;
    delete from offering_import_row r using offering_import i
     where r.id < first_id(p_traces) and i.id = r.import_id and i.finished_at < p_traces;
    return v_count;
end $$
--;
do $$
declare name text;
begin
    foreach name in array array['erase_me(bigint)', 'forget_old(timestamptz, timestamptz)'] loop
        execute format('revoke all on function %s from public', name);
        execute format('alter function %s owner to samen_books', name);
    end loop;
end $$
--;
grant execute on function erase_me(bigint) to samen_app
--;
grant execute on function forget_old(timestamptz, timestamptz) to samen_worker
