-- The tables of Samen, in the order of their references. What runs on them (functions, views, triggers, policies and
-- grants) stands in app/db/sql, as it is today.

-- People

create table municipality (
    id uuid primary key,
    cbs_code text not null unique,
    name text not null,
    version integer not null,
    constraint municipality_cbs_code check (cbs_code ~ '^GM[0-9]{4}$'),
    constraint municipality_name_length check (char_length(name) <= 100)
);

create table cooperative (
    id uuid primary key,
    slug text not null unique,
    name text not null,
    legal_form text not null,
    municipality_id uuid not null references municipality,
    town text not null,
    about text not null,
    kvk_number text,
    umbrella_id uuid references cooperative,
    version integer not null,
    small_business_from date,
    constraint cooperative_about_length check (char_length(about) <= 4000),
    constraint cooperative_kvk_number check (kvk_number ~ '^[0-9]{8}$'),
    constraint cooperative_name_length check (char_length(name) <= 120),
    constraint cooperative_not_its_own_umbrella check (umbrella_id <> id),
    constraint cooperative_slug check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    constraint cooperative_town_length check (char_length(town) <= 80)
);
create index ix_cooperative_municipality_id on cooperative (municipality_id);
create index ix_cooperative_umbrella_id on cooperative (umbrella_id);

create table person (
    id uuid primary key,
    issuer text not null,
    subject text not null,
    name text not null,
    email text,
    version integer not null,
    constraint person_email check (email ~ '^[^@ ]+@[^@ ]+[.][^@ ]+$'),
    constraint person_email_length check (char_length(email) <= 254),
    constraint person_issuer_length check (char_length(issuer) <= 300),
    constraint person_name_length check (char_length(name) <= 120),
    constraint person_subject_length check (char_length(subject) <= 300),
    unique (issuer, subject)
);

create table office (
    id uuid primary key,
    person_id uuid not null references person,
    role text not null,
    cooperative_id uuid references cooperative,
    municipality_id uuid references municipality,
    constraint office_place check (case role
            when 'network' then cooperative_id is null and municipality_id is null
            when 'coordinator' then cooperative_id is not null and municipality_id is null
            when 'treasurer' then cooperative_id is not null and municipality_id is null
            when 'case_manager' then cooperative_id is null and municipality_id is not null
            when 'controller' then cooperative_id is null and municipality_id is not null
            else false end),
    unique nulls not distinct (person_id, role, cooperative_id, municipality_id)
);
create index ix_office_cooperative_id on office (cooperative_id);
create index ix_office_municipality_id on office (municipality_id);
create index ix_office_person_id on office (person_id);

create table member (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    name text not null,
    trade_name text not null,
    person_id uuid references person,
    state text not null,
    goal_text text,
    goal_cents bigint,
    version integer not null,
    trial_until date,
    exited_on date,
    destination text,
    constraint member_exit check ((state = 'exited') = (destination is not null and exited_on is not null)),
    constraint member_goal_cents check (goal_cents > 0),
    constraint member_goal_text_length check (char_length(goal_text) <= 200),
    constraint member_name_length check (char_length(name) <= 120),
    constraint member_state
        check (state in ('referred', 'candidate', 'trial', 'member', 'paused', 'exited', 'rejected', 'withdrawn')),
    constraint member_trade_name_length check (char_length(trade_name) <= 120)
);
create index ix_member_cooperative_id on member (cooperative_id);
create unique index member_person on member (person_id, cooperative_id);

create table member_event (
    id uuid primary key,
    member_id uuid not null references member,
    cooperative_id uuid not null references cooperative,
    verb text not null,
    state text not null,
    at timestamptz not null,
    person_id uuid references person,
    app_id uuid,
    note text not null,
    constraint member_event_note_length check (char_length(note) <= 2000)
);
create index ix_member_event_member_id on member_event (member_id);

create table permission (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    municipality_id uuid not null references municipality,
    member_id uuid not null references member,
    kind text not null,
    starts_on date not null,
    until date not null,
    given_by uuid not null references person,
    given_at timestamptz not null,
    state text not null,
    withdrawn_from date,
    sealed bytea,
    version integer not null,
    constraint permission_dates check (until >= starts_on),
    constraint permission_kind check (kind in ('permission', 'obligation')),
    constraint permission_state check ((state = 'withdrawn') = (withdrawn_from is not null))
);
create index ix_permission_cooperative_id on permission (cooperative_id);
create index ix_permission_member_id on permission (member_id);
create index ix_permission_municipality_id on permission (municipality_id);

create table permission_read (
    id uuid primary key,
    permission_id uuid not null references permission,
    member_id uuid not null references member,
    cooperative_id uuid not null references cooperative,
    at timestamptz not null,
    person_id uuid references person,
    app_id uuid
);
create index ix_permission_read_member_id on permission_read (member_id);

create table sealed_key (
    member_id uuid primary key references member,
    cooperative_id uuid not null references cooperative,
    wrapped bytea not null
);
create index ix_sealed_key_cooperative_id on sealed_key (cooperative_id);

create table sealing_key (
    only_one boolean primary key,
    fingerprint bytea not null,
    written_at timestamptz not null,
    constraint sealing_key_only check (only_one)
);

-- Market

create table vat_rate (
    vat_class text not null,
    from_date date not null,
    basis_points integer not null,
    primary key (vat_class, from_date)
);

