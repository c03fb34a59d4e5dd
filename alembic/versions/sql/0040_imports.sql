-- What a source said last is unknown for what was there before: its next number is taken as it is.
alter table stock add column said integer
--;
alter table offering add column import_id uuid references offering_import
--;
create index offering_held on offering (import_id, id) where state = 'in_review'
--;
alter table offering_import add column lease_until timestamptz, add column review text,
    add column review_reason text not null default '', add column reviewed_at timestamptz
--;
alter table offering_import alter column review_reason drop default
--;
alter table outbox add column bulk boolean not null default false
--;
alter table webhook_delivery add column bulk boolean not null default false
--;
drop index outbox_to_publish
--;
create index outbox_to_publish on outbox (bulk, entered) where audience is not null and position is null
--;
create index webhook_delivery_order on webhook_delivery (webhook_id, bulk, position) where state = 'waiting'
--;
-- The worker stops imports of every cooperative whose process is gone.
create policy work on offering_import to samen_worker using (true) with check (true)
--;
-- The rest changes rows of tables that hide them from their owner too.
set local role samen_books
--;
-- The processes of before are gone once the schema moves.
update offering_import set lease_until = now() where state = 'running'
--;
-- What imports of before hold for review: one task an import instead of one an offering.
update offering o set import_id = r.import_id
  from (select distinct on (r.offering_id) r.offering_id, r.import_id
          from offering_import_row r join offering_import i on i.id = r.import_id and not i.dry_run
         where r.outcome in ('created', 'changed') order by r.offering_id, r.id desc) r
 where o.id = r.offering_id and o.state = 'in_review'
--;
update outbox e set delivered_at = now(), bulk = e.position is null
  from offering o
 where e.subject_id = o.id and o.import_id is not null and e.name = 'offering.submitted' and e.delivered_at is null
--;
update task t set done_at = now(), version = t.version + 1
  from offering o
 where t.subject_id = o.id and o.import_id is not null and t.what = 'review_offering' and t.done_at is null
--;
update outbox e set delivered_at = now()
  from task t
 where e.name = 'mail.task' and e.delivered_at is null and e.subject_id = t.id and t.what = 'review_offering'
   and t.done_at is not null
--;
insert into task (id, cooperative_id, role, what, subject_id, facts, created_at, version)
select uuidv7(), i.cooperative_id, 'coordinator', 'review_import', i.id,
       jsonb_build_object('source', i.source, 'held', count(*)), now(), 1
  from offering_import i join offering o on o.import_id = i.id where i.state <> 'running' group by i.id
--;
reset role
--;
alter table offering_import add constraint offering_import_review check (review in ('publish', 'send_back')),
    add constraint offering_import_lease check ((state = 'running') = (lease_until is not null)),
    add constraint offering_import_review_reason_length check (char_length(review_reason) <= 500)
--;
create index offering_import_running on offering_import (lease_until) where state = 'running'
