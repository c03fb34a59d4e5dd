-- Why journals were undone: for the staff of the cooperative, and for the other sides of the act. A proposal is added
-- and answered in the view that a use case lends; its words, its day and its sides never change.
alter table journal_reversal enable row level security, force row level security;
grant select, insert, update (agreed, state, reversed_by, answer, version) on journal_reversal to samen_app;
create policy read on journal_reversal for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[])
           or side_ids && (select my_staff())
           or side_ids && (select my_members()));
create policy add on journal_reversal for insert to samen_app
    with check (cooperative_id = any((select my_staff())::uuid[]));
create policy change on journal_reversal for update to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]) or side_ids && (select my_staff()));
