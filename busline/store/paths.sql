-- name: paths
-- Every learned path, replaced ones too: trails were measured along them.
select stop_ids, from_at, stop_lat, stop_lon, stop_distance_m, path_lat, path_lon, tracks
from learned_path
order by from_at, path_id;

-- name: keep
-- A path from its moment on.
insert into learned_path (stop_ids, from_at, stop_lat, stop_lon, stop_distance_m, path_lat, path_lon, tracks)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: driven
-- Which vehicles drove some runs, the newest days first.
select distinct service_date, run_id, vehicle_id
from assignment
where run_id = any ($1::text[]) and service_date >= $2 and service_date < $3
order by service_date desc, run_id, vehicle_id
limit $4;

-- name: track
-- Where a vehicle was in a stretch of time while the feed had it on one run, or on none. Of one that names no run, only
-- until that run was over: what comes after may be its next run.
select position.lat, position.lon
from vehicle_position as position
left join run_progress as progress on progress.service_date = $5 and progress.run_id = $4
where position.vehicle_id = $1 and position.fix_at >= $2 and position.fix_at < $3
  and (position.run_id = $4
       or (position.run_id is null and position.fix_at <= coalesce(progress.ended_at, $3)))
order by position.fix_at;

-- name: forget_unplanned
-- Paths of routes that are in no kept version of the plan any more.
delete from learned_path
where not exists (select from plan_pattern where plan_pattern.stop_ids = learned_path.stop_ids);

-- name: forget_replaced
-- Paths replaced so long ago that nothing is kept that was measured along them.
delete from learned_path as older
using learned_path as newer
where newer.stop_ids = older.stop_ids and newer.from_at > older.from_at and newer.from_at < $1;

-- name: rewind
-- For a replay: forget what was learned after a moment.
delete from learned_path where from_at > $1;
