-- Keeps an answer. `p_persons` are named in it; whoever stands behind its members, orders, invoices
-- and jobs (`p_ids`) is added
-- here, so that erasing one of them empties it.
create function record_outcome(p_verb text, p_key text, p_request_hash text, p_now timestamptz, p_outcome jsonb,
                                          p_persons uuid[], p_ids uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform must_have_entered();
    insert into idempotency (id, caller, verb, key, request_hash, created_at, replays, outcome, about)
    values (uuidv7(), current_setting('samen.caller'), p_verb, p_key, p_request_hash, p_now, 0, p_outcome, array(
        select unnest(p_persons)
        union select m.person_id from member m where m.id = any(p_ids) and m.person_id is not null
        union select o.customer_person_id from "order" o where o.id = any(p_ids) and o.customer_person_id is not null
        union select i.customer_person_id from invoice i where i.id = any(p_ids) and i.customer_person_id is not null
        union select o.customer_person_id from assignment a join "order" o on o.id = a.order_id
               where a.id = any(p_ids) and o.customer_person_id is not null));
end $$;
grant execute on function record_outcome to samen_app;

-- Forgets the answers of before a moment.
create function forget_keys(p_before timestamptz) returns void
    language sql security definer set search_path = public, pg_temp as $$
    delete from idempotency where created_at < p_before
$$;
grant execute on function forget_keys to samen_worker;

-- Answers under a key: read, and counted again, by the same caller; written by `record_outcome`.
alter table idempotency enable row level security, force row level security;
grant select, update (replays) on idempotency to samen_app;
create policy own on idempotency to samen_app
    using (caller = current_setting('samen.caller', true) and caller <> '');
