-- What keeps messages from going through until somebody acts.

-- name: raise
-- The carrier has said it again; whether that is news.
insert into carrier_alarm as known (code, since, last_at)
values ($1, $2, $2)
on conflict (code) do update
    set last_at = $2,
        times = case when known.ended_at is null then known.times + 1 else 1 end,
        since = case when known.ended_at is null then known.since else $2 end,
        ended_at = null
returning times = 1 as is_new;

-- name: over
-- Those are over after which a message of ours has reached a phone.
update carrier_alarm
set ended_at = $1
where ended_at is null
  and exists (select from message_status where status = 'delivered' and reported_at > carrier_alarm.last_at)
returning code;

-- name: in_force
-- What keeps messages from going through now.
select code, since, last_at, times from carrier_alarm where ended_at is null order by since;
