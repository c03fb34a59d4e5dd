-- The floor of W2: the rows that an order which is paid and split has to write, in tables of the same shape with the
-- same indexes, in one round trip; nobody is asked who they are, nothing is worked out and nothing is hashed twice.
create schema if not exists bench
--;
do $$
declare t text;
begin
    foreach t in array array['order', 'payment', 'order_event', 'outbox', 'earning', 'member_year', 'member_month',
                             'fund_month', 'journal', 'entry', 'result_line', 'balance', 'idempotency'] loop
        execute format('create table bench.%I (like public.%I including all)', t, t);
    end loop;
end $$
--;
insert into bench."order" select * from public."order" where state = 'completed' limit 300
--;
insert into bench.earning select * from public.earning
 where order_id in (select id from bench."order") on conflict do nothing
--;
create table bench.account (number integer primary key, id uuid)
--;
insert into bench.account select n, uuidv7() from generate_series(0, 999) n
--;
insert into bench.balance select id, 0, 0, null from bench.account
--;
create table bench.turn (number integer primary key, order_id uuid)
--;
insert into bench.turn select row_number() over (order by id) - 1, id from bench."order"
--;
create function bench.book(p_order bench."order", p_kind text, p_first integer, p_cents bigint[]) returns uuid
language plpgsql as $$
declare
    v_id uuid := uuidv7();
    v_facts jsonb := '{"to": "cooperative_fund", "net": 9999, "basis_points": 1000, "surplus": 9999, "rounded": true}';
begin
    insert into bench.journal (id, cooperative_id, kind, source_type, source_id, part, currency, booked_at, effective_on,
                               period, legs_hash, row_hash)
    values (v_id, p_order.cooperative_id, p_kind, 'order', v_id, 1, 'EUR', clock_timestamp(), current_date,
            date_trunc('month', current_date), sha256(p_cents::text::bytea), sha256(v_id::text::bytea));
    with moved as (
        update bench.balance b set posted = b.posted + l.cents, version = b.version + 1
          from unnest(p_cents) with ordinality l(cents, line) join bench.account a on a.number = p_first + l.line - 1
         where b.account_id = a.id returning l.line, b.account_id, l.cents, b.posted, b.version)
    insert into bench.entry (journal_id, line, account_id, cents, balance_after, version, rule, facts)
    select v_id, line, account_id, cents, posted, version, 'share_of_surplus', v_facts from moved;
    return v_id;
end $$
--;
create function bench.pay(p_key text, p_turn integer) returns uuid language plpgsql as $$
declare
    v_order bench."order";
    v_sale uuid;
    v_maker uuid;
    v_first integer := p_turn % 100 * 10;
begin
    insert into bench.idempotency (id, caller, verb, key, request_hash, created_at, replays, outcome, about)
    values (uuidv7(), 'x', 'record_payment', p_key, p_key, now(), 0, '{"result": {"cents": 9999}}', array[uuidv7()]);
    select o.* into v_order from bench."order" o join bench.turn t on t.order_id = o.id
     where t.number = p_turn % (select count(*) from bench.turn) for update of o;
    v_maker := v_order.maker_ids[1];
    insert into bench.payment (id, order_id, cooperative_id, cents, paid_on, method, recorded_by, recorded_at, state, reason,
                               version)
    values (uuidv7(), v_order.id, v_order.cooperative_id, 9999, current_date, 'bank_transfer', v_order.id, now(), 'recorded',
            '', 1);
    insert into bench.order_event (id, order_id, cooperative_id, verb, state, at, note)
    values (uuidv7(), v_order.id, v_order.cooperative_id, 'record_payment', 'completed', now(), '');
    insert into bench.outbox (id, name, cooperative_id, subject_id, facts, created_at, next_try_at, attempts)
    select uuidv7(), n, v_order.cooperative_id, v_order.id, '{"reference": "x"}', now(), now(), 0
      from unnest(array['order.paid', 'earning.posted']) n;
    insert into bench.member_year (member_id, year, cooperative_id) values (v_maker, 2026, v_order.cooperative_id)
        on conflict (member_id, year) do update set cooperative_id = excluded.cooperative_id;
    insert into bench.member_month (member_id, month, agreement_id, cooperative_id, kept_cents)
    values (v_maker, date_trunc('month', current_date), v_maker, v_order.cooperative_id, 9999)
        on conflict (member_id, month, agreement_id) do update set kept_cents = member_month.kept_cents + 9999;
    insert into bench.fund_month (cooperative_id, month, agreement_id, kept_cents)
    values (v_order.cooperative_id, date_trunc('month', current_date), v_maker, 999)
        on conflict (cooperative_id, month, agreement_id) do update set kept_cents = fund_month.kept_cents + 999;
    v_sale := bench.book(v_order, 'sale', v_first, array[-9999, 999, 9000]);
    insert into bench.result_line (journal_id, line, category, cents)
    values (v_sale, 1, 'allotted/fund', -999), (v_sale, 2, 'members', -9000), (v_sale, 3, 'members/to_share', 9999);
    update bench.earning set state = 'posted', journal_id = v_sale, kept_cents = 9000, cost_cents = 0,
           legs = '[{"kind": "cooperative_fund", "rule": "share_of_surplus", "cents": 999, "facts": {"surplus": 9999}},
                    {"kind": "pot", "rule": "pot", "cents": 9000, "facts": {"before": 0, "after": 9000}}]',
           version = version + 1
     where order_id = v_order.id;
    update bench."order" set paid_cents = net_cents + vat_cents, sale_parts = 1, version = version + 1 where id = v_order.id;
    return bench.book(v_order, 'payment', v_first + 4, array[-12099, 12099]);
end $$