create table offering_import (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    source text not null,
    dry_run boolean not null,
    started_at timestamptz not null,
    state text not null,
    created integer not null,
    changed integer not null,
    unchanged integer not null,
    refused integer not null,
    finished_at timestamptz,
    reason text not null,
    version integer not null,
    lease_until timestamptz,
    review text,
    review_reason text not null,
    reviewed_at timestamptz,
    constraint offering_import_lease check ((state = 'running') = (lease_until is not null)),
    constraint offering_import_reason_length check (char_length(reason) <= 200),
    constraint offering_import_review check (review in ('publish', 'send_back')),
    constraint offering_import_review_reason_length check (char_length(review_reason) <= 500),
    constraint offering_import_source_length check (char_length(source) <= 60),
    constraint offering_import_state check (state in ('running', 'done', 'stopped'))
);
create index ix_offering_import_cooperative_id on offering_import (cooperative_id);
create index offering_import_running on offering_import (lease_until) where (state = 'running');

create table offering (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    member_id uuid not null references member,
    kind text not null,
    title text not null,
    text text not null,
    category text not null,
    price_unit text not null,
    price_cents bigint not null,
    vat_class text not null,
    town text not null,
    tags text[] not null,
    image_url text,
    lead_time_minutes integer not null,
    state text not null,
    edition integer not null,
    version integer not null,
    search tsvector generated always as (
        setweight(to_tsvector('dutch', title), 'A') || setweight(to_tsvector('dutch', category), 'B')
        || setweight(to_tsvector('dutch', text), 'C')) stored,
    purchase_cents bigint,
    source text,
    external_id text,
    import_id uuid references offering_import,
    hidden_by text[] not null,
    constraint offering_category_length check (char_length(category) <= 60),
    constraint offering_external check ((source is null) = (external_id is null)),
    constraint offering_external_id_length check (char_length(external_id) <= 100),
    constraint offering_hidden_by
        check (hidden_by <@ '{maker,membership}'::text[] and (state <> 'published' or hidden_by = '{}'::text[])
            and (state <> 'paused' or hidden_by <> '{}'::text[])),
    constraint offering_image_url check (image_url ~ '^https?://'),
    constraint offering_image_url_length check (char_length(image_url) <= 1000),
    constraint offering_lead_time check (lead_time_minutes >= 0 and lead_time_minutes <= 525600),
    constraint offering_price_cents check (price_cents >= 0 and price_cents <= 100000000),
    constraint offering_source_length check (char_length(source) <= 60),
    constraint offering_text_length check (char_length(text) <= 4000),
    constraint offering_title_length check (char_length(title) <= 120),
    constraint offering_town_length check (char_length(town) <= 80)
);
create index ix_offering_cooperative_id on offering (cooperative_id);
create index ix_offering_member_id on offering (member_id);
create index offering_category on offering (category, id) where (state = 'published');
create unique index offering_external on offering (cooperative_id, source, external_id);
create index offering_held on offering (import_id, id) where (state = 'in_review');
create index offering_search on offering using gin (search);
create index offering_town on offering (lower(town), id) where (state = 'published');

create table offering_edition (
    offering_id uuid not null references offering,
    edition integer not null,
    published_at timestamptz not null,
    contents jsonb not null,
    primary key (offering_id, edition)
);

create table offering_import_row (
    id uuid primary key,
    import_id uuid not null references offering_import,
    cooperative_id uuid not null references cooperative,
    number integer not null,
    external_id text not null,
    outcome text not null,
    offering_id uuid,
    errors jsonb not null,
    constraint offering_import_row_outcome check (outcome in ('created', 'changed', 'unchanged', 'refused'))
);
create index offering_import_row_outcome on offering_import_row (import_id, outcome, id);

create table stock (
    offering_id uuid primary key references offering,
    units integer not null,
    held integer not null,
    said integer,
    constraint stock_never_oversold check (held >= 0 and held <= units)
);

-- Platform

create table app (
    id uuid primary key,
    name text not null,
    scopes text[] not null,
    cooperative_ids uuid[] not null,
    redirect_uris text[] not null,
    rate_class text not null,
    secret_hash text,
    disabled_at timestamptz,
    version integer not null,
    keys jsonb not null,
    last_used_at timestamptz,
    constraint app_name_length check (char_length(name) <= 120)
);

create table client_assertion (
    app_id uuid not null,
    assertion_id text not null,
    ends_at timestamptz not null,
    primary key (app_id, assertion_id)
);

create unlogged table rate_window (
    client text not null,
    began timestamptz not null,
    spent integer not null,
    primary key (client, began)
);

create table idempotency (
    id uuid primary key,
    caller text not null,
    verb text not null,
    key text not null,
    request_hash text not null,
    created_at timestamptz not null,
    replays integer not null,
    outcome jsonb not null,
    about uuid[] not null,
    constraint idempotency_key_length check (char_length(key) <= 200),
    unique (caller, verb, key)
);
create index idempotency_about on idempotency using gin (about);

create table outbox (
    id uuid primary key,
    name text not null,
    cooperative_id uuid not null references cooperative,
    subject_id uuid not null,
    facts jsonb not null,
    created_at timestamptz not null,
    next_try_at timestamptz not null,
    attempts integer not null,
    delivered_at timestamptz,
    audience text,
    position bigint,
    sequence integer,
    app_id uuid references app,
    entered bigint not null generated always as identity,
    bulk boolean not null default false
);
create index ix_outbox_subject_id on outbox (subject_id);
create unique index outbox_feed on outbox ("position");
create index outbox_to_publish on outbox (bulk, entered) where ((audience is not null) and ("position" is null));
create index outbox_waiting on outbox (next_try_at) where (delivered_at is null);

