-- name: set_alerts
-- What a phone wants to hear without asking, and how.
insert into phone_wish as known (phone, alerts, minutes, changed_at, approaching, late_minutes, arrivals, channel)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (phone) do update
    set alerts = excluded.alerts,
        minutes = excluded.minutes,
        changed_at = excluded.changed_at,
        approaching = excluded.approaching,
        late_minutes = excluded.late_minutes,
        arrivals = excluded.arrivals,
        channel = excluded.channel,
        -- Who asks to be called takes back that it wanted no calls.
        calls_ended_at = case when excluded.channel = 'voice' then null else known.calls_ended_at end;

-- name: set_quiet
-- The hours in which a phone wants nothing; null for none. What is usual stands where it has said nothing yet.
insert into phone_wish as known (phone, alerts, minutes, quiet_from, quiet_until, changed_at, channel)
values ($1, true, 10, $2, $3, $4, coalesce((select alerts_by from contact where phone = $1), 'text'))
on conflict (phone) do update
    set quiet_from = excluded.quiet_from,
        quiet_until = excluded.quiet_until,
        changed_at = excluded.changed_at;

-- name: opt_out
-- No more texts to this phone, in these words. Saying it twice changes nothing.
insert into opt_out (phone, since, said)
values ($1, $2, $3)
on conflict (phone) where ended_at is null do nothing;

-- name: opt_in
-- Texts to this phone again; the record of the time without them stays.
update opt_out
set ended_at = $2
where phone = $1 and ended_at is null;
