-- An office has a beginning and an end. It is never deleted, so one in force is a row without an end.
alter table office
    add column given_at timestamptz,
    add column given_by uuid references person,
    add column ended_at timestamptz,
    add column ended_by uuid references person;
alter table app
    add column registered_at timestamptz,
    add column registered_by uuid references person,
    add column disabled_by uuid references person;

-- Their ids are UUIDv7, so they hold the time at which the row was made. Nobody noted who made it.
update office set given_at = coalesce(uuid_extract_timestamp(id), now());
update app set registered_at = coalesce(uuid_extract_timestamp(id), now());
alter table office alter column given_at set not null;
alter table app alter column registered_at set not null;
alter table office add constraint office_end check (ended_at is not null or ended_by is null);
alter table app add constraint app_disabled_by check (disabled_at is not null or disabled_by is null);
alter table office drop constraint office_place;
alter table office add constraint office_place check (case role
    when 'network' then cooperative_id is null and municipality_id is null
    when 'coordinator' then cooperative_id is not null and municipality_id is null
    when 'treasurer' then cooperative_id is not null and municipality_id is null
    when 'approver' then cooperative_id is not null and municipality_id is null
    when 'case_manager' then cooperative_id is null and municipality_id is not null
    when 'controller' then cooperative_id is null and municipality_id is not null
    else false end);
alter table office drop constraint office_person_id_role_cooperative_id_municipality_id_key;

-- `enter` finds the offices of a person by this index.
create unique index office_in_force on office (person_id, role, cooperative_id, municipality_id)
    nulls not distinct where ended_at is null;

create table power_event (
    id uuid primary key,
    kind text not null,
    at timestamptz not null,
    person_id uuid references person,
    app_id uuid references app,
    cooperative_id uuid references cooperative,
    municipality_id uuid references municipality,
    member_id uuid references member,
    role text,
    scopes text[] not null,
    keys text[] not null,
    by_person_id uuid references person,
    by_app_id uuid references app,
    reason text not null,
    constraint power_event_kind check (kind in ('office_given', 'office_ended', 'member_linked', 'member_unlinked',
        'app_registered', 'scopes_changed', 'keys_changed', 'secret_rotated', 'app_disabled', 'app_enabled')),
    constraint power_event_about check ((person_id is null) <> (app_id is null)),
    constraint power_event_reason_length check (char_length(reason) <= 500)
);
create index ix_power_event_person_id on power_event (person_id);
create index ix_power_event_app_id on power_event (app_id);
create index ix_power_event_cooperative_id on power_event (cooperative_id);

-- The trail begins with what is in force.
insert into power_event (id, kind, at, person_id, cooperative_id, municipality_id, role, scopes, keys, reason)
select uuidv7(o.given_at - clock_timestamp()), 'office_given', o.given_at, o.person_id, o.cooperative_id,
       o.municipality_id, o.role, '{}', '{}', ''
  from office o;
insert into power_event (id, kind, at, app_id, scopes, keys, reason)
select uuidv7(a.registered_at - clock_timestamp()), 'app_registered', a.registered_at, a.id, a.scopes,
       array(select k ->> 'kid' from jsonb_array_elements(a.keys) k), ''
  from app a;
insert into power_event (id, kind, at, person_id, cooperative_id, member_id, scopes, keys, by_person_id, by_app_id,
                         reason)
select uuidv7(e.at - clock_timestamp()), 'member_linked', e.at, m.person_id, m.cooperative_id, m.id, '{}', '{}',
       e.person_id, e.app_id, ''
  from member m
 cross join lateral (
        select t.at, t.person_id, t.app_id from member_event t
         where t.member_id = m.id and t.verb in ('register', 'link') order by t.at desc, t.id desc limit 1) e
 where m.person_id is not null;
