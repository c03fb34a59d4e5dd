-- Bills: entered by the staff; read also by the outside approver and the officers of the umbrella, who may approve them. What
-- was entered never changes: a wrong one is rejected, and entered anew.
alter table bill enable row level security, force row level security;
grant select, insert, update (state, approved_by, approved_at, deducted_vat_cents, reason, version) on bill to samen_app;
create policy read on bill for select to samen_app
    using (cooperative_id = any((select my_staff() || my_approvals() || my_parts())::uuid[]));
create policy add on bill for insert to samen_app
    with check (state = 'received' and entered_by = (select my_person())
                and cooperative_id = any((select my_offices())::uuid[]));
create policy change on bill for update to samen_app
    using (cooperative_id = any((select my_offices() || my_approvals() || my_parts())::uuid[]));

-- Nobody approves in another's name.
create function approves_in_own_name() returns trigger
    language plpgsql as $$
begin
    if new.approved_by is distinct from my_person() and not keeps_all() then
        raise insufficient_privilege using message = 'only the second person approves this';
    end if;
    return new;
end $$;
create trigger by_the_second_person before update on bill for each row
    when (new.state = 'approved' and old.state <> 'approved') execute function approves_in_own_name();
-- What was rejected stays; an approval is undone as a whole, with its booking.
create trigger was_decided before update on bill for each row
    when (old.state = 'rejected' and new.* is distinct from old.*
          or old.state = 'approved'
             and (new.state not in ('approved', 'received')
                  or new.state = 'approved' and (new.approved_by is distinct from old.approved_by
                                                 or new.approved_at is distinct from old.approved_at)))
    execute function refuse_change();
create trigger bills_stay before delete on bill for each row execute function refuse_change();
create trigger never_truncate before truncate on bill for each statement execute function refuse_change();

-- What of an approved bill is paid: what its creditor got pays the oldest first, of each what no credit note took off it. A note
-- that names no bill counts as paid. A booking and its reversal count as none.
create function bill_paid(b bill) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if (b.cooperative_id = any(my_staff() || my_approvals() || my_parts())) is not true and not keeps_books() then
        raise insufficient_privilege using message = 'these bills are not open here';
    end if;
    return (with acts as (
        select coalesce(j.reverses, j.id) as id, min(e.version) as version, min(j.effective_on) as day,
               sum(e.cents) as cents
          from account a join entry e on e.account_id = a.id join journal j on j.id = e.journal_id
         where a.cooperative_id = b.cooperative_id and a.currency = 'EUR'
           and case b.creditor_kind when 'member' then a.kind = 'payable_member' and a.member_id = b.creditor_id
                                    else a.kind = 'payable_supplier'
                                         and a.party = (select s.account from supplier s where s.id = b.creditor_id) end
         group by 1),
    debts as (
        select j.source_id, t.day, t.version, t.cents - coalesce((
                   select -sum(n.cents) from bill n where n.credits_id = j.source_id and n.state = 'approved'), 0) as cents
          from acts t join journal j on j.id = t.id where t.cents > 0),
    paid as (
        select coalesce(-sum(t.cents), 0) as cents
          from acts t join journal j on j.id = t.id left join bill n on n.id = j.source_id
         where t.cents < 0 and n.credits_id is null)
    select coalesce((
        select greatest(0, least(d.cents, p.cents - coalesce((
                   select sum(o.cents) from debts o where (o.day, o.version) < (d.day, d.version)), 0)))::bigint
          from debts d cross join paid p where d.source_id = b.id and b.state = 'approved'), 0));
end $$;
grant execute on function bill_paid to samen_app, samen_worker;
