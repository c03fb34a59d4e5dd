-- Who bought, in a contact, without some of it.
create function buyer_kept(p_contact jsonb, p_without text[]) returns jsonb
    language sql immutable as $$
    select case when p_contact ? 'buyer' then jsonb_build_object('buyer', (p_contact -> 'buyer') - p_without) else '{}' end
$$;

-- The contact that an order keeps of a customer who was erased: enough to reach them, as long as money has to go back;
-- then the facts of an invoice. There is none if it was called off, and up to `p_invoice` cents it names nobody.
create function contact_kept(p_order "order", p_invoice bigint) returns jsonb
    language sql immutable set search_path = public, pg_temp as $$
    select case
        when p_order.state not in ('refused', 'expired', 'cancelled')
             and p_order.net_cents + p_order.vat_cents > p_invoice
            then p_order.contact - case when owed_back(p_order) > 0 then '{}' else '{email,phone}' end::text[]
                 || buyer_kept(p_order.contact, array['purchase_order', 'buyer_reference'])
        when owed_back(p_order) > 0
            then p_order.contact || buyer_kept(p_order.contact, array['purchase_order', 'buyer_reference', 'organisation',
                                                                      'kvk_number', 'oin', 'vat_id'])
        else '{"name": "\u2013"}' end
$$;

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
end $$;

-- Forgets why bookings about these members or orders, or of these payments, were undone.
create function forget_reversals(p_about uuid[], p_payments uuid[] default '{}') returns void
    language sql security definer set search_path = public, pg_temp as $$
    update journal_reversal set reason = '', answer = ''
     where (about_ids && p_about or source_id = any(p_payments)) and (reason || answer) <> ''
$$;

