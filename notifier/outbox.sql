-- Messages from the promise to the carrier's word that it has them.

-- name: plan_for_what_is_there
-- A plan that was made while the table was empty would be kept when thousands of rows are in it, and read them all.
set local plan_cache_mode = force_custom_plan;

-- name: due
-- What is due, the most pressing first and the oldest of those, held until the transaction ends; with all that decides
-- whether, how and in which language it may go. Whoever else looks at the same moment sees the ones behind it.
-- Each priority is looked through by itself, so that what waits for the morning is in nobody's way.
with held as (
    select one.*
    from unnest($4::smallint[]) as level (priority)
    cross join lateral (
        select outbox.*
        from outbox
        where state = 'waiting' and channel = $1 and outbox.priority = level.priority and not_before <= $2
          and (lease_until is null or lease_until < $3) and maybe_since is null
          and case $5 when 'messages' then kind = 'message' when 'alerts' then kind <> 'message' else true end
        order by not_before
        limit $6
        for update skip locked
    ) as one
    limit $6
)
select held.*,
       (select chosen_language from conversation where conversation.phone = held.phone) as chosen_language,
       exists (select from opt_out where opt_out.phone = held.phone and ended_at is null) as opted_out,
       exists (
           select from phone_suspension where phone_suspension.phone = held.phone and phone_suspension.ended_at is null
       ) as suspended,
       held.channel = 'text' and exists (select from phone_line where phone_line.phone = held.phone) as landline,
       held.collapse_key is not null and exists (
           select from outbox as newer
           where newer.collapse_key = held.collapse_key and newer.outbox_id > held.outbox_id
             and newer.state in ('waiting', 'sent')
       ) as overtaken,
       held.announcement_id is not null and exists (
           select from announcement
           where announcement.announcement_id = held.announcement_id and announcement.state = 'cancelled'
       ) as cancelled,
       case when held.kind <> 'message' then array(
           select student_id from family_link where family_link.phone = held.phone
       ) end as linked,
       wish.alerts, wish.quiet_from, wish.quiet_until
from held
left join lateral (
    select alerts, quiet_from, quiet_until from phone_wish where phone_wish.phone = held.phone limit 1
) as wish on true;

-- name: lease
-- Ours to send until the lease ends, in these words. The carrier may have it from now on.
update outbox
set lease_until = $3, attempted_at = $6, attempts = attempts + 1, maybe_since = $2, body = given.body,
    segments = given.segments
from unnest($1::bigint[], $4::text[], $5::smallint[]) as given (outbox_id, body, segments)
where outbox.outbox_id = given.outbox_id;

-- name: doubtful
-- What the carrier may have from an attempt that came to no end, as its lease has run out; of whatever priority.
-- Ours to ask about until the lease ends; a question is no attempt.
update outbox
set lease_until = $3
where outbox_id in (
    select outbox_id
    from outbox
    where state = 'waiting' and channel = $1 and maybe_since is not null and (lease_until is null or lease_until < $2)
      and case $4 when 'messages' then kind = 'message' when 'alerts' then kind <> 'message' else true end
      and phone <> all($6::text[])
    order by outbox_id
    limit $5
    for update skip locked
)
returning *;

-- name: drop
-- These are not sent.
update outbox
set state = given.state, trouble = given.trouble, lease_until = null, settled_at = $2
from unnest($1::bigint[], $3::text[], $4::text[]) as given (outbox_id, state, trouble)
where outbox.outbox_id = given.outbox_id and outbox.state = 'waiting';

-- name: hold_back
-- These wait until a better time, and nothing was tried.
update outbox
set not_before = given.until, trouble = given.trouble
from unnest($1::bigint[], $2::timestamptz[], $3::text[]) as given (outbox_id, until, trouble)
where outbox.outbox_id = given.outbox_id and outbox.state = 'waiting';

