-- When the last attempt at a message was taken up, in real time: the carrier is asked soon about one that came to no end,
-- and believed to know nothing of it only once it has had the time to.
alter table outbox add column attempted_at timestamptz;
