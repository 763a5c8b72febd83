-- What the carrier reports of messages, afterwards.

-- name: message
-- The message that a report names, as it stands until the end of the transaction.
select dedupe_key, state, sid, attempts, again, kind, phone, expires_at, channel
from outbox where outbox_id = $1
for update;

-- name: heard
-- The carrier has it by this id, though its answer was not heard: unless it has it by another one, or has said already
-- that it could not bring that one to the phone.
update outbox
set state = 'sent', sid = $2, lease_until = null, maybe_since = null, trouble = '',
    handed_at = coalesce(handed_at, $3), settled_at = $3
where outbox_id = $1 and sid is null
  and not exists (
      select from message_status
      where message_status.sid = $2 and message_status.status in ('failed', 'undelivered')
  );

-- name: failed_again
-- It could not be brought to the phone, and is tried again; not while somebody is about to note how the attempt went.
update outbox
set state = 'waiting', sid = null, ended_sid = $2, lease_until = greatest(lease_until, $3), maybe_since = null,
    not_before = $4, trouble = $5, handed_at = null, settled_at = null
where outbox_id = $1 and (sid = $2 or sid is null);

-- name: failed
-- It could not be brought to the phone, which the carrier's own word beside it says, too.
update outbox
set state = 'sent', sid = $2, ended_sid = $2, lease_until = null, maybe_since = null, trouble = $4,
    handed_at = coalesce(handed_at, $3), settled_at = coalesce(settled_at, $3)
where outbox_id = $1 and (sid = $2 or sid is null);
