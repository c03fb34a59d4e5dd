-- Seals what was booked since, one new link for each cooperative; the first of a day is published to it.
create function seal_books() returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
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
end $$;
grant execute on function seal_books to samen_worker;

-- The chain of digests over a cooperative's journals, written by `seal_books`.
alter table seal enable row level security, force row level security;
grant select on seal to samen_app;
create policy read on seal for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
create trigger append_only before delete or update on seal for each row execute function refuse_change();
create trigger never_truncate before truncate on seal for each statement execute function refuse_change();

alter table seal_item enable row level security, force row level security;
grant select on seal_item to samen_app;
create policy read on seal_item for select to samen_app
    using (cooperative_id = any((select my_staff())::uuid[]));
create trigger append_only before delete or update on seal_item for each row execute function refuse_change();
create trigger never_truncate before truncate on seal_item for each statement execute function refuse_change();
