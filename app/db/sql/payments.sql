-- Whom an order is about: its customer, and the members who made it or work on its assignment. For whoever decides about
-- its money; the outside approver and the umbrella do not see the order itself.
create function involved_in_order(p_order uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object('customer', o.customer_person_id,
                              'makers', to_jsonb(o.maker_ids || coalesce(a.member_ids, '{}')))
      from "order" o left join assignment a on a.id = o.assignment_id
     where o.id = p_order and (o.cooperative_id = any(my_staff() || my_approvals()) or is_my_part(o.cooperative_id))
$$;
grant execute on function involved_in_order to samen_app;

-- What whoever decides about a write-off has to know of its order: its reference, what is due of it if it was supplied, and
-- who has to bear it, as the domain says.
create function order_to_write_off(p_order uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object(
               'reference', o.reference,
               'due', case when o.state in ('delivered', 'completed') then due_cents(o) else 0 end,
               'bearer', case when o.assignment_id is not null or o.written_off_cents > 0 and o.fund_bears
                              then 'cooperative_fund'
                              when o.written_off_cents > 0 then 'makers' end)
      from "order" o
     where o.id = p_order and (o.cooperative_id = any(my_staff() || my_approvals()) or is_my_part(o.cooperative_id))
$$;
grant execute on function order_to_write_off to samen_app;

-- Money that came in, recorded and reversed by the staff; seen with its order. A maker adds the cash that they got at the
-- door, which the staff confirms.
alter table payment enable row level security, force row level security;
grant select, insert, update (state, decided_by, reversed_on, reversed_by, reason, version) on payment to samen_app;
create policy read on payment for select to samen_app
    using (exists (select 1 from "order" o where o.id = payment.order_id));
create policy add on payment for insert to samen_app
    with check ((cooperative_id = any(my_staff())
                 or (state = 'to_confirm' and method = 'cash' and recorded_by = my_person()
                     and decided_by is null and reversed_on is null and version = 1))
                and exists (select 1 from "order" o
                             where o.id = order_id and o.cooperative_id = payment.cooperative_id
                               and (o.cooperative_id = any(my_staff()) or o.maker_ids && my_current_members())));
create policy change on payment for update to samen_app using (cooperative_id = any(my_staff()));

-- What was taken off the price of an order, with its lines; seen with its order. A credit that was wrong is reversed.
alter table credit enable row level security, force row level security;
grant select, insert, update (reversed_on, version) on credit to samen_app;
create policy read on credit for select to samen_app
    using (sees_order(order_id));
create policy add on credit for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[])
                and exists (select 1 from "order" o where o.id = order_id and o.cooperative_id = credit.cooperative_id));
create policy change on credit for update to samen_app using (cooperative_id = any((select my_staff())::uuid[]));
create trigger append_only before delete on credit for each row execute function refuse_change();
create trigger stays before update on credit for each row
    when (new.id is distinct from old.id or new.order_id is distinct from old.order_id
          or new.cooperative_id is distinct from old.cooperative_id or new.net_cents is distinct from old.net_cents
          or new.vat_cents is distinct from old.vat_cents or new.day is distinct from old.day
          or new.credited_by is distinct from old.credited_by or new.credited_at is distinct from old.credited_at
          or new.part_of is distinct from old.part_of
          or new.reason is distinct from old.reason and new.reason <> '' or old.reversed_on is not null
             and new.reversed_on is distinct from old.reversed_on)
    execute function refuse_change();
create trigger never_truncate before truncate on credit for each statement execute function refuse_change();

alter table credit_line enable row level security, force row level security;
grant select, insert on credit_line to samen_app;
create policy read on credit_line for select to samen_app
    using (sees_order(order_id));
create policy add on credit_line for insert to samen_app
    with check (exists (select 1 from credit c join order_line l on l.id = order_line_id and l.order_id = c.order_id
                         where c.id = credit_id and c.order_id = credit_line.order_id
                           and c.cooperative_id = any((select my_staff())::uuid[])));
create trigger append_only before delete or update on credit_line for each row execute function refuse_change();
create trigger never_truncate before truncate on credit_line for each statement execute function refuse_change();

-- The earnings of a job as they were before a credit, for its reversal.
alter table earning_before enable row level security, force row level security;
grant select, insert on earning_before to samen_app;
create policy read on earning_before for select to samen_app using (cooperative_id = any((select my_staff())::uuid[]));
create policy add on earning_before for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[])
                and exists (select 1 from credit c
                             where c.id = credit_id and c.cooperative_id = earning_before.cooperative_id)
                and exists (select 1 from earning e
                             where e.id = earning_id and e.cooperative_id = earning_before.cooperative_id));
create trigger append_only before delete or update on earning_before for each row execute function refuse_change();
create trigger never_truncate before truncate on earning_before for each statement execute function refuse_change();

-- Lines are let in by the credit that they belong to.
create function add_credit(p_credit jsonb, p_lines jsonb) returns void
    language plpgsql set search_path = public, pg_temp as $$
begin
    insert into credit (id, order_id, cooperative_id, net_cents, vat_cents, day, reason, credited_by, credited_at, part_of,
                        version)
    select c.id, c.order_id, c.cooperative_id, c.net_cents, c.vat_cents, c.day, c.reason, c.credited_by, c.credited_at,
           c.part_of, 1
      from jsonb_populate_record(null::credit, p_credit) c;
    insert into credit_line (credit_id, order_line_id, order_id, net_cents, vat_cents, quantity)
    select l.credit_id, l.order_line_id, l.order_id, l.net_cents, l.vat_cents, l.quantity
      from jsonb_populate_recordset(null::credit_line, p_lines) l;
end $$;
grant execute on function add_credit to samen_app;

-- Money that went back, recorded and reversed by the staff; seen with its order.
alter table repayment enable row level security, force row level security;
grant select, insert, update (reversed_on, reversed_by, reason, version) on repayment to samen_app;
create policy read on repayment for select to samen_app
    using (exists (select 1 from "order" o where o.id = repayment.order_id));
create policy add on repayment for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[])
                and exists (select 1 from "order" o
                             where o.id = order_id and o.cooperative_id = repayment.cooperative_id));
create policy change on repayment for update to samen_app using (cooperative_id = any((select my_staff())::uuid[]));

-- What nobody expects to be paid any more: for the staff, and for the outside approver and the officers of the umbrella, who
-- may confirm it.
alter table write_off enable row level security, force row level security;
grant select, insert, update (state, confirmed_by, confirmed_on, version) on write_off to samen_app;
create policy read on write_off for select to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[]));
create policy add on write_off for insert to samen_app
    with check (state = 'proposed' and cooperative_id = any((select my_staff())::uuid[])
                and exists (select 1 from "order" o
                             where o.id = order_id and o.cooperative_id = write_off.cooperative_id));
create policy change on write_off for update to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals())::uuid[]));
