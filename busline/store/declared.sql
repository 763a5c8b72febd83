-- name: say
-- Once, however often it is said again.
insert into declared_day (service_date, said_at, kind, shift_seconds, said_by) values ($1, $2, $3, $4, $5)
on conflict do nothing;

-- name: standing
-- The newest word on each day.
select distinct on (service_date) service_date, said_at, kind, shift_seconds
from declared_day
where service_date >= $1 and said_at <= $2
order by service_date, said_at desc;
