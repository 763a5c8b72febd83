-- name: lock_plans
-- One plan is saved at a time; readers do not wait. The lock ends with the transaction.
select pg_advisory_xact_lock(hashtext('busline plan'));

-- name: current_plan
-- The version in force: the newest activated.
select plan_id, content_sha256, timezone
from plan
where activated_at is not null
order by activated_at desc, plan_id desc
limit 1;

-- name: plan_version
-- One version, in force or not.
select plan_id, content_sha256, timezone from plan where plan_id = $1;

-- name: begin_plan
-- A version that nobody reads yet.
insert into plan (content_sha256, source, timezone, loaded_at)
values ($1, $2, $3, $4)
returning plan_id;

-- name: activate_plan
-- From the commit on, this version is in force. A version is never activated before the one that it replaces, even by
-- a clock that went back, and so stays the newest.
update plan
set activated_at = greatest($2, (select max(activated_at) + interval '1 microsecond' from plan))
where plan_id = $1;

-- name: forget_old_plans
-- Keep the newest versions, so that yesterday's runs still have a plan; everything of the others goes with them.
delete from plan
where plan_id not in (select plan_id from plan order by activated_at desc nulls last, plan_id desc limit $1);

-- name: services
-- The services of a version.
select service_id, weekdays, start_date, end_date, added, removed from plan_service where plan_id = $1;

-- name: stops
-- The stops of a version.
select stop_id, name, lat, lon from plan_stop where plan_id = $1;

-- name: patterns
-- The paths of a version and the stops along them.
select pattern_id, stop_ids, stop_distance_m, path_lat, path_lon, approximate from plan_pattern where plan_id = $1;

-- name: runs
-- The runs of a version, in the order of their names so that every load gives the same picture.
select run_id, route_id, route_name, service_id, block_id, headsign, direction_id, planned_vehicle_id, pattern_id,
       stop_sequences, arrival_seconds, departure_seconds
from plan_run
where plan_id = $1
order by run_id;

-- name: ride_places
-- Where rides that are not over yet are to be met, with how many of them.
select run_id, stop_id, stop_sequence, count(*) as rides
from ride
where end_date >= $1
group by run_id, stop_id, stop_sequence;
