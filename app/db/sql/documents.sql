-- The cooperative of a bill, claim or purchase to which files are added, if the caller sees it.
create function takes_documents(p_owner uuid) returns uuid
    language sql stable as $$
    select coalesce(
        (select cooperative_id from bill where id = p_owner),
        (select cooperative_id from cost_claim where id = p_owner),
        (select cooperative_id from spending
          where id = p_owner and (member_id = any(my_members()) or cooperative_id = any(my_staff()))))
$$;
grant execute on function takes_documents to samen_app;

-- Files: of invoices, and those that people add to bills, claims and purchases. Whoever sees the thing reads them, but of a
-- purchase only the member and the staff. They never change. Those of invoices are deleted with their buyer.
alter table document enable row level security, force row level security;
grant select, insert on document to samen_app;
create policy read on document for select to samen_app
    using (added_by is null and exists (select 1 from invoice i where i.id = owner_id)
           or added_by is not null and takes_documents(owner_id) is not null);
create policy add on document for insert to samen_app
    with check (case when added_by is null
                     then cooperative_id = any((select my_staff())::uuid[])
                          and exists (select 1 from invoice i
                                       where i.id = owner_id and i.cooperative_id = document.cooperative_id)
                     else added_by = my_person() and cooperative_id = takes_documents(owner_id)
                          and (cooperative_id = any((select my_staff())::uuid[])
                               or not exists (select 1 from bill b where b.id = owner_id)) end);

-- At most five that people add to a thing, also of two at once.
create function at_most_five() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(new.owner_id::text, 0));
    if (select count(*) from document where owner_id = new.owner_id and added_by is not null) >= 5 then
        raise check_violation using message = 'a thing has five files at most', constraint = 'document_at_most_five';
    end if;
    return new;
end $$;
create trigger at_most_five before insert on document for each row
    when (new.added_by is not null) execute function at_most_five();
create trigger append_only before update on document for each row execute function refuse_change();
create trigger kept_for_seven_years before delete on document for each row
    when (not keeps_all())
    execute function refuse_change();
create trigger never_truncate before truncate on document for each statement execute function refuse_change();
