-- Keeps everybody else from paying creditors of a cooperative until the transaction ends.
create function lock_payables(p_cooperative uuid) returns void
    language sql as $$
    select pg_advisory_xact_lock(hashtextextended(p_cooperative::text, 8))
$$;
grant execute on function lock_payables to samen_app;

-- Money that went to creditors: for the staff; members see what they got. It stays as it was recorded, and its reason can be
-- forgotten.
alter table payout enable row level security, force row level security;
grant select, insert on payout to samen_app;
create policy read on payout for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or creditor_kind = 'member' and creditor_id = any((select my_members())::uuid[]));
create policy add on payout for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create trigger append_only before delete on payout for each row execute function refuse_change();
create trigger stays before update on payout for each row
    when (new.reason <> '' or to_jsonb(new) - 'reason' is distinct from to_jsonb(old) - 'reason')
    execute function refuse_change();
create trigger never_truncate before truncate on payout for each statement execute function refuse_change();
