-- What came to each fund so far, from the postings themselves.
insert into fund_month (cooperative_id, month, agreement_id, kept_cents)
select j.cooperative_id, date_trunc('month', j.effective_on)::date, j.agreement_id, sum(e.cents)
  from journal j join entry e on e.journal_id = j.id join account a on a.id = e.account_id
 where a.kind = 'cooperative_fund' and j.agreement_id is not null
 group by 1, 2, 3
--;
do $$
declare
    staff constant text := 'cooperative_id = any((select my_staff())::uuid[])';
    mine constant text := 'member_id = any((select my_members())::uuid[])';
    policy record;
begin
    for policy in select * from (values
        ('fund_year', staff, staff), ('fund_month', staff, staff), ('allowance', staff || ' or ' || mine, staff)
    ) as p(name, seen, written) loop
        execute format('alter table %I enable row level security', policy.name);
        execute format('alter table %I force row level security', policy.name);
        execute format('create policy own_and_staff on %I to samen_app using (%s) with check (%s)',
                       policy.name, policy.seen, policy.written);
        execute format('create policy books on %I to samen_books using (true) with check (true)', policy.name);
    end loop;
end $$
--;
grant select, insert, update on fund_year, fund_month, allowance to samen_app
--;
grant select, insert, update, delete on fund_year, fund_month, allowance to samen_books
