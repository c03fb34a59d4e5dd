-- Documents that people add: several to a thing, also pictures.
alter table document add column added_by uuid references person;
create unique index document_made_once on document (owner_id, media_type) where added_by is null;
create unique index document_added_once on document (owner_id, sha256) where added_by is not null;
alter table document drop constraint document_owner_id_media_type_key;
alter table document drop constraint document_media_type;
alter table document add constraint document_media_type check (
    media_type in ('application/pdf', 'application/xml')
    or media_type in ('image/jpeg', 'image/png') and added_by is not null) not valid;
alter table document validate constraint document_media_type;
