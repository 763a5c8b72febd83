-- Every query takes the moment before which something is forgotten and how many rows to take at a time, and gives back
-- a row for each that it changed. `purge.py` repeats one until it changes fewer than it was asked to.

-- name: words_of_inquiries
-- What families wrote and were told. The rows stay, for counting: who was answered, in which language, how it ended.
with old as (
    select inquiry_id from inquiry
    where asked_at < $1 and (body <> '' or reply <> '' or asked_ids <> '{}')
    limit $2
)
update inquiry set body = '', reply = '', asked_ids = '{}' from old where inquiry.inquiry_id = old.inquiry_id
returning 1;

-- name: phones_of_inquiries
-- Whose phone it was. What stays counts, and names nobody.
with old as (select inquiry_id from inquiry where asked_at < $1 and phone <> '' limit $2)
update inquiry set phone = '', contact_id = null from old where inquiry.inquiry_id = old.inquiry_id
returning 1;

-- name: conversations
-- The language a phone was last spoken to in, of phones that have been silent for long.
delete from conversation where phone in (select phone from conversation where last_at < $1 limit $2) returning 1;

-- name: wishes_of_silent_phones
-- What phones wanted to hear unasked that have not texted for long: their conversation is forgotten, too. Who wants no
-- alerts, or no calls, is never forgotten: they would begin again.
delete from phone_wish
where phone in (
    select phone from phone_wish
    where changed_at < $1 and alerts and calls_ended_at is null
      and not exists (select from conversation where conversation.phone = phone_wish.phone)
    limit $2
)
returning 1;

-- name: unanswered_questions
-- What families asked and no prepared answer was sure about, in their words.
delete from faq_unanswered
where asked_id in (select asked_id from faq_unanswered where asked_at < $1 limit $2)
returning 1;

-- name: access_log
-- Who was told what about a student.
delete from access_log where access_id in (select access_id from access_log where told_at < $1 limit $2) returning 1;

-- name: message_statuses
-- How messages fared.
delete from message_status where sid in (select sid from message_status where reported_at < $1 limit $2) returning 1;

-- name: opt_outs_of_the_past
-- Times without texts that are long over. One that is in force is never forgotten.
delete from opt_out where opt_out_id in (select opt_out_id from opt_out where ended_at < $1 limit $2) returning 1;

-- name: messages_to_families
-- What we wrote to families of our own accord.
delete from outbox
where outbox_id in (
    select outbox_id from outbox where created_at < $1 and coalesce(settled_at, expires_at) < $1 limit $2
)
returning 1;

-- name: lines_of_phones
-- Which phones take no texts: after so long the number may be another line.
delete from phone_line where phone in (select phone from phone_line where learned_at < $1 limit $2) returning 1;

-- name: cases
-- Cases that were closed long ago, with their whole history.
delete from family_case
where case_id in (
    select case_id from family_case
    where state in ('closed_by_family', 'closed_after_days') and state_since < $1
    limit $2
)
returning 1;

-- name: join_codes
-- Codes that can let nobody in any more.
delete from join_code
where digest in (
    select digest from join_code where least(used_at, revoked_at, expires_at) < $1 limit $2
)
returning 1;

-- name: join_tries
-- Tries to join.
delete from join_try where try_id in (select try_id from join_try where tried_at < $1 limit $2) returning 1;

-- name: join_wishes
-- Numbers that strangers asked about and that nobody has looked at.
delete from join_wish where wish_id in (select wish_id from join_wish where asked_at < $1 limit $2) returning 1;

-- name: consent_requests
-- Questions to families whether a phone may ask.
delete from consent_request
where request_id in (select request_id from consent_request where expires_at < $1 limit $2)
returning 1;

-- name: note_missing_students
-- Since when the roster does not know the student of a link; nothing where it does.
update joined_link
set missing_since = case when known then null else $1::timestamptz end
from (
    select joined_link_id,
           exists (select from student where student.student_id = joined_link.student_id) as known
    from joined_link
) as looked
where joined_link.joined_link_id = looked.joined_link_id and (joined_link.missing_since is null) <> looked.known;

-- name: links_of_the_past
-- Links that were ended, or whose student has been gone from the roster, since before the moment.
delete from joined_link
where joined_link_id in (
    select joined_link_id from joined_link where least(ended_at, missing_since) < $1 limit $2
)
returning 1;

-- name: phones_without_links
-- Phones that joined and have no link left.
delete from joined_phone
where joined_id in (
    select joined_id from joined_phone
    where joined_at < $1
      and not exists (select from joined_link where joined_link.phone = joined_phone.phone)
    limit $2
)
returning 1;

-- name: suspensions_of_the_past
-- Suspensions that are long over.
delete from phone_suspension
where suspension_id in (select suspension_id from phone_suspension where ended_at < $1 limit $2)
returning 1;

-- name: enrolment_audit
-- Who changed who may ask.
delete from enrolment_audit where audit_id in (select audit_id from enrolment_audit where at < $1 limit $2) returning 1;

-- name: deactivation_lists
-- Which days' lists of given-up numbers were read.
delete from deactivation_list
where listed_on in (select listed_on from deactivation_list where read_at < $1 limit $2)
returning 1;

-- name: recipients_of_announcements
-- To whom announcements went that are over.
delete from announcement_recipient
where (announcement_id, phone) in (
    select one.announcement_id, one.phone
    from announcement_recipient as one
    join announcement using (announcement_id)
    where announcement.expires_at < $1 and announcement.made_at < $1
    limit $2
)
returning 1;

-- name: staff_access
-- Which of the staff read what.
delete from staff_access where access_id in (select access_id from staff_access where at < $1 limit $2) returning 1;
