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
alter table stock_hold add column edition integer, add column purchase_cents bigint
--;
update stock_hold h set edition = o.edition, purchase_cents = o.purchase_cents from offering o where o.id = h.offering_id
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
--;
-- Whoever takes in, appoints or counts on somebody who is being erased, or leaves, at that moment waits for it here and
-- looks again: a foreign key alone only asks whether the row exists.
create function person_is_there() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from person where id = new.person_id and issuer <> 'erased' for key share;
    if not found then
        raise foreign_key_violation using message = 'this person was erased meanwhile';
    end if;
    return new;
end $$
--;
create function member_is_there() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from member where id = new.member_id and state not in ('exited', 'withdrawn', 'rejected') for share;
    if not found then
        raise foreign_key_violation using message = 'this member left meanwhile';
    end if;
    return new;
end $$
--;
-- The verb runs again and finds that its maker sells no more.
create function maker_sells() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from member where id = new.member_id and state in ('trial', 'member') for share;
    if not found then
        raise serialization_failure using message = 'the maker does not sell any more';
    end if;
    return new;
end $$
--;
-- An erasure locks the offerings of whom it takes off the market; an order that waited for it is placed again.
create function is_on_sale() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from offering where id = new.offering_id and state = 'published' for key share;
    if not found then
        raise serialization_failure using message = 'this offering is not on sale any more';
    end if;
    return new;
end $$
--;
create trigger person_is_there before insert on office for each row execute function person_is_there()
--;
create trigger person_is_there before insert on member for each row
  when (new.person_id is not null) execute function person_is_there()
--;
create trigger another_person_is_there before update of person_id on member for each row
  when (new.person_id is not null and new.person_id is distinct from old.person_id) execute function person_is_there()
--;
create trigger member_is_there before insert on assignment_part for each row
  when (new.state in ('invited', 'waiting', 'taken')) execute function member_is_there()
--;
create trigger member_is_still_there before update of state on assignment_part for each row
  when (new.state in ('invited', 'waiting', 'taken') and new.state is distinct from old.state)
  execute function member_is_there()
--;
create trigger member_is_there before insert on offering for each row execute function member_is_there()
--;
create trigger member_is_there before insert on wish for each row
  when (new.member_id is not null) execute function member_is_there()
--;
create trigger member_is_there before insert on spending for each row execute function member_is_there()
--;
create trigger maker_sells before insert on offering for each row
  when (new.state = 'published') execute function maker_sells()
--;
create trigger maker_still_sells before update of state on offering for each row
  when (new.state = 'published' and new.state is distinct from old.state) execute function maker_sells()
--;
create trigger is_on_sale before insert on order_line for each row
  when (new.offering_id is not null) execute function is_on_sale()
--;
create or replace function lock_me() returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from person where id = my_person() for update;
    perform 1 from member where person_id = my_person() order by id for update;
    perform 1 from offering where member_id in (select id from member where person_id = my_person())
      order by id for update;
end $$
--;
do $$
declare f text;
begin
    foreach f in array array['person_is_there()', 'member_is_there()', 'maker_sells()', 'is_on_sale()'] loop
        execute format('revoke all on function %s from public', f);
        execute format('alter function %s owner to samen_books', f);
    end loop;
end $$