-- Forgets the free texts about these orders, whoever wrote them, and those of jobs that came of one; and where their
-- customers are paid, unless something is owed back.
create function forget_words(p_orders uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_jobs uuid[] := array(select id from assignment where order_id = any(p_orders));
begin
    update order_event set note = '' where order_id = any(p_orders) and note <> '';
    update credit set reason = '' where order_id = any(p_orders) and reason <> '';
    update repayment set reason = '' where order_id = any(p_orders) and reason <> '';
    update write_off set reason = '' where order_id = any(p_orders) and reason <> '';
    update payment set reason = '' where order_id = any(p_orders) and reason <> '';
    update payout set reason = '' where creditor_id = any(p_orders) and reason <> '';
    perform forget_reversals(p_orders, array(select id from payment where order_id = any(p_orders)));
    update assignment_customer set contact = '{"name": "\u2013"}' where id = any(v_jobs);
    update assignment set about = '', place = '', reason = '', version = version + 1
     where id = any(v_jobs) and (about <> '' or place <> '' or reason <> '');
    update assignment_slot set place = '' where assignment_id = any(v_jobs) and place <> '';
    -- An item whose file for the bank is still to be made keeps the account.
    update payment_item i set payee_account_id = null, text = '', version = i.version + 1
      from payment_batch b
     where i.creditor_kind = 'customer' and i.creditor_id = any(p_orders) and b.id = i.batch_id
       and (i.state not in ('open', 'sent') or i.state = 'sent' and b.file is not null);
    delete from payee_account a using "order" o
     where a.creditor_kind = 'customer' and a.creditor_id = any(p_orders) and o.id = a.creditor_id and owed_back(o) = 0
       and not exists (select from payment_item i where i.payee_account_id = a.id);
    perform forget_facts(p_orders || v_jobs, '{"reason": ""}');
end $$;

-- Empties the answers that tell of these persons.
create function forget_answers(p_persons uuid[]) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update idempotency set outcome = (outcome - array['result', 'refusal']) || '{"forgotten": true}'
     where about && p_persons and not outcome ? 'forgotten'
$$;

-- The first id of a moment: ids are given out in the order of time (UUIDv7), so that what is old is found by its key.
create function first_id(p_moment timestamptz) returns uuid
    language sql immutable as $$
    select (lpad(to_hex((extract(epoch from p_moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;
grant execute on function first_id to samen_app;

-- Closes the invoices of a customer who was erased to the app through which they ordered, and forgets a name that the
-- invoice itself does not show. The invoice and its files stay for the staff, for seven years (AWR art. 52).
create function close_invoices(p_person uuid) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update invoice set app_id = null, version = version + 1,
           buyer_name = case when paper -> 'buyer' = 'null' then E'\u2013' else buyer_name end
     where customer_person_id = p_person
$$;

-- Takes the buyer out of the invoices that were issued before `p_books`, and deletes their files.
create function forget_invoices(p_books timestamptz) returns void
    language sql security definer set search_path = public, pg_temp as $$
    delete from document d using invoice i
     where i.id = d.owner_id and i.id < first_id(p_books) and i.issued_at < p_books;
    update invoice i
       set buyer_name = w.buyer_name, kvk_number = w.kvk_number, oin = w.oin, purchase_order = w.purchase_order,
           customer_person_id = w.customer_person_id, paper = w.paper, version = i.version + 1
      from invoice o cross join lateral without_buyer(o) w
     where o.id = i.id and i.id < first_id(p_books) and i.issued_at < p_books
       and (i.buyer_name <> w.buyer_name or i.paper <> w.paper or i.customer_person_id is not null)
$$;

-- Replaces the calling person by a pseudonym. The trail of power keeps the person's id, and loses the words.
create function erase_me(p_invoice bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_me uuid := my_person();
    v_person person;
    v_login text;
    v_members uuid[];
    v_orders uuid[];
begin
    perform must_have_entered();
    select * into strict v_person from person where id = v_me;
    v_login := concat_ws('|', v_person.issuer, v_person.subject);
    v_members := array(select id from member where person_id = v_me);
    v_orders := array(select id from "order" where customer_person_id = v_me);
    perform forget_words(v_orders);
    update "order" o set note = '', guest_token_hash = null, external_reference = null, version = version + 1,
           contact = contact_kept(o, p_invoice)
     where id = any(v_orders);
    perform close_invoices(v_me);
    delete from customer where person_id = v_me;
    delete from sealed_key where member_id = any(v_members);
    update member_event set note = '' where member_id = any(v_members) and note <> '';
    update assignment_hours set note = '', reason = '' where member_id = any(v_members) and (note <> '' or reason <> '');
    update barter set title = E'\u2013' where giver_id = any(v_members) or receiver_id = any(v_members);
    update spending set title = E'\u2013', supplier = '', receipt = '', reason = ''
     where member_id = any(v_members) and paid_on is null;
    update earning set reason = '' where member_id = any(v_members) and reason <> '';
    update payout set reason = '' where creditor_id = any(v_members) and reason <> '';
    update payment_item set text = '', version = version + 1 where creditor_id = any(v_members) and text <> '';
    update debt_write_off set reason = '' where member_id = any(v_members) and reason <> '';
    update power_event set reason = '' where person_id = v_me and reason <> '';
    perform forget_reversals(v_members);
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
end $$;
grant execute on function erase_me to samen_app;

-- Forgets the customers of orders that ended before `p_books`, the buyers of invoices that were issued before it, and all
-- traces older than `p_traces`. Returns how many orders forgot.
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
        update "order" o set contact = old.kept, note = '', guest_token_hash = null, external_reference = null,
               version = version + 1
          from old where o.id = old.id and o.contact <> old.kept
        returning o.id, o.customer_person_id)
    select coalesce(array_agg(g.id), '{}'), coalesce(array_agg(p.id) filter (where p.id is not null), '{}')
      into v_forgotten, v_customers
      from gone g left join person p on p.id = g.customer_person_id and p.issuer = 'erased';
    perform forget_words(v_forgotten);
    perform forget_answers(v_customers);
    perform forget_invoices(p_books);
    delete from webhook_delivery where id < first_id(p_traces) and state <> 'waiting' and done_at < p_traces;
    delete from offering_import_row r using offering_import i
     where r.id < first_id(p_traces) and i.id = r.import_id and i.finished_at < p_traces;
    return cardinality(v_forgotten);
end $$;
grant execute on function forget_old to samen_worker;
