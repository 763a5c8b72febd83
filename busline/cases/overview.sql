-- Cases as staff list and read them.

-- name: cases
-- Cases as a list, what is most pressing first: urgent, then by the promise; those that wait for the family after
-- them, then what is closed, newest first.
select family_case.*,
       hold.held_by,
       exists (
           select from case_delivery where case_delivery.case_id = family_case.case_id and case_delivery.state = 'failed'
       ) as not_handed_over
from family_case
left join conversation_hold as hold on hold.case_id = family_case.case_id and hold.until > $1
where ($2::text is null or department_id = $2)
  and ($3::text is null or assigned_to = $3)
  and case $4
          when 'waiting' then waiting_since is not null
          when 'overdue' then waiting_since is not null and promised_by < $1
          when 'answered' then state = 'answered'
          when 'closed' then state like 'closed%'
          when 'not_handed_over' then exists (
              select from case_delivery
              where case_delivery.case_id = family_case.case_id and case_delivery.state = 'failed'
          )
          else state not like 'closed%'
      end
order by state like 'closed%', waiting_since is null, not urgent, promised_by, case_id desc
limit $5;

-- name: deliveries
-- How far each line of a case's history has got on its way to the department.
select department_id, connector, to_person, state, attempts, next_at, trouble, remote_id, created_at, settled_at
from case_delivery
where case_id = $1
order by delivery_id;

-- name: texts
-- The texts of a case that were promised to the family, and how far each has got.
select outbox.facts ->> 'message' as message, outbox.state, outbox.trouble, outbox.created_at,
       outbox.settled_at, message_status.status as carrier_status
from outbox
left join message_status using (sid)
where case_id = $1
order by outbox_id;

-- name: figures
-- What stands open, for the head of the board.
select count(*) filter (where waiting_since is not null) as waiting,
       count(*) filter (where waiting_since is not null and promised_by < $1) as overdue,
       count(*) filter (where waiting_since is not null and urgent) as urgent,
       (select count(*) from case_delivery where state = 'failed') as not_handed_over
from family_case
where waiting_since is not null;
