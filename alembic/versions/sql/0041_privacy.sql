-- Memberships that stand, apart from those that ended: whoever left keeps their own papers, not what customers said.
create function my_current_members() returns uuid[] language sql stable as
$$ select coalesce(nullif(current_setting('samen.current_members', true), ''), '{}')::uuid[] $$
--;
create or replace function enter(p_issuer text, p_subject text, p_client text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_client uuid := case when p_client ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_client::uuid end;
    v_person uuid;
    v_nameless boolean;
    v_app uuid;
    v_scopes text[];
    v_partner uuid[];
    v_disabled timestamptz;
    v_holdings jsonb;
    v_staff uuid[];
    v_members uuid[];
    v_current uuid[];
    v_network boolean;
    v_said text[];
begin
    select p.id, p.name = '', a.id, a.scopes, a.cooperative_ids, a.disabled_at, coalesce(h.held, '[]'),
           coalesce(h.staff, '{}'), coalesce(h.members, '{}'), coalesce(h.current, '{}'), coalesce(h.network, false)
      into v_person, v_nameless, v_app, v_scopes, v_partner, v_disabled, v_holdings, v_staff, v_members, v_current,
           v_network
      from (values (1)) one
      left join person p on p.issuer = p_issuer and p.subject = p_subject
      left join app a on a.id = v_client
     cross join lateral (
        select jsonb_agg(jsonb_build_object('role', x.role, 'cooperative_id', x.cooperative_id,
                   'municipality_id', x.municipality_id, 'member_id', x.member_id)) as held,
               array_agg(x.cooperative_id) filter (where x.role in ('coordinator', 'treasurer')) as staff,
               array_agg(x.member_id) filter (where x.member_id is not null) as members,
               array_agg(x.member_id) filter (where x.role = 'member') as current,
               bool_or(x.role = 'network') as network
          from (select o.role, o.cooperative_id, o.municipality_id, null::uuid as member_id
                  from office o where o.person_id = p.id
                union all
                select case when m.state in ('exited', 'withdrawn', 'rejected') then 'former_member' else 'member' end,
                       m.cooperative_id, null, m.id from member m where m.person_id = p.id and m.state <> 'referred') x) h;
    if v_disabled is not null then
        return jsonb_build_object('disabled', true);
    end if;
    v_said := array[
        set_config('samen.person', coalesce(v_person::text, ''), true),
        set_config('samen.app', case when p_subject is null then coalesce(v_app::text, '') else '' end, true),
        set_config('samen.staff', v_staff::text, true),
        set_config('samen.partner', case when p_subject is null then coalesce(v_partner, '{}') else '{}' end::text, true),
        set_config('samen.members', v_members::text, true),
        set_config('samen.current_members', v_current::text, true),
        set_config('samen.network', case when v_network then 'on' else '' end, true),
        set_config('samen.caller', concat_ws('|', coalesce(v_app::text, p_client), p_issuer, p_subject), true)];
    return jsonb_build_object('person_id', v_person, 'nameless', coalesce(v_nameless, false), 'holdings', v_holdings,
        'app',
        case when v_app is not null
             then jsonb_build_object('id', v_app, 'scopes', v_scopes, 'cooperative_ids', v_partner) end);
end $$
--;
-- Lines, events, payments and refunds are let in by their order.
alter policy own_and_staff on "order"
 using (cooperative_id = any((select my_staff())::uuid[]) or cooperative_id = any((select my_partners())::uuid[])
        or customer_person_id = (select my_person()) or app_id = (select my_app())
        or maker_ids && (select my_current_members())::uuid[])
 with check (cooperative_id = any((select my_staff())::uuid[]) or cooperative_id = any((select my_partners())::uuid[])
             or customer_person_id = (select my_person()) or app_id = (select my_app())
             or maker_ids && (select my_current_members())::uuid[])
--;
do $$
declare
    staff constant text := '(select my_staff())::uuid[]';
    here constant text := '(' || staff || ' || (select my_cooperatives())::uuid[])';
begin
    execute 'alter policy seen on assignment using (
        cooperative_id = any(' || staff || ') or party_ids && ' || staff || '
        or member_ids && (select my_current_members())::uuid[]
        or state <> ''draft'' and (cooperative_id = any(' || here || ') or party_ids && ' || here || ')
        or state in (''published'', ''staffing'', ''agreed'', ''in_progress'')
            and (audience = ''all'' and cardinality(' || here || ') > 0
                 or audience = ''partners'' and partner_ids && ' || here || ')
        or exists (select 1 from "order" o where o.id = order_id))';
