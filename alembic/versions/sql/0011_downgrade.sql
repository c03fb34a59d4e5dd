drop function seal_books()
--;
create or replace function journal_digest(j journal) returns bytea
    language sql stable set search_path = public, pg_temp as $$
    select sha256(convert_to(jsonb_build_array(j.id, j.cooperative_id, j.kind, j.source_type, j.source_id, j.part,
        j.currency, extract(epoch from j.booked_at), j.effective_on, j.period, j.reverses, j.agreement_id,
        encode(j.legs_hash, 'hex'))::text, 'UTF8'))
$$
--;
drop function journal_text(journal)
