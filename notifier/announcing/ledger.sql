-- Announcements, from the draft to the outbox.

-- name: runs_of_bus
-- The runs that somebody says a bus drives on a day, and those that somebody says another one does: the newest word on
-- each counts.
select distinct on (run_id) run_id, vehicle_id
from assignment
where service_date = $1
order by run_id, since desc;

-- name: has_school
-- Whether there is such a school.
select exists (select from school where school_id = $1);

-- name: draft
-- A draft, with nobody in it yet.
insert into announcement (made_by, made_at, audience, words, service_change, reason, send_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning announcement_id;

-- name: keep_recipients
-- Exactly who: every phone that may ask about a student with a ride that is meant, and the language it has now (`es-US` is
-- `es`). Without runs or stops, any; without a weekday, whichever days they ride.
with riding as (
    select distinct student_id
    from ride
    where $2::date between start_date and end_date
      and ($3::smallint is null or (weekdays >> $3::smallint) & 1 = 1)
      and ($4::text[] is null or run_id = any($4))
      and ($5::text[] is null or stop_id = any($5))
)
insert into announcement_recipient (announcement_id, phone, language, students)
select $1, family_link.phone, split_part(coalesce(min(conversation.chosen_language), min(family_link.language)), '-', 1),
       array_agg(distinct family_link.student_id order by family_link.student_id)
from riding
join student using (student_id)
join family_link using (student_id)
left join conversation using (phone)
where $6::text is null or student.school_id = $6
group by family_link.phone;

-- name: counted
-- How many that are.
update announcement
set recipients = (select count(*) from announcement_recipient as one where one.announcement_id = $1)
where announcement_id = $1
returning recipients;

-- name: announcement
-- One of them.
select * from announcement where announcement_id = $1;

-- name: hold
-- One of them, for us alone until the transaction ends.
select * from announcement where announcement_id = $1 for update;

-- name: newest
-- The newest first, with how far their messages have got.
select announcement.*,
       (select count(*) from outbox where outbox.announcement_id = announcement.announcement_id and outbox.state = 'sent')
           as sent
from announcement
order by announcement_id desc
limit $1;

-- name: languages
-- How many phones there are of each language, and how many of them will get nothing: opted out, or no alerts wished.
select one.language, count(*) as phones,
       count(*) filter (where exists (
           select from opt_out where opt_out.phone = one.phone and opt_out.ended_at is null
       )) as opted_out,
       count(*) filter (where exists (
           select from phone_wish where phone_wish.phone = one.phone and not phone_wish.alerts
       )) as without_alerts
from announcement_recipient as one
where announcement_id = $1
group by one.language
order by count(*) desc, one.language;

-- name: recipients
-- Who they are, phone by phone, after one of them.
select phone, language, students
from announcement_recipient
where announcement_id = $1 and phone > $2
order by phone
limit $3;

-- name: recipients_with_channel
-- The same with the way on which each phone wants to hear; by text where it wants mail and none can be sent to it.
select one.phone, one.language, phone_wish.email,
       case when phone_wish.channel = 'email' and (phone_wish.email is null or not $4) then 'text'
            else coalesce(phone_wish.channel, 'text') end as channel
from announcement_recipient as one
left join phone_wish using (phone)
where announcement_id = $1 and one.phone > $2
order by one.phone
limit $3;

-- name: set_state
-- It goes on.
update announcement set state = $2 where announcement_id = $1;

-- name: promised_up_to
-- So many of its messages are in the outbox.
update announcement set promised_up_to = $2, state = $3 where announcement_id = $1;

-- name: to_promise
-- One that is confirmed and not wholly in the outbox.
select announcement_id from announcement where state = 'confirmed' order by send_at, announcement_id limit 1;

-- name: act
-- Who did what.
insert into announcement_act (announcement_id, at, act, actor, words) values ($1, $2, $3, $4, $5);

-- name: acts
-- All that was done with it.
select at, act, actor, words from announcement_act where announcement_id = $1 order by act_id;

-- name: may_still_leave
-- Whether some of its messages have not come to an end.
select exists (select from outbox where announcement_id = $1 and state = 'waiting');

-- name: take_back
-- What has certainly not left is not sent any more.
update outbox
set state = 'superseded', trouble = 'The announcement was cancelled.', settled_at = $2
where announcement_id = $1 and state = 'waiting' and lease_until is null and maybe_since is null;

-- name: arrived
-- How its messages fared, by what became of them; delivered is the carrier's word.
select outbox.state, coalesce(message_status.status, '') as carrier, count(*) as messages
from outbox
left join message_status on message_status.sid = outbox.sid
where outbox.announcement_id = $1
group by 1, 2
order by 3 desc;
