-- name: set_alerts
-- Whether a phone wants alerts, and how long before the bus comes.
insert into phone_wish as known (phone, alerts, minutes, changed_at)
values ($1, $2, $3, $4)
on conflict (phone) do update
    set alerts = excluded.alerts,
        minutes = excluded.minutes,
        changed_at = excluded.changed_at;

-- name: set_quiet
-- The hours in which a phone wants nothing; null for none. What is usual stands where it has said nothing yet.
insert into phone_wish as known (phone, alerts, minutes, quiet_from, quiet_until, changed_at)
values ($1, true, 10, $2, $3, $4)
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
