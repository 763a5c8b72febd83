-- The attempt that ended last without the phone having it, by the carrier's id: whoever notes at that very moment that the
-- carrier took it sees so in the row that it waits for, where other tables still look as before.
alter table outbox add column ended_sid text;
