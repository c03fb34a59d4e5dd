-- The floor of W2: what an order that is paid and split has to write at least, in one round trip.
create schema if not exists bench
--;
create table bench.paid (id uuid primary key, order_id uuid, cents bigint, state text)
--;
create table bench.line (order_id uuid, number integer, cents bigint, primary key (order_id, number))
--;
create table bench.entry (journal_id uuid, line integer, account integer, cents bigint, after bigint,
                          primary key (journal_id, line))
--;
create table bench.balance (account integer primary key, posted bigint)
--;
create table bench.outbox (id uuid primary key, facts jsonb)
--;
create table bench.key (key text primary key, outcome jsonb)
--;
insert into bench.balance select n, 0 from generate_series(1, 400) n
--;
create function bench.pay(p_key text, p_first integer) returns uuid language plpgsql as $$
declare
    v_id uuid := uuidv7();
begin
    insert into bench.key values (p_key, '{}');
    insert into bench.paid values (v_id, v_id, 24200, 'paid');
    insert into bench.line values (v_id, 1, 20000);
    with moved as (
        update bench.balance b set posted = b.posted + l.cents
          from (values (p_first, 1, -24200), (p_first + 1, 2, 4200), (p_first + 2, 3, 20000)) l(account, line, cents)
         where b.account = l.account returning l.line, b.account, l.cents, b.posted)
    insert into bench.entry select v_id, line, account, cents, posted from moved;
    insert into bench.entry values (v_id, 4, p_first, 1, 1);
    insert into bench.outbox values (v_id, '{"order": "x"}');
    return v_id;
end $$