-- name: sent
-- The carrier has them, whoever else has taken them up since; unless it has said already that it could not bring that one
-- to the phone, or that nobody answered its call, and the message waits for another attempt. A report that is being kept at
-- this moment has the row, where this statement then finds `ended_sid`; `message_status` it sees as it was before.
update outbox
set state = 'sent', sid = coalesce(outbox.sid, given.sid), lease_until = null, maybe_since = null, trouble = '',
    handed_at = coalesce(outbox.handed_at, given.at), settled_at = given.at
from unnest($1::bigint[], $2::text[], $3::timestamptz[]) as given (outbox_id, sid, at)
where outbox.outbox_id = given.outbox_id and outbox.ended_sid is distinct from given.sid
  and (
      outbox.sid = given.sid
      or not exists (
          select from message_status
          where message_status.sid = given.sid
            and message_status.status in ('failed', 'undelivered', 'busy', 'no-answer', 'canceled')
      )
  )
returning outbox.outbox_id, outbox.sid <> given.sid as twice;

-- name: put_back
-- They are tried again, or asked about, after a while in real time; with a moment, the carrier may have them from then on.
update outbox
set lease_until = given.again_at, maybe_since = given.maybe_since, trouble = given.trouble,
    not_before = coalesce(given.not_before, outbox.not_before)
from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::text[])
    as given (outbox_id, lease_until, again_at, maybe_since, not_before, trouble)
where outbox.outbox_id = given.outbox_id and outbox.lease_until = given.lease_until and outbox.state = 'waiting';

-- name: give_up
-- This one is not tried any more, unless somebody else has taken it up since.
update outbox
set state = $4, trouble = $5, lease_until = null, settled_at = $3
where outbox_id = $1 and lease_until = $2 and state = 'waiting'
returning outbox_id;

-- name: call_instead
-- News that a text could not bring goes by voice: once, and only while no newer news is on its way.
insert into outbox
    (dedupe_key, collapse_key, priority, kind, channel, phone, language, facts, service_date, run_id, stop_sequence,
     announcement_id, again, overrides_quiet, true_since, not_before, expires_at, created_at)
select dedupe_key || '/voice', collapse_key, priority, kind, 'voice', phone, language, facts, service_date, run_id,
       stop_sequence, announcement_id, again, overrides_quiet, true_since, $2, expires_at, $2
from outbox as text
where outbox_id = any($1::bigint[]) and channel = 'text' and kind <> 'message' and expires_at > $2
  and not exists (
      select from outbox as newer
      where newer.collapse_key = text.collapse_key and newer.outbox_id > text.outbox_id
        and newer.state in ('waiting', 'sent')
  )
on conflict (dedupe_key) do nothing
returning outbox_id;

-- name: unconfirmed
-- Texts that no bus comes which the carrier has had for so long and has not brought to the phone, to be called about.
select outbox_id
from outbox as text
where state = 'sent' and priority = 1 and channel = 'text' and kind = any($3::text[])
  and handed_at <= $1 and handed_at > $1 - interval '1 hour' and expires_at > $2
  and not exists (
      select from message_status
      where message_status.sid = text.sid and message_status.status in ('delivered', 'read')
  )
  and not exists (select from outbox as call where call.dedupe_key = text.dedupe_key || '/voice')
for update skip locked;

-- name: note_landline
-- A phone that takes no texts.
insert into phone_line (phone, line, learned_at) values ($1, 'landline', $2)
on conflict (phone) do update set learned_at = excluded.learned_at;

-- name: nobody_takes
-- Messages by a way that this installation has not: they are not kept waiting for ever.
update outbox
set state = 'failed', trouble = 'This installation has no such way to reach a family.', settled_at = $1
where state = 'waiting' and channel <> all($2::text[]) and not_before <= $1 and lease_until is null
returning outbox_id;

-- name: case
-- The case that a message belongs to.
select * from family_case where case_id = $1;

-- name: waiting
-- How many wait, by priority.
select priority, count(*) as messages from outbox where state = 'waiting' group by priority;
