alter table offering add column hidden_by text[] not null default '{}'
--;
-- An event of a pause by hand names the title; one that came with a membership does not.
update offering o set hidden_by = case
           when (select e.facts ? 'title' from outbox e where e.subject_id = o.id and e.name = 'offering.paused'
                  order by e.created_at desc, e.id desc limit 1) is false then '{membership}'::text[]
           when m.state in ('trial', 'member') then '{maker}' else '{maker,membership}' end
  from member m where m.id = o.member_id and o.state = 'paused'
--;
alter table offering alter column hidden_by drop default
--;
alter table offering add constraint offering_hidden_by check (hidden_by <@ '{maker,membership}'
    and (state <> 'published' or hidden_by = '{}') and (state <> 'paused' or hidden_by <> '{}'))
--;
alter table stock_hold add column edition integer
--;
update stock_hold h set edition = o.edition from offering o where o.id = h.offering_id
--;
alter table stock_hold alter column edition set not null
--;
-- A person whom nobody knew yet, with the address that was given. The address of somebody known stays as it is: only
-- they and the network change it.
create function add_person(p_issuer text, p_subject text, p_name text, p_email text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_id uuid;
begin
    insert into person (id, issuer, subject, name, email, version)
        values (uuidv7(), p_issuer, p_subject, p_name, p_email, 1)
        on conflict (issuer, subject) do nothing returning id into v_id;
    if v_id is not null then
        return jsonb_build_object('id', v_id, 'new', true);
    end if;
    return jsonb_build_object('id', ensure_person(p_issuer, p_subject, p_name), 'new', false);
end $$
--;
alter function add_person(text, text, text, text) owner to samen_books
--;
revoke all on function add_person(text, text, text, text) from public
--;
grant execute on function add_person(text, text, text, text) to samen_app
