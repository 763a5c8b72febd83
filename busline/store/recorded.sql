-- name: newest_fix_at
-- When the newest position of all was taken.
select max(fix_at) from vehicle_position;

-- name: visits_between
-- How many stop visits were recorded in a span of time, and on how many runs.
select count(*) as visits, count(distinct (service_date, run_id)) as runs
from stop_visit
where arrived_at between $1 and $2;
