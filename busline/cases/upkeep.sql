-- What becomes of cases by the mere passing of time.

-- name: waiting_long
-- Cases that somebody may have to be reminded of; `reminding.py` decides.
select reference
from family_case
where waiting_since is not null
  and reminders < $2
  and waiting_since + (promised_by - waiting_since) * $3::double precision <= $1
  and (reminded_at is null or reminded_at < promised_by or reminded_at <= $4)
order by promised_by
limit 500;

-- name: answered_long
-- Cases whose families were asked whether it is solved, and have not said.
select reference from family_case where state = 'answered' and state_since <= $1 order by state_since limit 500;

-- name: undelivered
-- Texts of cases that the carrier took and could not bring to the phone.
select outbox.outbox_id, outbox.facts ->> 'message' as message, family_case.reference, message_status.error_code
from outbox
join message_status using (sid)
join family_case using (case_id)
where outbox.state = 'sent' and outbox.settled_at > $1
  and message_status.status in ('undelivered', 'failed', 'canceled')
order by outbox.outbox_id
limit 500;

-- name: note_undelivered
-- Once: the text counts as not sent from now on.
update outbox set state = 'failed', trouble = $2 where outbox_id = $1 and state = 'sent' returning outbox_id;
