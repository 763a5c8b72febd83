-- Texts that Busline sends of its own accord, from the promise to the carrier's word that it has them.

-- name: claim
-- What is due, oldest first, leased to us; with all that decides whether and in which language it may be sent. One that
-- was leased before and never settled died under way: the carrier may have it.
with due as (
    select outbox_id, maybe_since
    from outbox
    where state = 'waiting' and channel = 'text' and kind = 'message' and not_before <= $1
      and (lease_until is null or lease_until < $2)
    order by not_before, outbox_id
    limit $4
    for update skip locked
)
update outbox as text
set attempts = attempts + 1, lease_until = $3, maybe_since = coalesce(text.maybe_since, $1)
from due
where text.outbox_id = due.outbox_id
returning text.outbox_id, text.phone, text.language, text.facts, text.case_id, text.attempts,
          text.expires_at, due.maybe_since,
          (select chosen_language from conversation where conversation.phone = text.phone) as chosen_language,
          exists (select from opt_out where opt_out.phone = text.phone and ended_at is null) as opted_out,
          exists (
              select from phone_suspension where phone_suspension.phone = text.phone and phone_suspension.ended_at is null
          ) as suspended;

-- name: known_sids
-- Which of these ids belong to other texts of ours.
select sid from outbox where sid = any($1) and outbox_id <> $2;

-- name: sent
-- The carrier has it.
update outbox
set state = 'sent', sid = $3, lease_until = null, trouble = '', handed_at = $4, settled_at = $4
where outbox_id = $1 and lease_until = $2 and state = 'waiting';

-- name: later
-- It will be tried again; with `maybe_since`, the carrier may have it from then on.
update outbox
set lease_until = null, maybe_since = $3, trouble = $4, not_before = $5
where outbox_id = $1 and lease_until = $2 and state = 'waiting';

-- name: not_sent
-- It will not be sent any more.
update outbox
set state = $3, lease_until = null, trouble = $4, settled_at = $5
where outbox_id = $1 and lease_until = $2 and state = 'waiting'
returning outbox_id;

-- name: case
-- The case that a text belongs to.
select * from family_case where case_id = $1;
