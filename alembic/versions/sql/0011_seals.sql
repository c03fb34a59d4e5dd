-- What is hashed of a journal, as text, so that anybody outside can hash it again.
create function journal_text(j journal) returns text language sql stable set search_path = public, pg_temp as $$
    select jsonb_build_array(j.id, j.cooperative_id, j.kind, j.source_type, j.source_id, j.part,
        j.currency, extract(epoch from j.booked_at), j.effective_on, j.period, j.reverses, j.agreement_id,
        encode(j.legs_hash, 'hex'))::text
$$
--;
create or replace function journal_digest(j journal) returns bytea
    language sql stable set search_path = public, pg_temp as
$$ select sha256(convert_to(journal_text(j), 'UTF8')) $$
--;
-- Seal what was booked since, one new link for each cooperative; the first of a day is published to it.
create function seal_books() returns integer language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_since uuid;
    v_links integer;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('seal', 6)) then
        return 0;
    end if;
    -- journals commit out of order: look an hour further back than the last time
    select case when max(sealed_at) is null then '00000000-0000-0000-0000-000000000000'::uuid
                else uuidv7(max(sealed_at) - clock_timestamp() - interval '1 hour') end into v_since from seal;
    with fresh as (
        select j.cooperative_id, j.id, j.row_hash from journal j
         where j.id > v_since and not exists (select 1 from seal_item i where i.journal_id = j.id)),
    heads as (
        select distinct on (cooperative_id) cooperative_id, number, digest, sealed_at from seal
         where cooperative_id in (select cooperative_id from fresh) order by cooperative_id, number desc),
    items as (
        insert into seal_item (journal_id, cooperative_id, number, position)
        select f.id, f.cooperative_id, coalesce(h.number, 0) + 1,
               row_number() over (partition by f.cooperative_id order by f.id)
          from fresh f left join heads h using (cooperative_id)
        returning 1),
    links as (
        insert into seal (cooperative_id, number, journals, previous, digest, sealed_at)
        select f.cooperative_id, coalesce(h.number, 0) + 1, count(*), coalesce(h.digest, ''),
               sha256(coalesce(h.digest, '') || string_agg(f.row_hash, '' order by f.id)), clock_timestamp()
          from fresh f left join heads h using (cooperative_id) group by f.cooperative_id, h.number, h.digest
        returning *),
    told as (
        insert into outbox (id, name, cooperative_id, subject_id, facts, created_at, next_try_at, attempts)
        select uuidv7(), 'books.sealed', l.cooperative_id, l.cooperative_id,
               jsonb_build_object('number', l.number, 'head', encode(l.digest, 'hex')), now(), now(), 0
          from links l left join heads h using (cooperative_id)
         where h.sealed_at is null or h.sealed_at::date < l.sealed_at::date)
    select count(*) into v_links from links;
    return v_links;
end $$
--;
alter function seal_books() owner to samen_books
--;
alter function journal_text(journal) owner to samen_books
--;
revoke all on function seal_books() from public
--;
grant execute on function seal_books() to samen_worker
--;
grant insert on outbox to samen_books
--;
do $$
declare t text;
begin
    foreach t in array array['seal', 'seal_item'] loop
        execute format('create trigger append_only before update or delete on %I
                        for each row execute function refuse_change()', t);
        execute format('create trigger never_truncate before truncate on %I
                        for each statement execute function refuse_change()', t);
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy own_and_staff on %I to samen_app
                        using (cooperative_id = any((select my_staff())::uuid[])) with check (false)', t);
        execute format('create policy books on %I to samen_books using (true) with check (true)', t);
        execute format('grant select on %I to samen_app', t);
        execute format('grant select, insert on %I to samen_books', t);
    end loop;
end $$
--;
alter table book_check enable row level security
--;
alter table book_check force row level security
--;
create policy network on book_check to samen_app using ((select is_network())) with check ((select is_network()))
--;
create policy work on book_check to samen_worker using (true) with check (true)
--;
create policy books on book_check to samen_books using (true) with check (true)
--;
grant select, insert on book_check to samen_app
--;
grant select, insert, update on book_check to samen_books