end $$
--;
-- The persons that a stored answer tells of: when one of them is erased, it is emptied.
alter table idempotency add column about uuid[] not null default '{}'
--;
alter table idempotency alter column about drop default
--;
create index idempotency_about on idempotency using gin (about)
--;
set local role samen_books
--;
update idempotency i set about = array(
    select p.id from person p where p.id = any(n.ids)
    union select m.person_id from member m where m.id = any(n.ids) and m.person_id is not null
    union select o.customer_person_id from "order" o where o.customer_person_id is not null
       and (o.id = any(n.ids) or o.id in (select a.order_id from assignment a where a.id = any(n.ids))))
  from (select k.id, array(select m[1]::uuid from regexp_matches(k.outcome::text,
               '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g') m) as ids from idempotency k) n
 where n.id = i.id
--;
reset role
--;
-- `p_persons` are named in the answer; whoever stands behind its members, orders and jobs (`p_ids`) is added here.
create function record_outcome(p_verb text, p_key text, p_request_hash text, p_now timestamptz, p_outcome jsonb,
                               p_persons uuid[], p_ids uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into idempotency (id, caller, verb, key, request_hash, created_at, replays, outcome, about)
    values (uuidv7(), current_setting('samen.caller'), p_verb, p_key, p_request_hash, p_now, 0, p_outcome, array(
        select unnest(p_persons)
        union select m.person_id from member m where m.id = any(p_ids) and m.person_id is not null
        union select o.customer_person_id from "order" o where o.id = any(p_ids) and o.customer_person_id is not null
        union select o.customer_person_id from assignment a join "order" o on o.id = a.order_id
               where a.id = any(p_ids) and o.customer_person_id is not null));
end $$
--;
create function forget_answers(p_persons uuid[]) returns void
language sql security definer set search_path = public, pg_temp as $$
    update idempotency set outcome = (outcome - array['result', 'refusal']) || '{"forgotten": true}'
     where about && p_persons and not outcome ? 'forgotten'
$$
--;
-- Why money was given back stands in words that can be forgotten; the amount, the day and the person who did it stay.
create function refuse_change_of_refund() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and to_jsonb(new) = to_jsonb(old) || '{"reason": ""}' then
        return new;
    end if;
    raise exception '% of % is refused: what is booked or logged is never changed', tg_op, tg_table_name
        using errcode = 'SM009';
end $$
--;
drop trigger append_only on refund
--;
create trigger append_only before update or delete on refund for each row execute function refuse_change_of_refund()
--;
grant update (reason) on refund to samen_books
--;
-- Words that went into events and tasks about these things, and into the mails of these tasks.
create function forget_facts(p_subjects uuid[], p_words jsonb) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_names text[] := array(select jsonb_object_keys(p_words));
    v_tasks uuid[] := array(select id from task where subject_id = any(p_subjects));
begin
    update task set facts = facts || (select jsonb_object_agg(key, value) from jsonb_each(p_words) where facts ? key)
     where id = any(v_tasks) and facts ?| v_names;
    update outbox set facts = facts || (select jsonb_object_agg(key, value) from jsonb_each(p_words) where facts ? key)
     where subject_id = any(p_subjects || v_tasks) and facts ?| v_names;
end $$
--;
-- What was written freely about these orders, whoever wrote it; and what was asked for a job that came of one.
create function forget_words(p_orders uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_jobs uuid[] := array(select id from assignment where order_id = any(p_orders));
begin
    update order_event set note = '' where order_id = any(p_orders) and note <> '';
    update refund set reason = '' where order_id = any(p_orders) and reason <> '';
    update payment set reason = '' where order_id = any(p_orders) and reason <> '';
    update assignment_customer set contact = '{"name": "\u2013"}' where id = any(v_jobs);
    update assignment set about = '', place = '', reason = '', version = version + 1
     where id = any(v_jobs) and (about <> '' or place <> '' or reason <> '');
    update assignment_slot set place = '' where assignment_id = any(v_jobs) and place <> '';
    perform forget_facts(p_orders || v_jobs, '{"reason": ""}');
end $$
--;
-- Cents of what was paid that have to go back to the customer: all of it once an order was called off.
create function owed_back(p_order "order") returns bigint language sql immutable as $$
    select case when p_order.state in ('refused', 'expired', 'cancelled') then p_order.paid_cents
                else greatest(p_order.paid_cents - p_order.net_cents - p_order.vat_cents, 0) end
$$
--;
-- What an order keeps of the contact of a customer who was erased: whom to ask, as long as money has to go back; then
-- what an invoice needs. There is none if it was called off, and up to `p_invoice` cents it names nobody.
create function contact_kept(p_order "order", p_invoice bigint) returns jsonb
language sql immutable set search_path = public, pg_temp as $$
    select case
        when p_order.state not in ('refused', 'expired', 'cancelled')
             and p_order.net_cents + p_order.vat_cents > p_invoice
            then p_order.contact - case when owed_back(p_order) > 0 then array['reference']
                                        else array['email', 'phone', 'reference'] end
        when owed_back(p_order) > 0 then p_order.contact - array['organisation', 'reference']
        else '{"name": "\u2013"}' end
$$
--;
-- Locks the person and their memberships, so that no order, office or membership can refer to them until the commit.
create function lock_me() returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from person where id = my_person() for update;
    perform 1 from member where person_id = my_person() order by id for update;
end $$
--;
-- Cents in the name of the person who acts, on accounts or expected; a debt counts as well. Locks the accounts.
create function my_standing() returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_members uuid[] := array(select id from member where person_id = my_person());
begin
    perform 1 from balance b join account a on a.id = b.account_id where a.member_id = any(v_members)
      order by a.id for update of b;
    return (select coalesce(sum(abs(b.posted)), 0) from balance b join account a on a.id = b.account_id
             where a.member_id = any(v_members))
         + (select coalesce(sum(net_cents), 0) from earning
             where member_id = any(v_members) and state in ('pending', 'held'));
end $$
--;
-- Whether the person who acts ever acted as this member, or work was taken on in that name. What others entered alone
-- (the membership, an import of offerings, an invitation, a wish of the staff) is no act of theirs.
create function i_acted_as(p_member uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select 1 from member where id = p_member and goal_text is not null)
        or exists (select 1 from offering where member_id = p_member and source is null)
        or exists (select 1 from "order" where maker_ids @> array[p_member]
                      and state not in ('refused', 'expired', 'cancelled'))
        or exists (select 1 from "order" o join order_event e on e.order_id = o.id
                    where o.maker_ids @> array[p_member] and e.person_id = my_person())
        or exists (select 1 from member_event where member_id = p_member and person_id = my_person())
        or exists (select 1 from cost_claim where member_id = p_member and claimed_by = my_person())
        or exists (select 1 from spending where member_id = p_member and requested_by = my_person())
        or exists (select 1 from wish where member_id = p_member and wished_by = my_person())
        or exists (select 1 from assignment_part where member_id = p_member and state = 'taken')
        or exists (select 1 from assignment_hours where member_id = p_member and reported_by = my_person())
        or exists (select 1 from barter where giver_id = p_member or receiver_id = p_member and state = 'confirmed')
        or exists (select 1 from ballot b where b.casts @> jsonb_build_array(jsonb_build_object('member_id', p_member))
                      or b.proposed_by = my_person()
                         and b.cooperative_id = (select cooperative_id from member where id = p_member))
$$
--;
create or replace function erase_me(p_invoice bigint) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_me uuid := my_person();
    v_person person;
    v_login text;
    v_members uuid[];
    v_orders uuid[];
begin
    select * into strict v_person from person where id = v_me;
    v_login := concat_ws('|', v_person.issuer, v_person.subject);
    v_members := array(select id from member where person_id = v_me);
    v_orders := array(select id from "order" where customer_person_id = v_me);
    perform forget_words(v_orders);
    update "order" o set note = '', guest_token_hash = null, version = version + 1, contact = contact_kept(o, p_invoice)
     where id = any(v_orders);
    delete from customer where person_id = v_me;
    delete from sealed_key where member_id = any(v_members);
    update member_event set note = '' where member_id = any(v_members) and note <> '';
    update assignment_hours set note = '', reason = '' where member_id = any(v_members) and (note <> '' or reason <> '');
    update barter set title = E'\u2013' where giver_id = any(v_members) or receiver_id = any(v_members);
    update spending set title = E'\u2013', supplier = '', receipt = '', reason = ''
     where member_id = any(v_members) and paid_on is null;
    update earning set reason = '' where member_id = any(v_members) and reason <> '';
    perform forget_facts(
        array(select id from assignment_hours where member_id = any(v_members)), '{"reason": ""}');
    perform forget_facts(
        array(select id from barter where giver_id = any(v_members) or receiver_id = any(v_members)
              union all select id from spending where member_id = any(v_members) and paid_on is null),
        '{"title": "\u2013", "reason": ""}');
    update member set name = E'\u2013', trade_name = E'\u2013', goal_text = null, goal_cents = null, person_id = null,
           version = version + 1
     where id = any(v_members);
    delete from idempotency where caller = v_login
        or caller like '%|' || replace(replace(replace(v_login, '\', '\\'), '%', '\%'), '_', '\_');
    perform forget_answers(array[v_me]);
    update person set issuer = 'erased', subject = id::text, name = E'\u2013', email = null, version = version + 1
     where id = v_me;
end $$
--;
-- An order that a login places while it is being erased is placed again, by somebody new.
create function customer_is_there() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from person where id = new.customer_person_id and issuer <> 'erased' for key share;
    if not found then
        raise serialization_failure using message = 'this customer was erased meanwhile';
    end if;
    return new;
end $$
--;
create trigger customer_is_there before insert on "order" for each row
  when (new.customer_person_id is not null and new.customer_person_id = my_person()) execute function customer_is_there()
--;
-- Orders that ended before `p_books`; and of customers who were erased, what was kept for money that went back since.
drop function forget_old(timestamptz, timestamptz)
--;
create function forget_old(p_books timestamptz, p_traces timestamptz, p_invoice bigint) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_forgotten uuid[];
    v_customers uuid[];
begin
    with old as (
        select id, '{"name": "\u2013"}'::jsonb as kept from "order"
         where id < first_id(p_books) and coalesce(completed_at, placed_at) < p_books
           and state in ('completed', 'refused', 'expired', 'cancelled')
        union all
        select o.id, contact_kept(o, p_invoice) from person p join "order" o on o.customer_person_id = p.id
         where p.issuer = 'erased' and not (o.id < first_id(p_books) and coalesce(o.completed_at, o.placed_at) < p_books)),
    gone as (
        update "order" o set contact = old.kept, note = '', guest_token_hash = null, version = version + 1
          from old where o.id = old.id and o.contact <> old.kept
        returning o.id, o.customer_person_id)
    select coalesce(array_agg(g.id), '{}'), coalesce(array_agg(p.id) filter (where p.id is not null), '{}')
      into v_forgotten, v_customers
      from gone g left join person p on p.id = g.customer_person_id and p.issuer = 'erased';
    perform forget_words(v_forgotten);
    perform forget_answers(v_customers);
    delete from webhook_delivery where id < first_id(p_traces) and state <> 'waiting' and done_at < p_traces;
    delete from offering_import_row r using offering_import i
     where r.id < first_id(p_traces) and i.id = r.import_id and i.finished_at < p_traces;
    return cardinality(v_forgotten);
end $$
--;
do $$
declare
    f text;
begin
    foreach f in array array[
        'record_outcome(text, text, text, timestamptz, jsonb, uuid[], uuid[])', 'forget_answers(uuid[])',
        'forget_facts(uuid[], jsonb)', 'forget_words(uuid[])', 'owed_back("order")', 'contact_kept("order", bigint)',
        'forget_old(timestamptz, timestamptz, bigint)', 'lock_me()', 'my_standing()', 'i_acted_as(uuid)',
        'customer_is_there()'
    ] loop
        execute format('revoke all on function %s from public', f);
        execute format('alter function %s owner to samen_books', f);
    end loop;
    foreach f in array array[
        'record_outcome(text, text, text, timestamptz, jsonb, uuid[], uuid[])', 'lock_me()', 'my_standing()',
        'i_acted_as(uuid)'
    ] loop
        execute format('grant execute on function %s to samen_app', f);
    end loop;
end $$
--;
grant execute on function forget_old(timestamptz, timestamptz, bigint) to samen_worker
