create table supplier (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    name text not null,
    account text not null,
    kvk_number text,
    vat_id text,
    country text not null,
    email text,
    version integer not null,
    constraint supplier_kvk_number check (kvk_number ~ '^[0-9]{8}$'),
    constraint supplier_country check (country ~ '^[A-Z]{2}$'),
    constraint supplier_name_length check (char_length(name) <= 120),
    constraint supplier_account_length check (char_length(account) <= 120),
    constraint supplier_vat_id_length check (char_length(vat_id) <= 20),
    constraint supplier_email_length check (char_length(email) <= 254),
    unique (cooperative_id, account)
);
create unique index supplier_name_once on supplier (cooperative_id, lower(name collate pg_c_utf8));

-- Whom claims and jobs named keeps its account. Of names that differ in capitals only, all but the first get a mark.
insert into supplier (id, cooperative_id, name, account, country, version)
select uuidv7(), cooperative_id,
       case when place = 1 then party else left(party, 100) || ' (' || left(id::text, 18) || ')' end, party, 'NL', 1
  from (select id, cooperative_id, party,
               row_number() over (partition by cooperative_id, lower(party collate pg_c_utf8) order by id) as place
          from account where kind = 'payable_supplier' and party is not null) named;
