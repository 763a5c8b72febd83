-- name: plan
-- The runs of a day as first planned. A run that a later version of the plan adds is added.
insert into planned_run (service_date, run_id, route_name, stop_sequences, measured) values ($1, $2, $3, $4, $5)
on conflict do nothing;

-- name: measured
-- The runs of a day whose predictions are kept, by route.
select run_id from planned_run where service_date = $1 and measured order by route_name, run_id;

-- name: make_arrivals
-- COPY cannot skip the rows that are there already, so predictions arrive here first. One a connection, emptied at commit.
create temporary table if not exists arriving_prediction (like prediction) on commit delete rows;

-- name: keep_arrivals
-- The same moment again, by another process or in doubt after a crash, changes nothing.
insert into prediction select * from arriving_prediction on conflict do nothing;

-- name: arrivals
-- When the buses of some runs arrived where.
select run_id, call_index, extract(epoch from arrived_at)::double precision as arrived_at
from stop_visit
where service_date = $1 and run_id = any ($2::text[]);

-- name: runs
-- Some runs of a day: from when on each was followed, how far it got, and all that was predicted, in arrays of one order.
select planned_run.run_id,
       planned_run.route_name,
       extract(epoch from run_progress.started_at)::double precision as started_at,
       coalesce(run_progress.next_call, 0) as next_call,
       coalesce(predicted.calls, '{}') as calls,
       coalesce(predicted.made_at, '{}') as made_at,
       coalesce(predicted.planned_at, '{}') as planned_at,
       coalesce(predicted.lateness_seconds, '{}') as lateness_seconds,
       coalesce(predicted.held_at, '{}') as held_at,
       coalesce(predicted.p10, '{}') as p10,
       coalesce(predicted.p50, '{}') as p50,
       coalesce(predicted.p90, '{}') as p90,
       coalesce(predicted.published, '{}') as published,
       coalesce(predicted.be_ready_by, '{}') as be_ready_by,
       coalesce(predicted.before_start, '{}') as before_start
from planned_run
left join run_progress using (service_date, run_id)
left join lateral (
    select array_agg(call_index) as calls,
           array_agg(extract(epoch from prediction.made_at)::double precision) as made_at,
           array_agg(extract(epoch from prediction.planned_at)::double precision) as planned_at,
           array_agg(prediction.lateness_seconds) as lateness_seconds,
           array_agg(extract(epoch from prediction.held_at)::double precision) as held_at,
           array_agg(extract(epoch from prediction.p10)::double precision) as p10,
           array_agg(extract(epoch from prediction.p50)::double precision) as p50,
           array_agg(extract(epoch from prediction.p90)::double precision) as p90,
           array_agg(extract(epoch from prediction.published)::double precision) as published,
           array_agg(
               extract(epoch from coalesce(prediction.be_ready_by, prediction.p10))::double precision
           ) as be_ready_by,
           array_agg(prediction.basis = 'before_start') as before_start
    from prediction
    where prediction.service_date = planned_run.service_date and prediction.run_id = planned_run.run_id
) as predicted on true
where service_date = $1 and run_id = any ($2::text[])
order by route_name, run_id;

-- name: windows
-- Every window told to a family about a call of a day, with when the bus came there, or whether it went by unseen.
select coalesce(planned_run.route_name, '') as route_name,
       access_log.window_earliest,
       access_log.window_latest,
       stop_visit.arrived_at,
       -- Positions of an array count from 1, calls from 0.
       coalesce(run_progress.next_call >= array_position(planned_run.stop_sequences, access_log.stop_sequence), false)
           as has_passed
from access_log
left join planned_run using (service_date, run_id)
left join stop_visit using (service_date, run_id, stop_sequence)
left join run_progress using (service_date, run_id)
where service_date = $1 and access_log.window_earliest is not null
order by access_log.access_id;

-- name: unscored
-- Days that something was predicted or told on, and that no night has scored.
select distinct service_date
from planned_run
where service_date < $1
  and not exists (select from promise_day where promise_day.service_date = planned_run.service_date)
order by service_date;

-- name: forget_plans
-- What was planned on days whose predictions are gone.
delete from planned_run where service_date < $1;

-- name: forget_after
-- What was predicted after a moment.
delete from prediction where made_at > $1;
