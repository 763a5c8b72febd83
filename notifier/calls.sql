-- Alerts told by phone call, from before the call is placed to how it ended.

-- name: place
-- What is about to be said, and that it is being said; nothing where the family wants no more calls.
insert into alert_call as known (outbox_id, language, lines, placed_at)
select $1, $3, $4, $5
where not exists (select from phone_wish where phone = $2 and calls_ended_at is not null)
on conflict (outbox_id) do update
    set language = excluded.language,
        lines = excluded.lines,
        placed_at = excluded.placed_at,
        tries = known.tries + 1,
        sid = null,
        status = 'placed',
        rank = 0
returning outbox_id;

-- name: text_instead
-- The same as a text, where the phone takes texts and has not had this one as a text before.
insert into outbox
    (dedupe_key, collapse_key, priority, kind, channel, phone, language, facts, service_date, run_id, stop_sequence,
     announcement_id, again, overrides_quiet, true_since, not_before, expires_at, created_at)
select dedupe_key || '/text', collapse_key, priority, kind, 'text', phone, language, facts, service_date, run_id,
       stop_sequence, announcement_id, again, overrides_quiet, true_since, $2, expires_at, $2
from outbox as call
where outbox_id = $1 and expires_at > $2 and dedupe_key not like '%/voice'
  and not exists (select from phone_line where phone_line.phone = call.phone)
on conflict (dedupe_key) do nothing;

-- name: call
-- A call by the number of its message.
select outbox.dedupe_key, outbox.phone, alert_call.language, alert_call.lines
from alert_call join outbox using (outbox_id)
where outbox_id = $1;

-- name: said
-- It was picked up.
update alert_call set said_at = coalesce(said_at, $2) where outbox_id = $1;

-- name: heard
-- Somebody pressed the key that confirms it.
update alert_call set heard_at = coalesce(heard_at, $2) where outbox_id = $1;

-- name: no_more_calls
-- Not by call any more; what is usual stands for a phone that has said nothing yet.
insert into phone_wish as known (phone, alerts, minutes, changed_at, channel, calls_ended_at)
values ($1, true, 10, $2, 'text', $2)
on conflict (phone) do update
    set calls_ended_at = excluded.calls_ended_at,
        changed_at = excluded.changed_at,
        channel = case when known.channel = 'voice' then 'text' else known.channel end;

-- name: hold
-- A call and its message, held until the end of the transaction; and whether this very call is over already.
select outbox.dedupe_key, outbox.phone, alert_call.sid, alert_call.rank, alert_call.tries,
       exists (select from message_status where message_status.sid = $2) as is_over
from outbox join alert_call using (outbox_id)
where outbox_id = $1
for update;

-- name: report
-- How far the call has got.
update alert_call set sid = $2, status = $3, rank = $4 where outbox_id = $1;

-- name: taken
-- The carrier has it, though its answer may not have been heard.
update outbox
set state = 'sent', sid = $2, lease_until = null, maybe_since = null, trouble = '',
    handed_at = coalesce(handed_at, $3), settled_at = $3
where outbox_id = $1 and sid is null;

-- name: keep_status
-- How it ended, beside how texts ended.
insert into message_status (sid, status, rank, error_code, reported_at, phone)
values ($1, $2, $3, null, $4, $5)
on conflict (sid) do nothing;

-- name: call_again
-- Nobody heard it: it waits for another call.
update outbox
set state = 'waiting', sid = null, ended_sid = $4, lease_until = null, maybe_since = null, not_before = $2, trouble = $3,
    handed_at = null, settled_at = null
where outbox_id = $1;

-- name: let_be
-- Nobody heard it, however often it was called.
update outbox
set state = 'failed', ended_sid = $4, lease_until = null, maybe_since = null, trouble = $2, settled_at = $3
where outbox_id = $1;
