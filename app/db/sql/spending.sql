-- Purchases from a member's pot. The member drafts, sends and withdraws; the staff and the outside approver decide, the
-- treasurer pays; a case manager consents where the agreement asks for it. Nobody else sees a draft.
alter table spending enable row level security, force row level security;
grant select, insert, update (policy, agreement_id, state, consented_by, consented_at, decided_by, reason, paid_on, parts,
                              receipt, reserved_cents, spent_cents, lots, version) on spending to samen_app;
create policy read on spending for select to samen_app
    using (member_id = any((select my_members())::uuid[])
           or (state <> 'draft' and cooperative_id = any((select my_staff() || my_approvals())::uuid[]))
           or (state <> 'draft' and policy = 'needs_municipal_consent'
               and municipality_id = any((select my_municipalities('case_manager'))::uuid[])));
create policy add on spending for insert to samen_app
    with check (state = 'draft' and member_id = any((select my_members())::uuid[]));
create policy change on spending for update to samen_app
    using (member_id = any((select my_members())::uuid[])
           or (state <> 'draft' and cooperative_id = any((select my_staff() || my_approvals())::uuid[]))
           or (state <> 'draft' and policy = 'needs_municipal_consent'
               and municipality_id = any((select my_municipalities('case_manager'))::uuid[])))
    with check (cooperative_id = any((select my_staff() || my_approvals())::uuid[])
                or (state in ('draft', 'cancelled') and member_id = any((select my_members())::uuid[]))
                or (state = 'submitted'
                    and municipality_id = any((select my_municipalities('case_manager'))::uuid[])));
create trigger member_is_there before insert on spending for each row execute function member_is_there();
