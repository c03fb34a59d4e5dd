-- The floor of W1: the rows of an order that is placed, in tables of the same shape with the same indexes, in one round
-- trip; nobody is asked who they are, and nothing is looked up but the offering.
do $$
declare t text;
begin
    foreach t in array array['order_line', 'timer'] loop
        execute format('create table bench.%I (like public.%I including all)', t, t);
    end loop;
end $$
--;
create function bench.place(p_key text, p_offering uuid) returns uuid language plpgsql as $$
declare
    v_id uuid := uuidv7();
    v_offering offering;
begin
    insert into bench.idempotency (id, caller, verb, key, request_hash, created_at, replays, outcome, about)
    values (uuidv7(), 'x', 'place_order', p_key, p_key, now(), 0, '{"result": {"reference": "x"}}', array[v_id]);
    select * into v_offering from offering where id = p_offering;
    insert into bench."order" (id, cooperative_id, reference, contact, net_cents, vat_cents, placed_at, accept_by, maker_ids,
                               guest_token_hash, note, state, paid_cents, refunded_cents, written_off_cents, fund_bears,
                               charge_parts, sale_parts, sale_reversed, version)
    values (v_id, v_offering.cooperative_id, upper(substr(md5(v_id::text), 1, 8)),
            '{"name": "Jo", "email": "jo@example.org"}', v_offering.price_cents * 3, v_offering.price_cents * 63 / 100, now(),
            now() + interval '2 days', array[v_offering.member_id], md5(v_id::text), '', 'placed', 0, 0, 0, false, 0, 0,
            false, 1);
    insert into bench.order_line (id, order_id, offering_id, member_id, edition, title, price_unit, quantity, unit_price_cents,
                                  vat_class, vat_basis_points, counts_stock, basis, net_cents, vat_cents, gross_cents)
    values (uuidv7(), v_id, v_offering.id, v_offering.member_id, v_offering.edition, v_offering.title,
            v_offering.price_unit, 3, v_offering.price_cents, v_offering.vat_class, 2100, false, 'excl',
            v_offering.price_cents * 3, v_offering.price_cents * 63 / 100, v_offering.price_cents * 363 / 100);
    insert into bench.order_event (id, order_id, cooperative_id, verb, state, at, note)
    values (uuidv7(), v_id, v_offering.cooperative_id, 'place', 'placed', now(), '');
    insert into bench.timer (id, kind, cooperative_id, subject_id, due_at, next_try_at, attempts)
    values (uuidv7(), 'accept_by', v_offering.cooperative_id, v_id, now() + interval '2 days', now() + interval '2 days', 0);
    insert into bench.outbox (id, name, cooperative_id, subject_id, facts, created_at, next_try_at, attempts, audience)
    values (uuidv7(), 'order.placed', v_offering.cooperative_id, v_id, '{"reference": "x"}', now(), now(), 0, 'parties');
    return v_id;
end $$
