-- A row that is let in by its order asks for it in a plan of its own, which is kept.
create function sees_order(p_order uuid) returns boolean
    language plpgsql stable set search_path = public, pg_temp as $$
begin
    return exists (select 1 from "order" where id = p_order);
end $$;
grant execute on function sees_order to samen_app;

-- The order that `add_order` is placing at this moment: its lines and first events come with it, without looking for it.
create function being_placed() returns uuid
    language sql stable as $$
    select nullif(current_setting('samen.placing', true), '')::uuid
$$;
grant execute on function being_placed to samen_app;

-- Through which app an order came, or the orders of an invoice: all that the publisher has to know of them.
create function app_behind(p_subject uuid) returns uuid
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select app_id from "order" where id = p_subject), (select app_id from invoice where id = p_subject))
$$;
grant execute on function app_behind to samen_worker;

-- The price in cents less what was credited and written off; 0 once an order was called off. This function and those that
-- follow say what the properties of an order in the domain say.
create function price_left(p_order "order") returns bigint
    language sql immutable as $$
    select case when p_order.state in ('refused', 'expired', 'cancelled') then 0
                else p_order.net_cents + p_order.vat_cents - p_order.refunded_cents - p_order.written_off_cents end
$$;
grant execute on function price_left to samen_app, samen_worker, samen_reader;

-- Cents that are still to be paid.
create function due_cents(p_order "order") returns bigint
    language sql immutable as $$
    select greatest(price_left(p_order) - p_order.paid_cents, 0)
$$;
grant execute on function due_cents to samen_app, samen_reader;

-- What an order owes of its invoices, in cents: once supplied all that is due, before that what its deposits ask.
create function asked_of_invoices(p_order "order") returns bigint
    language sql immutable as $$
    select case when p_order.state in ('delivered', 'completed') then price_left(p_order)
                else least(price_left(p_order), p_order.deposit_cents) end
$$;
grant execute on function asked_of_invoices to samen_app;

-- What of that is not paid.
create function open_of_invoices(p_order "order") returns bigint
    language sql immutable as $$
    select case when p_order.state in ('delivered', 'completed') then due_cents(p_order)
                else least(due_cents(p_order), greatest(p_order.deposit_cents - p_order.paid_cents, 0)) end
$$;
grant execute on function open_of_invoices to samen_app, samen_reader;

-- Cents of what was paid that have to go back to the customer.
create function owed_back(p_order "order") returns bigint
    language sql immutable as $$
    select greatest(p_order.paid_cents - price_left(p_order), 0)
$$;
grant execute on function owed_back to samen_app, samen_reader;

-- How much of the price is paid, also of an order that was called off.
create function payment_of(p_order "order") returns text
    language sql immutable as $$
    select case
        when p_order.refunded_cents > 0 and p_order.refunded_cents = p_order.net_cents + p_order.vat_cents then 'refunded'
        when p_order.paid_cents
             >= p_order.net_cents + p_order.vat_cents - p_order.refunded_cents - p_order.written_off_cents
            then case when p_order.written_off_cents > 0 then 'written_off'
                      when p_order.refunded_cents > 0 then 'partly_refunded' else 'paid' end
        when p_order.paid_cents > 0 then 'partly_paid'
        else 'unpaid' end
$$;
grant execute on function payment_of to samen_app;

