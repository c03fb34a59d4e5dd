-- Why a journal was undone, by whom, and for an act of several sides: who agreed. Nothing is booked before all did.
create table journal_reversal (
    id uuid primary key,
    journal_id uuid not null references journal,
    cooperative_id uuid not null references cooperative,
    kind text not null,
    source_type text not null,
    source_id uuid not null,
    day date not null,
    reason text not null,
    asked_by uuid not null references person,
    asked_at timestamptz not null,
    about_ids uuid[] not null,
    side_ids uuid[] not null,
    agreed jsonb not null,
    state text not null,
    reversed_by uuid,
    answer text not null,
    version integer not null,
    constraint journal_reversal_state check (state in ('proposed', 'booked', 'declined')),
    constraint journal_reversal_booked check ((state = 'booked') = (reversed_by is not null)),
    constraint journal_reversal_reason_length check (char_length(reason) <= 500),
    constraint journal_reversal_answer_length check (char_length(answer) <= 500)
);
create index ix_journal_reversal_cooperative_id on journal_reversal (cooperative_id);
create index ix_journal_reversal_source_id on journal_reversal (source_id);

-- A journal is undone once, and one proposal about an act is open at a time.
create unique index journal_reversal_once on journal_reversal (journal_id) where state = 'booked';
create unique index journal_reversal_one_open on journal_reversal (source_type, source_id, kind)
    where state = 'proposed';

-- What two sides agreed on and undid together is over.
alter table netting drop constraint netting_state;
alter table netting add constraint netting_state check (state in ('proposed', 'confirmed', 'declined', 'reversed'));
alter table internal_delivery drop constraint internal_delivery_state;
alter table internal_delivery add constraint internal_delivery_state
    check (state in ('proposed', 'confirmed', 'declined', 'reversed'));
alter table barter drop constraint barter_state;
alter table barter add constraint barter_state
    check (state in ('proposed', 'confirmed', 'declined', 'cancelled', 'reversed'));
