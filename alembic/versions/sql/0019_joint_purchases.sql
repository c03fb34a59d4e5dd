do $$
declare
    lead constant text := 'cooperative_id = any((select my_staff())::uuid[])';
    partner constant text := '(partner_ids && (select my_staff())::uuid[] or partner_ids && (select my_cooperatives())::uuid[]
        or cooperative_id = any((select my_cooperatives())::uuid[]))';
    visible constant text := 'purchase_id in (select id from joint_purchase)';
    of_lead constant text := 'purchase_id in (select id from joint_purchase where ' || lead || ')';
    own constant text := 'member_id = any((select my_members())::uuid[]) or cooperative_id = any((select my_staff())::uuid[])
        or lead_id = any((select my_staff())::uuid[])';
    of_wish constant text := 'wish_id in (select id from wish)';
    policy record;
begin
    for policy in select * from (values
        ('joint_purchase', lead || ' or state <> ''draft'' and ' || partner, lead),
        ('purchase_article', visible, of_lead),
        ('wish', own, own),
        ('wish_change', of_wish, of_wish),
        ('purchase_credit', of_wish, of_lead)
    ) as p(name, seen, written) loop
        execute format('alter table %I enable row level security', policy.name);
        execute format('alter table %I force row level security', policy.name);
        execute format('create policy seen on %I for select to samen_app using (%s)', policy.name, policy.seen);
        execute format('create policy written on %I to samen_app using (%s)', policy.name, policy.written);
        execute format('create policy books on %I to samen_books using (true) with check (true)', policy.name);
    end loop;
end $$
--;
grant select, insert, update on joint_purchase, purchase_article, wish to samen_app
--;
grant select, insert on wish_change, purchase_credit to samen_app
--;
grant select, insert, update, delete on joint_purchase, purchase_article, wish, wish_change, purchase_credit to samen_books
