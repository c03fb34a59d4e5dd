-- Of a refund, what lowers no price: what was owed back, or was given back without a sale. Older refunds lowered it.
alter table refund add column returned_cents bigint not null default 0
--;
alter table refund add constraint refund_returned
    check (returned_cents >= 0 and returned_cents + vat_cents <= cents)
--;
-- Before this revision a refund without a sale wrote the whole order off, also if only a first part was paid. Now money
-- that went back leaves the price due, so:
-- a part was given back, or the work was not delivered yet: the price is due again, and the work may be earned;
-- all of it was given back after delivery: the order stays refunded, nothing is due;
-- it was called off: it has no price, so nothing was taken off one.
update earning e set state = 'pending', version = e.version + 1 from "order" o
 where o.id = e.order_id and e.state = 'reversed' and o.sale_parts = 0 and o.assignment_id is null
   and o.refunded_cents between 1 and o.net_cents + o.vat_cents - 1
   and o.state not in ('refused', 'expired', 'cancelled')
--;
insert into task (id, cooperative_id, role, what, subject_id, facts, created_at, version)
select uuidv7(), o.cooperative_id, 'treasurer', 'record_payment', o.id, jsonb_build_object('reference', o.reference), now(), 1
  from "order" o
 where o.refunded_cents between 1 and o.net_cents + o.vat_cents - 1 and o.assignment_id is null
   and (o.sale_parts = 0 or o.sale_reversed) and o.state in ('delivered', 'completed')
   and not exists (select 1 from task t where t.subject_id = o.id and t.what = 'record_payment' and t.done_at is null)
--;
update "order" set refunded_cents = 0, version = version + 1
 where refunded_cents > 0 and (sale_parts = 0 or sale_reversed) and assignment_id is null
   and (refunded_cents < net_cents + vat_cents or state not in ('delivered', 'completed'))
--;
-- What opens and closes the task to record a payment has an event of its own now; events of before that wait get theirs.
insert into outbox (id, name, cooperative_id, subject_id, facts, created_at, next_try_at, attempts)
select uuidv7(), case when o.net_cents + o.vat_cents > o.refunded_cents + o.paid_cents then 'order.due_again'
                      else 'order.nothing_due' end,
       o.cooperative_id, o.id, jsonb_build_object('reference', o.reference), e.at, e.at, 0
  from (select subject_id, max(created_at) as at from outbox
         where delivered_at is null and name in ('order.payment_reversed', 'order.refunded') group by 1) e
  join "order" o on o.id = e.subject_id
 where o.state in ('delivered', 'completed')
--;
alter table "order" drop constraint order_paid
--;
alter table "order" add constraint order_paid
    check (paid_cents >= 0 and (buyer_id is null or paid_cents <= net_cents + vat_cents))
--;
alter table "order" add constraint order_called_off
    check (refunded_cents = 0 or state not in ('refused', 'expired', 'cancelled'))
--;
-- A posting locks balances in one order for everybody, the bank last. The legs were read in that order, but `jsonb_agg`
-- with an order of its own sorted the input of the other aggregates too (since PostgreSQL 16): the locks came in the order
-- of the lines. Each aggregate says its order now. The rest of the function stays as it is.
do $$
declare
    v_body text := pg_get_functiondef('post_journals(jsonb)'::regprocedure);
    v_part text[];
begin
    foreach v_part slice 1 in array array[
        ['array_agg(l.line) as lines', 'array_agg(l.line order by l.turn) as lines'],
        ['array_agg(l.account) as accounts', 'array_agg(l.account order by l.turn) as accounts'],
        ['array_agg(l.cents) as cents', 'array_agg(l.cents order by l.turn) as cents'],
        ['array_agg(l.rule) as rules', 'array_agg(l.rule order by l.turn) as rules'],
        ['array_agg(l.facts) as facts', 'array_agg(l.facts order by l.turn) as facts'],
        ['a.id as account', 'a.id as account, row_number() over (order by l.member is null, l.kind = ''bank'', a.id, l.cents < 0, l.line) as turn'],
        ['limit 1) a on true
                     order by l.member is null, l.kind = ''bank'', a.id, l.cents < 0, l.line) l;', 'limit 1) a on true) l;']]
    loop
        continue when position(v_part[2] in v_body) > 0;
        if position(v_part[1] in v_body) = 0 then
            raise exception 'post_journals is not as expected: %', v_part[1];
        end if;
        v_body := replace(v_body, v_part[1], v_part[2]);
    end loop;
    execute v_body;
end $$
