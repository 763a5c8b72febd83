-- Departments as the district sets them.

-- name: departments
-- All of them, with how many cases wait there.
select department.*, count(family_case.case_id) filter (where waiting_since is not null) as waiting
from department
left join family_case using (department_id)
group by department_id
order by department_id;

-- name: set_department
-- One as it is from now on; nothing where there is none of that id.
update department
set owner = $2,
    owner_address = $3,
    next_up = $4,
    next_up_address = $5,
    connector = $6,
    target = $7,
    opens_minute = $8,
    closes_minute = $9,
    weekdays = $10,
    closed_on = $11,
    expected_minutes = $12,
    urgent_minutes = $13
where department_id = $1
returning department_id;

-- name: department_to_change
-- One, held.
select * from department where department_id = $1 for update;

-- name: redirect_deliveries
-- What has not got through yet goes the new way, with all its attempts before it.
update case_delivery
set connector = $2,
    lane = case $2 when 'email' then department_id else $2 end,
    state = 'waiting', attempts = 0, next_at = $3, settled_at = null
where department_id = $1 and state in ('waiting', 'failed') and to_person = '' and lease_until is null
  and not exists (
      select from case_delivery as same
      where same.event_id = case_delivery.event_id
        and same.lane = case $2 when 'email' then case_delivery.department_id else $2 end
  );

-- name: drop_deliveries
-- The department works here now, where everything is already.
delete from case_delivery
where department_id = $1 and state in ('waiting', 'failed') and to_person = '' and lease_until is null;
