-- Until when the members of an organization have been told that it stays: the due_at that they know. Null where
-- nobody was ever told anything.
set local lock_timeout = '2s';

alter table vault.closings add column told_until timestamptz;