create table feed_head (
    id serial primary key,
    position bigint not null,
    constraint feed_head_only check (id = 1)
);

create table timer (
    id uuid primary key,
    kind text not null,
    cooperative_id uuid not null references cooperative,
    subject_id uuid not null,
    due_at timestamptz not null,
    next_try_at timestamptz not null,
    attempts integer not null,
    done_at timestamptz,
    unique (kind, subject_id, due_at)
);
create index timer_waiting on timer (next_try_at) where (done_at is null);

create table task (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    role text not null,
    what text not null,
    subject_id uuid not null,
    facts jsonb not null,
    created_at timestamptz not null,
    due_at timestamptz,
    member_id uuid references member,
    done_at timestamptz,
    done_by uuid references person,
    version integer not null
);
create index ix_task_cooperative_id on task (cooperative_id);
create index ix_task_member_id on task (member_id);
create index task_open on task (subject_id, what) where (done_at is null);

create table message (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    event_id uuid not null references outbox,
    kind text not null,
    recipient_id uuid not null references person,
    channel text not null,
    language text not null,
    state text not null,
    tries integer not null,
    next_try_at timestamptz not null,
    note text not null,
    done_at timestamptz,
    constraint message_channel check (channel = 'mail'),
    constraint message_done check ((state = 'waiting') = (done_at is null)),
    constraint message_kind_length check (char_length(kind) <= 60),
    constraint message_language check (language in ('nl', 'en')),
    constraint message_note_length check (char_length(note) <= 200),
    constraint message_state check (state in ('waiting', 'sent', 'refused')),
    unique (event_id, kind, recipient_id, channel)
);
create index ix_message_cooperative_id on message (cooperative_id);
create index ix_message_recipient_id on message (recipient_id);
create index message_waiting on message (next_try_at) where (state = 'waiting');

create table webhook (
    id uuid primary key,
    app_id uuid not null references app,
    url text not null,
    kinds text[] not null,
    created_at timestamptz not null,
    failures integer not null,
    retry_at timestamptz,
    disabled_at timestamptz,
    reason text not null,
    version integer not null,
    wrapped_key bytea not null,
    secret bytea not null,
    old_secret bytea,
    old_until timestamptz,
    constraint webhook_reason_length check (char_length(reason) <= 200),
    constraint webhook_url_length check (char_length(url) <= 1000)
);
create index ix_webhook_app_id on webhook (app_id);

create table webhook_delivery (
    id uuid primary key,
    webhook_id uuid not null references webhook,
    app_id uuid not null references app,
    event_id uuid not null references outbox,
    subject_id uuid not null,
    position bigint not null,
    state text not null,
    attempts integer not null,
    next_try_at timestamptz not null,
    status integer,
    note text not null,
    done_at timestamptz,
    name text not null,
    bulk boolean not null default false,
    constraint webhook_delivery_note_length check (char_length(note) <= 200),
    constraint webhook_delivery_state check (state in ('waiting', 'delivered', 'failed')),
    unique (webhook_id, event_id)
);
create index ix_webhook_delivery_event_id on webhook_delivery (event_id);
create index webhook_delivery_due on webhook_delivery (next_try_at) where (state = 'waiting');
create index webhook_delivery_order on webhook_delivery (webhook_id, bulk, "position") where (state = 'waiting');
create index webhook_delivery_waiting on webhook_delivery (webhook_id, subject_id, "position")
    where (state = 'waiting');

-- Earning

create table agreement (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    municipality_id uuid not null references municipality,
    number integer not null,
    title text not null,
    active_from date not null,
    rules jsonb not null,
    examples jsonb not null,
    tested_at timestamptz,
    cooperative_signed_by uuid references person,
    cooperative_signed_at timestamptz,
    municipality_signed_by uuid references person,
    municipality_signed_at timestamptz,
    version integer not null,
    parent_id uuid references cooperative,
    constraint agreement_signed_after_test
        check (tested_at is not null or not (cooperative_signed_at is not null and municipality_signed_at is not null)),
    constraint agreement_title_length check (char_length(title) <= 200),
    unique (cooperative_id, number)
);
create unique index agreement_in_force on agreement (cooperative_id, active_from)
    where ((cooperative_signed_at is not null) and (municipality_signed_at is not null));
create index ix_agreement_cooperative_id on agreement (cooperative_id);
create index ix_agreement_municipality_id on agreement (municipality_id);

create table earning (
    id uuid primary key,
    order_id uuid not null,
    cooperative_id uuid not null references cooperative,
    member_id uuid not null references member,
    work_date date not null,
    net_cents bigint not null,
    cost_cents bigint not null,
    kept_cents bigint not null,
    state text not null,
    agreement_id uuid references agreement,
    journal_id uuid,
    legs jsonb not null,
    version integer not null,
    held_because text,
    held_cents bigint not null default '0'::bigint,
    release_parts integer not null default 0,
    to_member_id uuid references member,
    decided_by uuid references person,
    reason text not null default '',
    refunded_cents bigint not null default '0'::bigint,
    part_id uuid,
    constraint earning_held check (held_cents >= 0 and (held_because is not null or held_cents = 0)),
    constraint earning_reason_length check (char_length(reason) <= 500),
    constraint earning_refunded check (refunded_cents >= 0 and refunded_cents <= net_cents),
    constraint earning_state check (state in ('pending', 'held', 'posted', 'forfeited', 'reversed')),
    constraint earning_once unique nulls not distinct (order_id, member_id, part_id)
);
create index earning_pending on earning (member_id) INCLUDE (net_cents) where (state = 'pending');
create index ix_earning_cooperative_id on earning (cooperative_id);
create index ix_earning_member_id on earning (member_id);
create index ix_earning_to_member_id on earning (to_member_id);

