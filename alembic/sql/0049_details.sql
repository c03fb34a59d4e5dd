-- Every constraint holds for rows without these details, so checking them reads a small table once.
alter table cooperative
    add column legal_name text,
    add column postal_address jsonb,
    add column email text,
    add column phone text,
    add column vat_id text,
    add column oin text,
    add column payment_days smallint not null default 14,
    add constraint cooperative_oin check (oin ~ '^[0-9]{20}$'),
    add constraint cooperative_payment_days check (payment_days between 0 and 90),
    add constraint cooperative_legal_name_length check (char_length(legal_name) <= 120),
    add constraint cooperative_email_length check (char_length(email) <= 254),
    add constraint cooperative_phone_length check (char_length(phone) <= 30),
    add constraint cooperative_vat_id_length check (char_length(vat_id) <= 20);