-- The last day to pay; null before delivery, and for a charge between cooperatives. Whoever gets one invoice a month pays
-- by that.
create function due_on(p_order "order") returns date
    language sql immutable as $$
    select case when p_order.pay_by is not null then p_order.pay_by
                when p_order.buyer_id is null
                     and coalesce(p_order.contact #>> '{buyer,billing}', 'per_order') <> 'monthly'
                then (p_order.delivered_at at time zone 'Europe/Amsterdam')::date + p_order.payment_days end
$$;
grant execute on function due_on to samen_app;

-- The names of the customer, a line each, in small letters of any script.
create function buyer_of(p_order "order") returns text
    language sql immutable as $$
    select lower(concat_ws(E'\n', p_order.contact ->> 'name', p_order.contact #>> '{buyer,organisation}') collate pg_c_utf8)
$$;
grant execute on function buyer_of to samen_app;

-- Whether an invoice is of one order alone: whoever has the link of one order does not see others.
create function is_of_one_order(p_invoice uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) = 1 from invoice_order where invoice_id = p_invoice
$$;

-- The order behind a guest's link, as the link shows it, with the bank account to which it is paid.
create function order_of_guest(p_hash text)
    returns table (reference text, cooperative text, state text, title text, gross_cents bigint, paid_cents bigint,
                   refunded_cents bigint, due_cents bigint, owed_back_cents bigint, payment text, due_on date,
                   placed_at timestamptz, accept_by timestamptz, needed_at timestamptz, iban text, account_name text,
                   delivered_at timestamptz, deposit_cents bigint, buyer_type text, billing text, addressed boolean,
                   invoices jsonb, invoice jsonb)
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.reference, c.name, o.state, (select min(l.title) from order_line l where l.order_id = o.id),
           o.net_cents + o.vat_cents, o.paid_cents, o.refunded_cents, due_cents(o), owed_back(o), payment_of(o), due_on(o),
           o.placed_at, o.accept_by, o.needed_at, b.iban, b.name,
           o.delivered_at, o.deposit_cents, coalesce(o.contact #>> '{buyer,buyer_type}', 'consumer'),
           coalesce(o.contact #>> '{buyer,billing}', 'per_order'), o.contact #>> '{buyer,postal_address}' is not null,
           (select coalesce(jsonb_agg(jsonb_build_object(
                       'number', i.number, 'kind', i.kind, 'issued_on', i.issued_on, 'gross_cents', i.gross_cents,
                       'due_cents', invoice_due(i), 'due_on', i.due_on, 'rf_reference', i.rf_reference,
                       'electronic', exists (select from document d where d.owner_id = i.id
                                                and d.media_type = 'application/xml')) order by i.id), '[]')
              from invoice_order p join invoice i on i.id = p.invoice_id
             where p.order_id = o.id and is_of_one_order(i.id)),
           (select jsonb_build_object('number', i.number, 'kind', i.kind, 'issued_on', i.issued_on, 'shared', not alone.it,
                                      'gross_cents', case when alone.it then i.gross_cents else 0 end,
                                      'due_cents', case when alone.it then invoice_due(i) else 0 end, 'due_on', i.due_on,
                                      'rf_reference', i.rf_reference)
              from invoice i cross join lateral (select is_of_one_order(i.id) as it) alone where i.id = o.invoice_id)
      from "order" o join cooperative c on c.id = o.cooperative_id
      left join bank_account b on b.cooperative_id = o.cooperative_id and b.state = 'confirmed' and b.for_customers
     where o.guest_token_hash = p_hash
$$;
grant execute on function order_of_guest to samen_app;

-- What an invoice of that order shows, and its file of this type if it is made.
create function invoice_of_guest(p_hash text, p_number text, p_media_type text)
    returns table (paper jsonb, content bytea)
    language sql stable security definer set search_path = public, pg_temp as $$
    select i.paper, (select d.content from document d where d.owner_id = i.id and d.media_type = p_media_type)
      from "order" o join invoice_order p on p.order_id = o.id join invoice i on i.id = p.invoice_id
     where o.guest_token_hash = p_hash and i.number = p_number and is_of_one_order(i.id)
$$;
grant execute on function invoice_of_guest to samen_app;

-- The same for processes of the version before, which run until they are restarted.
create function guest_order(p_hash text)
    returns table (reference text, cooperative text, state text, title text,
                   gross_cents bigint, paid_cents bigint, placed_at timestamptz, needed_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.reference, c.name, o.state, (select min(l.title) from order_line l where l.order_id = o.id),
           o.net_cents + o.vat_cents, o.paid_cents, o.placed_at, o.needed_at
      from "order" o join cooperative c on c.id = o.cooperative_id where o.guest_token_hash = p_hash
$$;
grant execute on function guest_order to samen_app;

-- An order that a login places while it is being erased is placed again, by somebody new.
create function customer_is_there() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from person where id = new.customer_person_id and issuer <> 'erased' for key share;
    if not found then
        raise serialization_failure using message = 'this customer was erased meanwhile';
    end if;
    return new;
end $$;

-- An erasure locks the offerings that it takes off the market: an order that waited for it is placed again.
create function is_on_sale() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from offering where id = new.offering_id and state = 'published' for key share;
    if not found then
        raise serialization_failure using message = 'this offering is not on sale any more';
    end if;
    return new;
end $$;

-- Dates every change of an order, by whoever writes it: a step, a payment, an assignment, netting, an erasure.
create function dates_change() returns trigger
    language plpgsql as $$
begin
    new.updated_at := now();
    return new;
end $$;

-- Lines come before an order moves, whoever writes them: `samen.placing` is a setting, which a statement can set itself.
-- Only its delivery gives an order other lines, with the next `terms`: each repeats the one that it replaces, but for its
-- VAT. `comes_with_a_delivery` looks at the commit whether the order was delivered with them.
create function comes_with_its_order() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.terms = 1 and not exists (select from "order" where id = new.order_id and version = 1) then
        raise insufficient_privilege using message = 'an order gets its lines when it is placed';
    end if;
    if new.terms > 1 and not exists (
        select from "order" o join order_line l on l.order_id = o.id and l.terms = o.terms
         where o.id = new.order_id and o.state in ('accepted', 'in_progress') and o.terms = new.terms - 1
           and new.replaces = l.replaces || l.id
           and (new.offering_id, new.edition, new.member_id, new.title, new.price_unit, new.quantity, new.minutes,
                new.unit_price_cents, new.basis, new.counts_stock, new.goods)
               is not distinct from
               (l.offering_id, l.edition, l.member_id, l.title, l.price_unit, l.quantity, l.minutes,
                l.unit_price_cents, l.basis, l.counts_stock, l.goods)
           and case new.basis when 'incl' then new.gross_cents = l.gross_cents else new.net_cents = l.net_cents end)
    then
        raise insufficient_privilege using message = 'a line is replaced at delivery, by one with another VAT';
    end if;
    return new;
end $$;

create function comes_with_a_delivery() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from "order" where id = new.order_id and terms = new.terms
                                         and state in ('delivered', 'completed')) then
        raise insufficient_privilege using message = 'a line is replaced when its order is delivered';
    end if;
    return null;
end $$;

-- What an order costs changes with its lines, at delivery, to their sum; no line is left out.
create function costs_what_its_lines_say() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.terms <> old.terms + 1 or old.state not in ('accepted', 'in_progress') or new.state <> 'delivered'
       or not exists (
           select from order_line l where l.order_id = new.id and l.terms = new.terms
           having sum(l.net_cents) = new.net_cents and sum(l.vat_cents) = new.vat_cents
              and count(distinct l.replaces) = count(*)
              and count(*) = (select count(*) from order_line b where b.order_id = new.id and b.terms = old.terms))
    then
        raise insufficient_privilege using message = 'an order costs what its lines say';
    end if;
    return new;
end $$;

-- The invoice of an order is one that is for it, whoever writes it. It stays until the job of the order goes on after its
-- delivery; then all that was invoiced is what deposits ask.
create function has_this_invoice() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' and old.invoice_id is null
       and exists (select from invoice_order p where p.invoice_id = new.invoice_id and p.order_id = new.id) then
        return new;
    end if;
    if tg_op = 'UPDATE' and new.invoice_id is null
       and new.assignment_id is not null and old.state = 'delivered' and new.state = 'in_progress'
       and new.deposit_cents = (
           select sum(case when i.kind = 'credit_note' then -1 else 1 end * (p.net_cents + p.vat_cents))
             from invoice_order p join invoice i on i.id = p.invoice_id where p.order_id = new.id) then
        return new;
    end if;
    raise insufficient_privilege using message = 'the invoice of an order is one that is for it';
end $$;

-- Lines and events are let in by the order that they belong to: it has to be there before them, in one round trip.
-- They come as JSON and are written by their names, so that a process that is older than a column still places orders.
-- The seller's payment days of this moment are the order's, whatever the seller changes later.
create function add_order(p_order jsonb, p_lines jsonb, p_events jsonb) returns void
    language plpgsql set search_path = public, pg_temp as $$
begin
    insert into "order" (id, cooperative_id, reference, contact, net_cents, vat_cents, placed_at, accept_by,
                         customer_person_id, app_id, maker_ids, guest_token_hash, needed_at, note, state, paid_cents,
                         refunded_cents, delivered_at, completed_at, sale_parts, sale_reversed, version, assignment_id,
                         buyer_id, external_reference, payment_days, written_off_cents, fund_bears, charge_parts,
                         vat_with_money, terms)
    select o.id, o.cooperative_id, o.reference, o.contact, o.net_cents, o.vat_cents, o.placed_at, o.accept_by,
           o.customer_person_id, o.app_id, o.maker_ids, o.guest_token_hash, o.needed_at, o.note, o.state, o.paid_cents,
           o.refunded_cents, o.delivered_at, o.completed_at, o.sale_parts, o.sale_reversed, o.version, o.assignment_id,
           o.buyer_id, o.external_reference,
           coalesce(o.payment_days, (select c.payment_days from cooperative c where c.id = o.cooperative_id)),
           coalesce(o.written_off_cents, 0), coalesce(o.fund_bears, false), coalesce(o.charge_parts, 0),
           coalesce(o.vat_with_money, false), coalesce(o.terms, 1)
      from jsonb_populate_record(null::"order", p_order) o;
    perform set_config('samen.placing', p_order ->> 'id', true);
    insert into order_line (id, order_id, offering_id, edition, member_id, title, price_unit, quantity, unit_price_cents,
                            vat_class, vat_basis_points, counts_stock, purchase_cents, minutes, basis, net_cents,
                            vat_cents, gross_cents, reversed_basis_points, terms, replaces, kept_net_cents, kept_vat_cents,
                            taxed_as, taxed_purchase_cents, goods)
    select l.id, l.order_id, l.offering_id, l.edition, l.member_id, l.title, l.price_unit, l.quantity, l.unit_price_cents,
           l.vat_class, l.vat_basis_points, l.counts_stock, l.purchase_cents, l.minutes, l.basis, l.net_cents,
           l.vat_cents, l.gross_cents, coalesce(l.reversed_basis_points, 0), coalesce(l.terms, 1),
           coalesce(l.replaces, '{}'), coalesce(l.kept_net_cents, 0), coalesce(l.kept_vat_cents, 0), l.taxed_as,
           l.taxed_purchase_cents, coalesce(l.goods, l.counts_stock)
      from jsonb_populate_recordset(null::order_line, p_lines) l;
    insert into order_event (id, order_id, cooperative_id, verb, state, at, person_id, app_id, note)
    select e.id, e.order_id, e.cooperative_id, e.verb, e.state, e.at, e.person_id, e.app_id, e.note
      from jsonb_populate_recordset(null::order_event, p_events) e;
    perform set_config('samen.placing', '', true);
end $$;
grant execute on function add_order to samen_app;

-- An order is seen by its customer, the app through which it came, its makers, the staff and the partner's app. It is
-- placed unpaid; from then on the staff's view changes it, which a use case lends to the others for its step. Whoever
-- sees it may lock it.
alter table "order" enable row level security, force row level security;
grant select, insert, update (state, paid_cents, refunded_cents, written_off_cents, fund_bears, deposit_cents, invoice_id, pay_by,
                              charge_parts, sale_parts, sale_reversed, maker_ids, assignment_id, delivered_at, completes_at, completed_at, vat_with_money,
                              net_cents, vat_cents, terms, version) on "order" to samen_app;
create policy read on "order" for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_partners())::uuid[])
           or customer_person_id = (select my_person())
           or app_id = (select my_app())
           or maker_ids && (select my_current_members()));
create policy add on "order" for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[])
                or (state = 'placed' and paid_cents = 0 and refunded_cents = 0 and sale_parts = 0
                    and written_off_cents = 0 and charge_parts = 0
                    and deposit_cents = 0 and invoice_id is null and pay_by is null
                    and (customer_person_id = (select my_person()) or app_id = (select my_app()))));