create table member_month (
    member_id uuid not null references member,
    month date not null,
    agreement_id uuid not null references agreement,
    cooperative_id uuid not null references cooperative,
    kept_cents bigint not null,
    opening_cents bigint not null default '0'::bigint,
    law_cents bigint,
    law_year_cents bigint,
    primary key (member_id, month, agreement_id),
    constraint member_month_kept check (kept_cents >= 0)
);
create index ix_member_month_cooperative_id on member_month (cooperative_id);

create table member_year (
    member_id uuid not null references member,
    year integer not null,
    cooperative_id uuid not null references cooperative,
    primary key (member_id, year)
);
create index ix_member_year_cooperative_id on member_year (cooperative_id);

create table fund_month (
    cooperative_id uuid not null references cooperative,
    month date not null,
    agreement_id uuid not null references agreement,
    kept_cents bigint not null,
    opening_cents bigint not null default '0'::bigint,
    primary key (cooperative_id, month, agreement_id)
);

create table fund_year (
    cooperative_id uuid not null references cooperative,
    year integer not null,
    primary key (cooperative_id, year)
);

create table allowance (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    member_id uuid not null references member,
    kind text not null,
    day date not null,
    cents bigint not null,
    agreement_id uuid not null references agreement,
    granted_by uuid not null references person,
    granted_at timestamptz not null,
    minutes integer,
    reason text not null,
    state text not null,
    reversed_by uuid references person,
    version integer not null,
    constraint allowance_cents check (cents > 0),
    constraint allowance_kind check (kind in ('monthly_allowance', 'hourly_allowance', 'premium')),
    constraint allowance_reason_length check (char_length(reason) <= 500),
    constraint allowance_state check (state in ('granted', 'reversed'))
);
create index ix_allowance_cooperative_id on allowance (cooperative_id);
create index ix_allowance_member_id on allowance (member_id);

create table cost_claim (
    id uuid primary key,
    order_id uuid not null,
    order_line_id uuid not null,
    cooperative_id uuid not null references cooperative,
    member_id uuid not null references member,
    category text not null,
    cents bigint not null,
    payee text not null,
    receipt text not null,
    claimed_by uuid not null references person,
    claimed_at timestamptz not null,
    supplier text,
    state text not null,
    decided_by uuid references person,
    decided_at timestamptz,
    reason text not null,
    version integer not null,
    confirmed_by uuid references person,
    constraint cost_claim_category_length check (char_length(category) <= 60),
    constraint cost_claim_cents check (cents >= 1 and cents <= 100000000),
    constraint cost_claim_reason_length check (char_length(reason) <= 500),
    constraint cost_claim_receipt_length check (char_length(receipt) <= 500),
    constraint cost_claim_supplier_length check (char_length(supplier) <= 120),
    constraint cost_claim_third_person
        check (confirmed_by is null or confirmed_by <> claimed_by and confirmed_by <> decided_by),
    constraint cost_claim_two_people check ((state in ('claimed', 'withdrawn')) or decided_by <> claimed_by)
);
create index ix_cost_claim_cooperative_id on cost_claim (cooperative_id);
create index ix_cost_claim_order_id on cost_claim (order_id);

create table barter (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    giver_id uuid not null references member,
    receiver_id uuid not null references member,
    minutes integer not null,
    title text not null,
    proposed_at timestamptz not null,
    state text not null,
    version integer not null,
    constraint barter_minutes check (minutes > 0 and giver_id <> receiver_id),
    constraint barter_state check (state in ('proposed', 'confirmed', 'declined', 'cancelled')),
    constraint barter_title_length check (char_length(title) <= 200)
);
create index ix_barter_cooperative_id on barter (cooperative_id);
create index ix_barter_giver_id on barter (giver_id);
create index ix_barter_receiver_id on barter (receiver_id);

-- Selling

create table customer (
    id uuid primary key,
    person_id uuid not null references person unique,
    contact jsonb not null,
    version integer not null
);

create table assignment (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    title text not null,
    about text not null,
    place text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    created_by uuid not null references person,
    created_at timestamptz not null,
    audience text not null,
    partner_ids uuid[] not null,
    lines jsonb not null,
    costs jsonb not null,
    net_cents bigint not null,
    deposit_cents bigint not null,
    order_id uuid,
    terms integer not null,
    signed_ids uuid[] not null,
    party_ids uuid[] not null,
    member_ids uuid[] not null,
    open_seats integer not null,
    state text not null,
    delivered_at timestamptz,
    reason text not null,
    version integer not null,
    constraint assignment_about_length check (char_length(about) <= 4000),
    constraint assignment_audience check (audience in ('own', 'partners', 'all')),
    constraint assignment_cents check (net_cents >= 0 and deposit_cents >= 0 and open_seats >= 0),
    constraint assignment_place_length check (char_length(place) <= 200),
    constraint assignment_reason_length check (char_length(reason) <= 500),
    constraint assignment_state
        check (state in ('draft', 'published', 'staffing', 'agreed', 'in_progress', 'delivered', 'approved',
            'settled', 'cancelled', 'disputed')),
    constraint assignment_title_length check (char_length(title) <= 200)
);
create index assignment_members on assignment using gin (member_ids);
create index assignment_parties on assignment using gin (party_ids);
create index assignment_partners on assignment using gin (partner_ids);
create index ix_assignment_cooperative_id on assignment (cooperative_id);
create index ix_assignment_order_id on assignment (order_id);

