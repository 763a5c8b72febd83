-- What a family was sent of our own accord.

-- name: of_phone
-- The newest messages to a phone, with the carrier's last word on each.
select outbox.created_at, outbox.kind, outbox.channel, outbox.language, outbox.state, outbox.body, outbox.trouble,
       outbox.handed_at, outbox.service_date, outbox.run_id, outbox.announcement_id,
       message_status.status as carrier, message_status.error_code, message_status.reported_at
from outbox
left join message_status on message_status.sid = outbox.sid
where outbox.phone = $1
order by outbox.outbox_id desc
limit $2;

-- name: phones_of
-- The phones that may ask about a student.
select distinct phone from family_link where student_id = $1 order by phone;
