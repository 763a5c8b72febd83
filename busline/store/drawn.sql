-- name: version
-- The plan in force, since when it has been drawn as it is, and the newest word of staff about the days of the moment and
-- about today.
select plan_id,
       (select max(from_at) from learned_path where from_at <= $1) as paths_from,
       (select max(said_at)
        from declared_day
        where said_at <= $1 and service_date >= ($1 at time zone plan.timezone)::date - 1) as days_said_at,
       (select max(said_at)
        from declared_day
        where said_at <= $1 and service_date = ($1 at time zone plan.timezone)::date) as today_said_at
from plan
where activated_at is not null
order by activated_at desc, plan_id desc
limit 1;