create table "order" (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    reference text not null,
    contact jsonb not null,
    net_cents bigint not null,
    vat_cents bigint not null,
    placed_at timestamptz not null,
    accept_by timestamptz not null,
    customer_person_id uuid references person,
    app_id uuid references app,
    maker_ids uuid[] not null,
    guest_token_hash text,
    needed_at timestamptz,
    note text not null,
    state text not null,
    paid_cents bigint not null,
    refunded_cents bigint not null,
    delivered_at timestamptz,
    completed_at timestamptz,
    sale_parts integer not null,
    sale_reversed boolean not null,
    version integer not null,
    assignment_id uuid,
    buyer_id uuid references cooperative,
    constraint order_amounts check (net_cents >= 0 and vat_cents >= 0),
    constraint order_called_off check (refunded_cents = 0 or (state <> ALL (array['refused', 'expired', 'cancelled']))),
    constraint order_note_length check (char_length(note) <= 2000),
    constraint order_paid check (paid_cents >= 0 and (buyer_id is null or paid_cents <= (net_cents + vat_cents))),
    constraint order_refunded check (refunded_cents >= 0 and refunded_cents <= (net_cents + vat_cents)),
    constraint order_state
        check (state in ('placed', 'accepted', 'in_progress', 'delivered', 'completed', 'refused', 'expired',
            'cancelled'))
);
create index ix_order_app_id on "order" (app_id);
create index ix_order_assignment_id on "order" (assignment_id);
create index ix_order_buyer_id on "order" (buyer_id);
create index ix_order_cooperative_id on "order" (cooperative_id);
create index ix_order_customer_person_id on "order" (customer_person_id);
create index ix_order_guest_token_hash on "order" (guest_token_hash);
create index ix_order_reference on "order" (reference);
create index order_makers on "order" using gin (maker_ids);

create table order_line (
    id uuid primary key,
    order_id uuid not null references "order",
    offering_id uuid references offering,
    edition integer not null,
    member_id uuid references member,
    title text not null,
    price_unit text not null,
    quantity integer not null,
    unit_price_cents bigint not null,
    vat_class text not null,
    vat_basis_points integer not null,
    counts_stock boolean not null,
    purchase_cents bigint,
    constraint order_line_quantity check (quantity >= 1 and quantity <= 100000)
);
create index ix_order_line_member_id on order_line (member_id);
create index ix_order_line_offering_id on order_line (offering_id);
create index ix_order_line_order_id on order_line (order_id);

create table order_event (
    id uuid primary key,
    order_id uuid not null references "order",
    cooperative_id uuid not null references cooperative,
    verb text not null,
    state text not null,
    at timestamptz not null,
    person_id uuid references person,
    app_id uuid references app,
    note text not null,
    constraint order_event_note_length check (char_length(note) <= 2000)
);
create index ix_order_event_order_id on order_event (order_id);

create table payment (
    id uuid primary key,
    order_id uuid not null references "order",
    cooperative_id uuid not null references cooperative,
    cents bigint not null,
    paid_on date not null,
    method text not null,
    recorded_by uuid not null references person,
    recorded_at timestamptz not null,
    reversed_on date,
    reversed_by uuid references person,
    reason text not null,
    version integer not null,
    constraint payment_cents check (cents > 0),
    constraint payment_reason_length check (char_length(reason) <= 500)
);
create index ix_payment_order_id on payment (order_id);

create table refund (
    id uuid primary key,
    order_id uuid not null references "order",
    cooperative_id uuid not null references cooperative,
    cents bigint not null,
    vat_cents bigint not null,
    day date not null,
    reason text not null,
    refunded_by uuid not null references person,
    refunded_at timestamptz not null,
    returned_cents bigint not null default 0,
    constraint refund_cents check (cents > 0 and vat_cents between 0 and cents),
    constraint refund_reason_length check (char_length(reason) <= 500),
    constraint refund_returned check (returned_cents >= 0 and (returned_cents + vat_cents) <= cents)
);
create index ix_refund_order_id on refund (order_id);

create table assignment_customer (
    id uuid primary key references assignment,
    cooperative_id uuid not null references cooperative,
    contact jsonb not null
);

create table assignment_slot (
    id uuid primary key,
    assignment_id uuid not null references assignment,
    lead_id uuid not null references cooperative,
    role text not null,
    seats integer not null,
    minutes integer not null,
    share_kind text not null,
    share_size bigint not null,
    skills text[] not null,
    starts_at timestamptz,
    ends_at timestamptz,
    place text not null,
    vat_class text not null,
    version integer not null,
    constraint assignment_slot_place_length check (char_length(place) <= 200),
    constraint assignment_slot_role_length check (char_length(role) <= 120),
    constraint assignment_slot_share check (share_kind in ('percent', 'hours', 'fixed', 'rest')),
    constraint assignment_slot_size check (seats >= 0 and minutes > 0 and share_size >= 0)
);
create index ix_assignment_slot_assignment_id on assignment_slot (assignment_id);

