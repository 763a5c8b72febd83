-- name: make_arrivals
-- COPY cannot skip the rows that are there already, so positions arrive here first. One a connection, emptied at commit.
create temporary table if not exists arriving_position (like vehicle_position) on commit delete rows;

-- name: keep_arrivals
-- The same fix again, after a crash or in a replay, changes nothing.
insert into vehicle_position select * from arriving_position on conflict do nothing;

-- name: keep_assignments
-- Dated, so that who drove a run at any moment can still be told.
insert into assignment (service_date, run_id, since, vehicle_id, source)
select * from unnest($1::date[], $2::text[], $3::timestamptz[], $4::text[], $5::text[])
on conflict (service_date, run_id, since) do update
    set vehicle_id = excluded.vehicle_id, source = excluded.source;

-- name: assign
-- What staff say holds from that moment on.
insert into assignment (service_date, run_id, since, vehicle_id, source, said_by) values ($1, $2, $3, $4, 'staff', $5)
on conflict (service_date, run_id, since) do update
    set vehicle_id = excluded.vehicle_id, source = excluded.source, said_by = excluded.said_by;

-- name: assigned_by_staff
-- The newest bus that staff gave each run of some days.
select distinct on (service_date, run_id) service_date, run_id, since, vehicle_id, source
from assignment
where service_date = any ($1) and source = 'staff'
order by service_date, run_id, since desc;

-- name: keep_visits
-- A visit is completed once, when the bus leaves; an older report of it never opens it again. A bus that went back and
-- came again later is a newer visit, and replaces it.
insert into stop_visit
    (service_date, run_id, stop_sequence, call_index, stop_id, vehicle_id, arrived_at, departed_at)
select * from unnest(
    $1::date[], $2::text[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[])
on conflict (service_date, run_id, stop_sequence) do update
    set call_index  = excluded.call_index,
        stop_id     = excluded.stop_id,
        vehicle_id  = excluded.vehicle_id,
        arrived_at  = excluded.arrived_at,
        departed_at = excluded.departed_at
    where stop_visit.departed_at is null
       or excluded.arrived_at > stop_visit.arrived_at;

-- name: keep_progress
-- Never back in time: a step that is recorded late, or twice, leaves newer progress alone.
insert into run_progress
    (service_date, run_id, vehicle_id, source, fix_at, matched_at, distance_m, next_call, lateness_seconds,
     started_at, still_since, off_route_since, ended_at, still_lat, still_lon)
select * from unnest(
    $1::date[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::double precision[],
    $8::integer[], $9::double precision[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[],
    $13::timestamptz[], $14::double precision[], $15::double precision[])
on conflict (service_date, run_id) do update
    set vehicle_id       = excluded.vehicle_id,
        source           = excluded.source,
        fix_at           = excluded.fix_at,
        matched_at       = excluded.matched_at,
        distance_m       = excluded.distance_m,
        next_call        = excluded.next_call,
        lateness_seconds = excluded.lateness_seconds,
        started_at       = excluded.started_at,
        still_since      = excluded.still_since,
        off_route_since  = excluded.off_route_since,
        ended_at         = excluded.ended_at,
        still_lat        = excluded.still_lat,
        still_lon        = excluded.still_lon
    where run_progress.fix_at <= excluded.fix_at;

-- name: progress
-- How far the runs of a day and later had got, as last recorded, unless that was after the moment.
select service_date, run_id, vehicle_id, source, fix_at, matched_at, distance_m, next_call, lateness_seconds,
       started_at, still_since, off_route_since, ended_at, still_lat, still_lon
from run_progress
where service_date >= $1 and fix_at <= $2;

-- name: assignments
-- Who drives each run of a day and later, as of a moment.
select distinct on (service_date, run_id) service_date, run_id, since, vehicle_id, source
from assignment
where service_date >= $1 and since <= $2
order by service_date, run_id, since desc;

-- name: visits
-- What happened at the stops of a day and later, up to a moment, in the order of the run.
select service_date, run_id, stop_sequence, call_index, stop_id, vehicle_id, arrived_at,
       case when departed_at <= $2 then departed_at end as departed_at
from stop_visit
where service_date >= $1 and arrived_at <= $2
order by service_date, run_id, call_index;

-- name: notices
-- The newest notice that stands of each run of some days.
select distinct on (service_date, run_id) service_date, run_id, kind, cause, said_at
from run_notice
where service_date = any ($1) and cleared_at is null
order by service_date, run_id, said_at desc, notice_id desc;

-- name: notices_at
-- The newest notice of each run that stood at a moment.
select distinct on (service_date, run_id) service_date, run_id, kind, cause, said_at
from run_notice
where service_date >= $1 and said_at <= $2 and (cleared_at is null or cleared_at > $2)
order by service_date, run_id, said_at desc, notice_id desc;

-- name: last_fixes
-- The newest fix of every vehicle in a stretch of time, and where that was. It steps through the key from vehicle to vehicle: a day holds
-- millions of positions, and this reads a few of each vehicle's.
with recursive heard(vehicle_id) as (
    (select vehicle_id from vehicle_position where fix_at > $1 and fix_at <= $2 order by vehicle_id limit 1)
    union all
    select (
        select later.vehicle_id from vehicle_position later
        where later.vehicle_id > heard.vehicle_id and later.fix_at > $1 and later.fix_at <= $2
        order by later.vehicle_id limit 1
    )
    from heard where heard.vehicle_id is not null
)
select heard.vehicle_id, newest.fix_at, newest.lat, newest.lon
from heard
cross join lateral (
    select fix_at, lat, lon from vehicle_position
    where vehicle_id = heard.vehicle_id and fix_at > $1 and fix_at <= $2
    order by fix_at desc limit 1
) newest
where heard.vehicle_id is not null;

-- name: forget_positions
-- Those after a moment.
delete from vehicle_position where fix_at > $1;

-- name: forget_assignments
-- Those after a moment.
delete from assignment where since > $1;

-- name: forget_visits
-- Those after a moment.
delete from stop_visit where arrived_at > $1;

-- name: forget_departures
-- Departures after a moment, from stops arrived at before it.
update stop_visit set departed_at = null where departed_at > $1;

-- name: forget_progress
-- Only the newest progress is kept, so what it was at that moment is not known: the next fix tells it again.
delete from run_progress where fix_at > $1;

-- name: forget_notices
-- Those after a moment.
delete from run_notice where said_at > $1;

-- name: reopen_notices
-- Those cleared after a moment.
update run_notice set cleared_at = null, cleared_by = null where cleared_at > $1;

-- name: say
-- Once, however often it is said again.
insert into run_notice (service_date, run_id, kind, cause, said_by, said_at) values ($1, $2, $3, $4, $5, $6)
on conflict (service_date, run_id, kind, said_at) do nothing;

-- name: clear
-- Every notice of a run that still stands.
update run_notice set cleared_by = $3, cleared_at = $4
where service_date = $1 and run_id = $2 and cleared_at is null
returning notice_id;
