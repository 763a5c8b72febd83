-- What families were told: the outbox is the memory.

-- name: told
-- Every alert of a service day, oldest first. Keys begin with the day, so this is one range of them, and end with the
-- turn; where a message goes a second way, as a call, its key goes on.
select run_id, stop_sequence, phone, kind, facts, state, created_at
from outbox
where dedupe_key >= 'alert/' || $1::text || '/' and dedupe_key < 'alert/' || $1::text || '0'
  and dedupe_key ~ '/[0-9]+$'
order by outbox_id;

-- name: never_left
-- Of some collapse keys those under which nothing was ever said, and now nothing shall be: what still waits is held fast.
select held.collapse_key
from (
    select collapse_key, state, lease_until, maybe_since
    from outbox
    where collapse_key = any ($1::text[])
    order by outbox_id
    for update
) as held
group by held.collapse_key
having bool_and(
    (held.state = 'waiting' and held.lease_until is null and held.maybe_since is null)
    or held.state in ('superseded', 'expired', 'untrue')
);

-- name: heard_before
-- Which of some phones were ever told anything of their own accord.
select distinct phone
from outbox
where phone = any ($1::text[]) and kind = any ($2::text[]) and state in ('waiting', 'sent', 'unknown');

-- name: take_back
-- News that nobody has read, and that is not news any more.
update outbox
set state = 'superseded', settled_at = $2, trouble = 'It had stopped being true before it was sent.'
where collapse_key = any ($1::text[]) and state = 'waiting';