create table assignment_part (
    id uuid primary key,
    assignment_id uuid not null references assignment,
    slot_id uuid not null references assignment_slot,
    lead_id uuid not null references cooperative,
    cooperative_id uuid not null references cooperative,
    member_id uuid not null references member,
    number integer not null,
    state text not null,
    joined_at timestamptz not null,
    offered_to uuid references member,
    minutes integer not null,
    net_cents bigint not null,
    version integer not null,
    constraint assignment_part_size check (minutes >= 0 and net_cents >= 0),
    constraint assignment_part_state
        check (state in ('invited', 'waiting', 'taken', 'declined', 'withdrawn', 'handed_on'))
);
create unique index assignment_part_once on assignment_part (slot_id, member_id)
    where (state in ('invited', 'waiting', 'taken'));
create index ix_assignment_part_assignment_id on assignment_part (assignment_id);
create index ix_assignment_part_cooperative_id on assignment_part (cooperative_id);
create index ix_assignment_part_member_id on assignment_part (member_id);
create index ix_assignment_part_offered_to on assignment_part (offered_to);

create table assignment_hours (
    id uuid primary key,
    part_id uuid not null references assignment_part,
    assignment_id uuid not null references assignment,
    lead_id uuid not null references cooperative,
    cooperative_id uuid not null references cooperative,
    member_id uuid not null references member,
    day date not null,
    minutes integer not null,
    note text not null,
    reported_by uuid not null references person,
    reported_at timestamptz not null,
    approved_by uuid references person,
    approved_at timestamptz,
    version integer not null,
    refused_by uuid references person,
    refused_at timestamptz,
    reason text not null,
    constraint assignment_hours_decided check (approved_at is null or refused_at is null),
    constraint assignment_hours_minutes check (minutes <> 0),
    constraint assignment_hours_note_length check (char_length(note) <= 2000),
    constraint assignment_hours_reason_length check (char_length(reason) <= 500)
);
create index ix_assignment_hours_assignment_id on assignment_hours (assignment_id);
create index ix_assignment_hours_part_id on assignment_hours (part_id);

create table assignment_signature (
    id uuid primary key,
    assignment_id uuid not null references assignment,
    lead_id uuid not null references cooperative,
    cooperative_id uuid not null references cooperative,
    terms integer not null,
    cents bigint not null,
    signed_by uuid not null references person,
    signed_at timestamptz not null,
    unique (assignment_id, cooperative_id, terms)
);

create table stock_hold (
    id uuid primary key,
    offering_id uuid not null references offering,
    cooperative_id uuid not null references cooperative,
    quantity integer not null,
    expires_at timestamptz not null,
    order_id uuid,
    person_id uuid references person,
    app_id uuid references app,
    state text not null,
    edition integer not null,
    purchase_cents bigint,
    constraint stock_hold_quantity check (quantity > 0),
    constraint stock_hold_state check (state in ('active', 'used', 'released', 'expired'))
);
create index ix_stock_hold_offering_id on stock_hold (offering_id);
create index ix_stock_hold_order_id on stock_hold (order_id);
create index stock_hold_open on stock_hold (cooperative_id, id) where (state = 'active');

-- Books

create table account (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    kind text not null,
    currency text not null,
    member_id uuid references member,
    party text,
    rgs_code text not null,
    closed_at timestamptz,
    constraint account_kind_length check (char_length(kind) <= 40),
    constraint account_party_length check (char_length(party) <= 120),
    unique nulls not distinct (cooperative_id, kind, currency, member_id, party)
);
create unique index account_key on account (cooperative_id, kind, currency,
    coalesce(member_id, '00000000-0000-0000-0000-000000000000'::uuid), coalesce(party, ''));
create index ix_account_cooperative_id on account (cooperative_id);
create index ix_account_member_id on account (member_id);

create table balance (
    account_id uuid primary key,
    posted bigint not null,
    version bigint not null,
    floor bigint,
    constraint balance_floor check (posted >= floor)
);

create table journal (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    kind text not null,
    source_type text not null,
    source_id uuid not null,
    part integer not null,
    currency text not null,
    booked_at timestamptz not null,
    effective_on date not null,
    period date not null,
    reverses uuid,
    agreement_id uuid references agreement,
    legs_hash bytea not null,
    row_hash bytea not null,
    unique (source_type, source_id, kind, part)
);
create index journal_of_cooperative on journal (cooperative_id, id);
create unique index journal_reverses on journal (reverses) where (reverses is not null);

create table entry (
    journal_id uuid not null references journal,
    line integer not null,
    account_id uuid not null,
    cents bigint not null,
    balance_after bigint not null,
    version bigint not null,
    rule text not null,
    facts jsonb not null,
    primary key (journal_id, line),
    constraint entry_not_zero check (cents <> 0),
    unique (account_id, version)
);

create table period (
    cooperative_id uuid not null references cooperative,
    month date not null,
    closed_at timestamptz not null,
    closed_by uuid references person,
    bank_cents bigint,
    digest bytea,
    primary key (cooperative_id, month)
);

create table book_check (
    id uuid primary key,
    asked_at timestamptz not null,
    checked_at timestamptz,
    broken jsonb not null
);
create index book_check_waiting on book_check (asked_at) where (checked_at is null);

