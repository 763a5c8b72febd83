-- name: keep_trail
-- A piece that is written twice, because its commit was in doubt, is there once.
insert into trail (plan_id, service_date, run_id, from_at, seconds, distance_m)
values ($1, $2, $3, $4, $5, $6)
on conflict do nothing;

-- name: trails
-- Every piece from a service day on until a moment, with the version of the plan that it was driven by.
select plan_id, service_date, run_id, from_at, seconds, distance_m
from trail
where service_date >= $1 and from_at <= $2
order by plan_id, service_date, run_id, from_at;

-- name: keep_reckoning
-- What became of predictions in the last few minutes.
insert into reckoning (service_date, noted_at, stage, horizon, afternoon, tier, score, run, arrival)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict do nothing;

-- name: reckonings
-- Those of the days before one, from a first day on.
select stage, horizon, afternoon, tier, score, run, arrival
from reckoning
where service_date >= $1 and service_date < $2
order by service_date, noted_at;

-- name: stood
-- How long buses stood at each stop, rolling past it taken off and very long stands cut short.
select stop_id,
       avg(least(greatest(extract(epoch from departed_at - arrived_at) - $3, 0), $4))::float8 as seconds,
       count(*) as visits
from stop_visit
where service_date >= $1 and departed_at <= $2
group by stop_id;

-- name: began
-- When buses came to the first stops of their runs and left them, on the days from one until another.
select service_date, run_id, stop_sequence, stop_id, vehicle_id, arrived_at, departed_at
from stop_visit
where call_index = 0 and departed_at is not null and service_date >= $1 and service_date < $2
order by service_date, run_id;

-- name: forget_trails
-- Those that are too old to say anything of today's streets.
delete from trail where service_date < $1;

-- name: forget_reckonings
-- The same of how predictions turned out.
delete from reckoning where service_date < $1;

-- name: rewind_trails
-- For a replay: forget what happened after a moment.
delete from trail where from_at > $1;

-- name: rewind_reckonings
-- The same of how predictions turned out.
delete from reckoning where noted_at > $1;
