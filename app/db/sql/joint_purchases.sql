-- joint_purchase
alter table joint_purchase enable row level security;
alter table joint_purchase force row level security;
grant select, insert, update on joint_purchase to samen_app;
create policy written on joint_purchase to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
create policy seen on joint_purchase for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or state <> 'draft' and (partner_ids && (select my_staff()) or partner_ids && (select my_cooperatives()) or cooperative_id = any((select my_cooperatives())::uuid[])));

-- purchase_article
alter table purchase_article enable row level security;
alter table purchase_article force row level security;
grant select, insert, update on purchase_article to samen_app;
create policy written on purchase_article to samen_app
    using (purchase_id in (select joint_purchase.id from joint_purchase where (joint_purchase.cooperative_id = any((select my_staff())::uuid[]))));
create policy seen on purchase_article for select to samen_app
    using (purchase_id in (select joint_purchase.id from joint_purchase));

-- purchase_credit
alter table purchase_credit enable row level security;
alter table purchase_credit force row level security;
grant select, insert on purchase_credit to samen_app;
create policy written on purchase_credit to samen_app
    using (purchase_id in (select joint_purchase.id from joint_purchase where (joint_purchase.cooperative_id = any((select my_staff())::uuid[]))));
create policy seen on purchase_credit for select to samen_app
    using (wish_id in (select wish.id from wish));

-- wish
alter table wish enable row level security;
alter table wish force row level security;
grant select, insert, update on wish to samen_app;
create policy written on wish to samen_app
    using (member_id = any((select my_members())::uuid[])
           or cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));
create policy seen on wish for select to samen_app
    using (member_id = any((select my_members())::uuid[])
           or cooperative_id = any((select my_staff())::uuid[])
           or lead_id = any((select my_staff())::uuid[]));
create trigger member_is_there before insert on wish for each row
    when (new.member_id is not null)
    execute function member_is_there();

-- wish_change
alter table wish_change enable row level security;
alter table wish_change force row level security;
grant select, insert on wish_change to samen_app;
create policy written on wish_change to samen_app
    using (wish_id in (select wish.id from wish));
create policy seen on wish_change for select to samen_app
    using (wish_id in (select wish.id from wish));