create table seal (
    cooperative_id uuid not null references cooperative,
    number integer not null,
    journals integer not null,
    previous bytea not null,
    digest bytea not null,
    sealed_at timestamptz not null,
    primary key (cooperative_id, number)
);

create table seal_item (
    journal_id uuid primary key,
    cooperative_id uuid not null,
    number integer not null,
    position integer not null,
    unique (cooperative_id, number, "position")
);

create table internal_delivery (
    id uuid primary key,
    from_cooperative_id uuid not null references cooperative,
    to_cooperative_id uuid not null references cooperative,
    cents bigint not null,
    title text not null,
    delivered_on date not null,
    proposed_by uuid not null references person,
    state text not null,
    answered_by uuid references person,
    version integer not null,
    constraint internal_delivery_answered check ((state = 'proposed') = (answered_by is null)),
    constraint internal_delivery_cents check (cents > 0 and from_cooperative_id <> to_cooperative_id),
    constraint internal_delivery_state check (state in ('proposed', 'confirmed', 'declined')),
    constraint internal_delivery_title_length check (char_length(title) <= 200)
);
create index ix_internal_delivery_from_cooperative_id on internal_delivery (from_cooperative_id);
create index ix_internal_delivery_to_cooperative_id on internal_delivery (to_cooperative_id);

create table netting (
    id uuid primary key,
    first_id uuid not null references cooperative,
    second_id uuid not null references cooperative,
    first_owes_cents bigint not null,
    second_owes_cents bigint not null,
    as_of timestamptz not null,
    upto jsonb not null,
    state text not null,
    first_confirmed_by uuid references person,
    second_confirmed_by uuid references person,
    paid_on date,
    reason text not null,
    version integer not null,
    constraint netting_pair check (first_id < second_id),
    constraint netting_reason_length check (char_length(reason) <= 500),
    constraint netting_state check (state in ('proposed', 'confirmed', 'declined')),
    constraint netting_two_people check (first_confirmed_by <> second_confirmed_by)
);
create index ix_netting_first_id on netting (first_id);
create index ix_netting_second_id on netting (second_id);
create unique index netting_one_open on netting (first_id, second_id) where (state = 'proposed');

create table credit_limit (
    id uuid primary key,
    creditor_id uuid not null references cooperative,
    debtor_id uuid not null references cooperative,
    cents bigint,
    set_by uuid not null references person,
    version integer not null,
    constraint credit_limit_cents check (cents >= 0),
    unique (creditor_id, debtor_id)
);
create index ix_credit_limit_debtor_id on credit_limit (debtor_id);

create table restricted_fund (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    title text not null,
    purposes text[] not null,
    version integer not null,
    constraint restricted_fund_purposes check (cardinality(purposes) >= 1 and cardinality(purposes) <= 20),
    constraint restricted_fund_title_length check (char_length(title) <= 200)
);
create index ix_restricted_fund_cooperative_id on restricted_fund (cooperative_id);

create table remittance (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    municipality_id uuid not null references municipality,
    after date,
    through date not null,
    cents bigint not null,
    lines jsonb not null,
    digest text not null,
    reported_by uuid not null references person,
    reported_at timestamptz not null,
    state text not null,
    reference text not null,
    invoiced_by uuid references person,
    settled_on date,
    version integer not null,
    constraint remittance_cents check (cents > 0),
    constraint remittance_invoiced check ((state = 'reported') = (invoiced_by is null)),
    constraint remittance_reference_length check (char_length(reference) <= 60),
    constraint remittance_state check (state in ('reported', 'invoiced', 'settled')),
    unique (cooperative_id, through)
);
create index ix_remittance_municipality_id on remittance (municipality_id);

-- Buying

create table spending (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    municipality_id uuid not null references municipality,
    member_id uuid not null references member,
    agreement_id uuid not null references agreement,
    purpose text not null,
    policy text not null,
    title text not null,
    supplier text not null,
    cents bigint not null,
    requested_by uuid not null references person,
    requested_at timestamptz not null,
    state text not null,
    reserved_cents bigint not null,
    consented_by uuid references person,
    consented_at timestamptz,
    decided_by uuid references person,
    paid_on date,
    spent_cents bigint,
    receipt text not null,
    reason text not null,
    lots jsonb not null,
    parts integer not null,
    version integer not null,
    constraint spending_cents
        check (cents > 0 and (reserved_cents = 0 or reserved_cents = cents) and spent_cents between 0 and cents),
    constraint spending_purpose_length check (char_length(purpose) <= 60),
    constraint spending_reason_length check (char_length(reason) <= 500),
    constraint spending_receipt_length check (char_length(receipt) <= 500),
    constraint spending_state
        check (state in ('draft', 'submitted', 'incomplete', 'approved', 'rejected', 'paid', 'settled', 'cancelled')),
    constraint spending_supplier_length check (char_length(supplier) <= 120),
    constraint spending_title_length check (char_length(title) <= 200),
    constraint spending_two_people check (decided_by <> requested_by and consented_by <> requested_by)
);
create index ix_spending_cooperative_id on spending (cooperative_id);
create index ix_spending_member_id on spending (member_id);
create index ix_spending_municipality_id on spending (municipality_id);

