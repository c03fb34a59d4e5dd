-- The write-offs of a cooperative are listed.
create index ix_write_off_cooperative_id on write_off (cooperative_id);
