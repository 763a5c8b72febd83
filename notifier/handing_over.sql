-- Lines of cases on their way to the departments' own systems.

-- name: claim
-- What is due, each in its order, leased to us: nobody else takes it up while we try. One that was leased before and
-- never settled died under way, and may have arrived.
with due as (
    select delivery_id
    from case_delivery as delivery
    where state = 'waiting' and connector = any($5) and next_at <= $1 and (lease_until is null or lease_until < $2)
      and not exists (
          select from case_delivery as earlier
          where earlier.case_id = delivery.case_id and earlier.lane = delivery.lane
            and earlier.delivery_id < delivery.delivery_id and earlier.state = 'waiting'
      )
    order by next_at, delivery_id
    limit $4
    for update skip locked
)
update case_delivery as delivery
set attempts = attempts + 1,
    maybe_sent = maybe_sent or lease_until is not null,
    lease_until = $3
from due
where delivery.delivery_id = due.delivery_id
returning delivery.delivery_id, delivery.case_id, delivery.event_id, delivery.department_id, delivery.connector,
          delivery.to_person, delivery.attempts, delivery.maybe_sent,
          (
              select earlier.remote_id
              from case_delivery as earlier
              where earlier.case_id = delivery.case_id and earlier.lane = delivery.lane and earlier.remote_id is not null
              order by earlier.delivery_id desc
              limit 1
          ) as remote_id;

-- name: case
-- The case, with the department that is to hear of it.
select * from family_case where case_id = $1;

-- name: department
-- The department as it is set now: a corrected address holds for what still waits.
select * from department where department_id = $1;

-- name: delivered
-- It is there, unless somebody else has taken it up since.
update case_delivery
set state = 'delivered', lease_until = null, maybe_sent = false, remote_id = $3, trouble = '', settled_at = $4
where delivery_id = $1 and lease_until = $2 and state = 'waiting'
returning delivery_id;

-- name: later
-- It will be tried again.
update case_delivery
set lease_until = null, maybe_sent = $3, trouble = $4, next_at = $5
where delivery_id = $1 and lease_until = $2 and state = 'waiting';

-- name: failed
-- It is not tried any more until a person asks for it.
update case_delivery
set state = 'failed', lease_until = null, maybe_sent = $3, trouble = $4, settled_at = $5
where delivery_id = $1 and lease_until = $2 and state = 'waiting'
returning delivery_id;