create table ballot (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    title text not null,
    supplier text not null,
    cents bigint not null,
    members integer not null,
    basis_points integer not null,
    proposed_by uuid not null references person,
    proposed_at timestamptz not null,
    agreement_id uuid not null references agreement,
    casts jsonb not null,
    state text not null,
    paid_on date,
    version integer not null,
    voter_ids uuid[] not null,
    constraint ballot_cents check (cents > 0 and members > 0 and basis_points between 1 and 10000),
    constraint ballot_paid check ((state = 'paid') = (paid_on is not null)),
    constraint ballot_state check (state in ('open', 'accepted', 'rejected', 'paid')),
    constraint ballot_supplier_length check (char_length(supplier) <= 120),
    constraint ballot_title_length check (char_length(title) <= 200)
);
create index ix_ballot_cooperative_id on ballot (cooperative_id);

create table joint_purchase (
    id uuid primary key,
    cooperative_id uuid not null references cooperative,
    partner_ids uuid[] not null,
    title text not null,
    about text not null,
    supplier text not null,
    purpose text not null,
    rule text not null,
    closes_at timestamptz not null,
    tops_up_at timestamptz,
    created_by uuid not null references person,
    created_at timestamptz not null,
    delivery_cents bigint not null,
    delivery_by text not null,
    discount_cents bigint not null,
    state text not null,
    closed_at timestamptz,
    buyer_id uuid references person,
    settled_by uuid references person,
    settled_on date,
    left_cents bigint not null,
    parts integer not null,
    version integer not null,
    constraint joint_purchase_about_length check (char_length(about) <= 4000),
    constraint joint_purchase_cents check (delivery_cents >= 0 and discount_cents >= 0 and left_cents >= 0),
    constraint joint_purchase_purpose_length check (char_length(purpose) <= 60),
    constraint joint_purchase_settled check ((state = 'settled') = (settled_on is not null)),
    constraint joint_purchase_state
        check (state in ('draft', 'open', 'topping_up', 'closed', 'ordered', 'received', 'settled', 'cancelled',
            'cancelled_below_minimum')),
    constraint joint_purchase_supplier_length check (char_length(supplier) <= 120),
    constraint joint_purchase_title_length check (char_length(title) <= 200),
    constraint joint_purchase_two_people check (settled_by <> buyer_id)
);
create index ix_joint_purchase_cooperative_id on joint_purchase (cooperative_id);
create index joint_purchase_partners on joint_purchase using gin (partner_ids);

create table purchase_article (
    id uuid primary key,
    purchase_id uuid not null references joint_purchase,
    title text not null,
    unit text not null,
    pack_units integer not null,
    tiers jsonb not null,
    vat_class text not null,
    vat_basis_points integer not null,
    minimum bigint not null,
    minimum_unit text not null,
    dropped boolean not null,
    ordered_units integer not null,
    received_units integer,
    digest text not null,
    version integer not null,
    constraint purchase_article_title_length check (char_length(title) <= 200),
    constraint purchase_article_unit_length check (char_length(unit) <= 60),
    constraint purchase_article_units check (pack_units > 0 and minimum >= 0 and ordered_units >= 0)
);
create index ix_purchase_article_purchase_id on purchase_article (purchase_id);

create table wish (
    id uuid primary key,
    purchase_id uuid not null references joint_purchase,
    lead_id uuid not null references cooperative,
    article_id uuid not null references purchase_article,
    cooperative_id uuid not null references cooperative,
    member_id uuid references member,
    paid_by text not null,
    wished_by uuid not null references person,
    quantity integer not null,
    tolerance integer not null,
    reserved_cents bigint not null,
    locked_units integer,
    firm_units integer not null,
    tolerance_units integer not null,
    charged_cents bigint not null,
    credited_cents bigint not null,
    lots jsonb not null,
    parts integer not null,
    version integer not null,
    constraint wish_cents check (reserved_cents >= 0 and credited_cents between 0 and charged_cents),
    constraint wish_payer check (paid_by = 'account' or member_id is not null),
    constraint wish_units check (quantity >= 0 and tolerance >= 0 and firm_units >= 0 and tolerance_units >= 0),
    constraint wish_once unique nulls not distinct (article_id, cooperative_id, member_id, paid_by)
);
create index ix_wish_cooperative_id on wish (cooperative_id);
create index ix_wish_member_id on wish (member_id);
create index ix_wish_purchase_id on wish (purchase_id);

create table wish_change (
    id uuid primary key,
    wish_id uuid not null references wish,
    purchase_id uuid not null references joint_purchase,
    number integer not null,
    at timestamptz not null,
    quantity integer not null,
    tolerance integer not null,
    unique (purchase_id, number)
);
create index ix_wish_change_wish_id on wish_change (wish_id);

create table purchase_credit (
    id uuid primary key,
    purchase_id uuid not null references joint_purchase,
    wish_id uuid not null references wish,
    cents bigint not null,
    reason text not null,
    credited_by uuid not null references person,
    credited_at timestamptz not null,
    constraint purchase_credit_cents check (cents > 0),
    constraint purchase_credit_reason_length check (char_length(reason) <= 500)
);
create index ix_purchase_credit_purchase_id on purchase_credit (purchase_id);
create index ix_purchase_credit_wish_id on purchase_credit (wish_id);

-- References to tables that come later

alter table member_event add foreign key (app_id) references app;
alter table permission_read add foreign key (app_id) references app;
alter table earning add foreign key (order_id) references "order";
alter table earning add foreign key (part_id) references assignment_part;
alter table cost_claim add foreign key (order_id) references "order";
alter table cost_claim add foreign key (order_line_id) references order_line;
alter table assignment add foreign key (order_id) references "order";

-- The feed begins with position 1

insert into feed_head (id, position) values (1, 0);
