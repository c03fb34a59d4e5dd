-- A message goes to a person, to the contact of an order, or to a cooperative that buys.
alter table message
    alter column recipient_id drop not null,
    add column order_id uuid references "order",
    add column buyer_id uuid references cooperative,
    drop constraint message_event_id_kind_recipient_id_channel_key,
    add constraint message_once
        unique nulls not distinct (event_id, kind, recipient_id, order_id, buyer_id, channel),
    add constraint message_recipient check (num_nonnulls(recipient_id, order_id, buyer_id) = 1) not valid;
alter table message validate constraint message_recipient;
create index ix_message_order_id on message (order_id);
create index ix_message_buyer_id on message (buyer_id);
