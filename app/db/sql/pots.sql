-- The pots as their members and the staff read them. The condition stands inside the view, which sees every row: the
-- same by row policies costs a check for each entry.
create view pot with (security_barrier) as
select m.id as member_id, m.cooperative_id, m.name, m.goal_text, m.goal_cents, s.account_id, s.lines,
       coalesce(s.balance_cents, 0)::bigint as balance_cents, coalesce(s.held_cents, 0)::bigint as held_cents,
       coalesce(s.reserved_cents, 0)::bigint as reserved_cents,
       (select coalesce(sum(e.net_cents - e.refunded_cents), 0)::bigint from earning e
         where e.member_id = m.id and e.state = 'pending') as pending_cents
  from member m
  left join lateral (
       select (array_agg(a.id) filter (where a.kind = 'pot'))[1] as account_id,
              max(b.version) filter (where a.kind = 'pot') as lines,
              sum(b.posted) filter (where a.kind = 'pot') as balance_cents,
              sum(b.posted) filter (where a.kind = 'held') as held_cents,
              sum(b.posted) filter (where a.kind = 'reserved') as reserved_cents
         from account a join balance b on b.account_id = a.id
        where a.member_id = m.id and a.cooperative_id = m.cooperative_id and a.currency = 'EUR') s on true
 where m.cooperative_id = any((select my_staff())::uuid[]) or m.id = any((select my_members())::uuid[]);
alter view pot owner to samen_books;
grant select on pot to samen_app;

create view pot_line with (security_barrier) as
select e.account_id, e.version, j.id as journal_id, e.line, j.kind as journal_kind, j.effective_on, j.booked_at, e.cents,
       e.balance_after as balance_after_cents, e.rule, e.facts, o.reference as order_reference,
       coalesce((select s.title from assignment s where s.id = o.assignment_id),
                (select min(l.title) from order_line l where l.order_id = o.id and l.member_id = a.member_id)) as title
  from account a
  join entry e on e.account_id = a.id
  join journal j on j.id = e.journal_id
  left join "order" o on o.id = j.source_id and j.source_type = 'order'
 where a.kind = 'pot'
   and (a.cooperative_id = any((select my_staff())::uuid[]) or a.member_id = any((select my_members())::uuid[]));
alter view pot_line owner to samen_books;
grant select on pot_line to samen_app;
