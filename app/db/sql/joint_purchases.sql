-- A purchase that a cooperative leads; its partners and their members see it once it is open.
alter table joint_purchase enable row level security, force row level security;
grant select, insert, update (title, about, supplier, rule, closes_at, tops_up_at, delivery_cents, delivery_by,
                              discount_cents, deductible, deducting_ids, entity_ids, state, closed_at, buyer_id,
                              settled_by, settled_on, priced_by, left_cents, risen_cents, total_cents, parts, version) on joint_purchase to samen_app;
create policy read on joint_purchase for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or (state <> 'draft'
               and (partner_ids && (select my_staff())
                    or partner_ids && (select my_cooperatives())
                    or cooperative_id = any((select my_cooperatives())::uuid[]))));
create policy add on joint_purchase for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on joint_purchase for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));

alter table purchase_article enable row level security, force row level security;
grant select, insert, update (dropped, ordered_units, received_units, received_on, vat_basis_points, billed_pack_cents,
                              price_reason, priced_by, digest, version) on purchase_article to samen_app;
create policy read on purchase_article for select to samen_app
    using (purchase_id in (select id from joint_purchase));
create policy add on purchase_article for insert to samen_app
    with check (purchase_id in (select id from joint_purchase where cooperative_id = any((select my_staff())::uuid[])));
create policy change on purchase_article for update to samen_app
    using (purchase_id in (select id from joint_purchase where cooperative_id = any((select my_staff())::uuid[])));

-- A wish for an article, seen and changed by whoever has it, their cooperative and the lead.
alter table wish enable row level security, force row level security;
grant select, insert, update (quantity, tolerance, reserved_cents, locked_units, firm_units, tolerance_units,
                              charged_cents, credited_cents, lots, parts, version) on wish to samen_app;
create policy own on wish to samen_app
    using (member_id = any((select my_members())::uuid[])
           or cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));
create trigger member_is_there before insert on wish for each row
    when (new.member_id is not null)
    execute function member_is_there();

-- The history of a wish, in the order that decides who gets units; a trail.
alter table wish_change enable row level security, force row level security;
grant select, insert on wish_change to samen_app;
create policy own on wish_change to samen_app using (wish_id in (select id from wish));
create trigger append_only before delete or update on wish_change for each row execute function refuse_change();
create trigger never_truncate before truncate on wish_change for each statement execute function refuse_change();

-- What a supplier credited of a wish never changes. A credit that was wrong is reversed.
alter table purchase_credit enable row level security, force row level security;
grant select, insert, update (reversed_on, version) on purchase_credit to samen_app;
create policy read on purchase_credit for select to samen_app using (wish_id in (select id from wish));
create policy add on purchase_credit for insert to samen_app
    with check (purchase_id in (select id from joint_purchase where cooperative_id = any((select my_staff())::uuid[])));
create policy change on purchase_credit for update to samen_app
    using (purchase_id in (select id from joint_purchase where cooperative_id = any((select my_staff())::uuid[])));
create trigger append_only before delete on purchase_credit for each row execute function refuse_change();
create trigger stays before update on purchase_credit for each row
    when (new.id is distinct from old.id or new.purchase_id is distinct from old.purchase_id
          or new.wish_id is distinct from old.wish_id or new.cents is distinct from old.cents
          or new.vat_cents is distinct from old.vat_cents or new.credited_by is distinct from old.credited_by
          or new.credited_at is distinct from old.credited_at
          or new.reason is distinct from old.reason
          or old.reversed_on is not null and new.reversed_on is distinct from old.reversed_on)
    execute function refuse_change();
create trigger never_truncate before truncate on purchase_credit for each statement execute function refuse_change();