create policy change on "order" for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or cooperative_id = any((select my_partners())::uuid[])
           or customer_person_id = (select my_person())
           or app_id = (select my_app())
           or maker_ids && (select my_current_members()))
    with check (cooperative_id = any((select my_staff())::uuid[]));
create trigger dates_change before insert or update on "order" for each row execute function dates_change();
create trigger comes_without_invoice before insert on "order" for each row
    when (new.invoice_id is not null)
    execute function has_this_invoice();
create trigger has_this_invoice before update of invoice_id on "order" for each row
    when (new.invoice_id is distinct from old.invoice_id)
    execute function has_this_invoice();
create trigger customer_is_there before insert on "order" for each row
    when (new.customer_person_id is not null and new.customer_person_id = my_person())
    execute function customer_is_there();

create trigger costs_what_its_lines_say before update of net_cents, vat_cents, terms on "order" for each row
    -- One by one: PostgreSQL writes a comparison of rows with other brackets after a restore, which looks like a change.
    when (old.net_cents is distinct from new.net_cents or old.vat_cents is distinct from new.vat_cents
          or old.terms is distinct from new.terms)
    execute function costs_what_its_lines_say();

-- Lines come with their order, and stay: other numbers are other lines, which the staff's view adds at delivery.
alter table order_line enable row level security, force row level security;
grant select, insert on order_line to samen_app;
create policy read on order_line for select to samen_app
    using (exists (select 1 from "order" o where o.id = order_line.order_id));
