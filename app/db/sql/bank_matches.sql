-- Where bank lines are placed: for the staff of the cooperative alone. Nothing of it is changed.
alter table bank_match enable row level security, force row level security;
grant select, insert on bank_match to samen_app;
create policy read on bank_match for select to samen_app using (cooperative_id = any((select my_staff())::uuid[]));
create policy add on bank_match for insert to samen_app
    with check (matched_by = (select my_person()) and cooperative_id = any((select my_staff())::uuid[])
                and exists (select from bank_line l
                             where l.id = line_id and l.cooperative_id = bank_match.cooperative_id));
create trigger append_only before delete or update on bank_match for each row execute function refuse_change();
create trigger never_truncate before truncate on bank_match for each statement execute function refuse_change();

-- At the commit, never more of a line has a place than the bank moved.
create function within_its_line() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from bank_line l
                 join account a on a.cooperative_id = l.cooperative_id and a.kind = 'suspense' and a.currency = 'EUR'
                  and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
                      = '00000000-0000-0000-0000-000000000000' and coalesce(a.party, '') = l.id::text
                 join balance b on b.account_id = a.id
                where l.id in (new.line_id, new.target_id) and abs(b.posted) > abs(l.cents)) then
        raise exception 'more of bank line % has a place than it has', new.line_id using errcode = 'SM001';
    end if;
    return null;
end $$;
create constraint trigger within_its_line after insert on bank_match deferrable initially deferred
    for each row execute function within_its_line();
