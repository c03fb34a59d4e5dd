-- Why journals were undone: for the staff of the cooperative, for the other sides of the act, and of write-offs and bills for the
-- outside approver and the officers of the umbrella, who may be the second person. A proposal is added and answered in the
-- view that a use case lends; its words, its day and its sides never change.
alter table journal_reversal enable row level security, force row level security;
grant select, insert, update (agreed, state, reversed_by, answer, version) on journal_reversal to samen_app;
create policy read on journal_reversal for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or side_ids && (select my_staff())
           or side_ids && (select my_members())
           or (kind in ('write_off', 'debt_write_off', 'bill')
               and cooperative_id = any((select my_approvals() || my_parts())::uuid[])));
create policy add on journal_reversal for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on journal_reversal for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]) or side_ids && (select my_staff()));

-- A reversal is booked once as many people agreed as it has sides; that of a write-off or a bill has two of one cooperative.
create function enough_agreed() returns trigger
    language plpgsql as $$
begin
    if (select count(distinct a ->> 'person_id') from jsonb_array_elements(new.agreed) a)
       < greatest(cardinality(new.side_ids), case when new.kind in ('write_off', 'debt_write_off', 'bill') then 2 else 0 end) then
        raise insufficient_privilege using message = 'a reversal waits for everybody who has to agree';
    end if;
    return new;
end $$;
create trigger added_with_enough before insert on journal_reversal for each row
    when (new.state = 'booked') execute function enough_agreed();
create trigger booked_with_enough before update on journal_reversal for each row
    when (new.state = 'booked' and old.state <> 'booked') execute function enough_agreed();