create policy add on order_line for insert to samen_app
    with check (order_id = being_placed()
                or (terms > 1 and exists (select 1 from "order" o
                                           where o.id = order_id and o.cooperative_id = any((select my_staff())::uuid[]))));
create trigger comes_with_its_order before insert on order_line for each row execute function comes_with_its_order();
create constraint trigger comes_with_a_delivery after insert on order_line deferrable initially deferred for each row
    when (new.terms > 1)
    execute function comes_with_a_delivery();
create trigger is_on_sale before insert on order_line for each row
    when (new.offering_id is not null and new.terms = 1)
    execute function is_on_sale();
create trigger append_only before delete or update on order_line for each row execute function refuse_change();
create trigger never_truncate before truncate on order_line for each statement execute function refuse_change();

-- The events of an order; a trail, in which nobody writes in another's name.
alter table order_event enable row level security, force row level security;
grant select, insert on order_event to samen_app;
create policy read on order_event for select to samen_app
    using (exists (select 1 from "order" o where o.id = order_event.order_id));
create policy add on order_event for insert to samen_app
    with check ((order_id = being_placed() or sees_order(order_id)) and (person_id is null or person_id = my_person()));
create trigger append_only before delete or update on order_event for each row execute function refuse_change_of_trail();
create trigger never_truncate before truncate on order_event for each statement execute function refuse_change();

-- The contact that a customer keeps for the next order.
alter table customer enable row level security, force row level security;
grant select, insert, update (contact, version) on customer to samen_app;
create policy own on customer to samen_app
    using (person_id = (select my_person()));
