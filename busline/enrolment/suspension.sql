-- name: suspend
-- Those of these phones that somebody is linked to are told nothing from now on.
with suspended as (
    insert into phone_suspension (phone, since, reason)
    select distinct listed.phone, $2::timestamptz, $3
    from unnest($1::text[]) as listed (phone)
    where $3 = 'staff'
       or exists (select from contact where contact.phone = listed.phone)
       or exists (select from joined_phone where joined_phone.phone = listed.phone)
    on conflict (phone) where ended_at is null do nothing
    returning phone
),
noted as (
    insert into enrolment_audit (at, act, phone, actor)
    select $2, 'suspended: ' || $3, phone, $4 from suspended
)
select phone from suspended;

-- name: lift
-- The phone is answered again.
with lifted as (
    update phone_suspension set ended_at = $2, ended_by = $3
    where phone = $1 and ended_at is null
    returning phone
),
noted as (
    insert into enrolment_audit (at, act, phone, actor)
    select $2, 'suspension lifted', phone, $3 from lifted
)
select phone from lifted;

-- name: in_force
-- Which of these phones are told nothing now.
select phone, since, reason from phone_suspension where phone = any ($1::text[]) and ended_at is null;

-- name: unread_lists
-- Days whose list of deactivated numbers was not read yet.
select day::date as day
from generate_series($1::date - $2::integer, $1::date - 1, interval '1 day') as day
where not exists (select from deactivation_list where listed_on = day::date)
order by day;

-- name: note_list
-- The list of that day has been read.
insert into deactivation_list (listed_on, read_at, numbers, suspended)
values ($1, $2, $3, $4)
on conflict (listed_on) do nothing;

-- name: unreachable
-- The phones whose newest messages, $2 of them running, all failed with one of the codes $1.
select phone
from (
    select phone,
           coalesce(error_code, 0) = any ($1::integer[]) as failed,
           row_number() over (partition by phone order by reported_at desc, sid desc) as nth
    from message_status
    where phone in (select phone from message_status where error_code = any ($1::integer[]))
      -- What is still on its way has not shown anything yet.
      and status in ('delivered', 'undelivered', 'failed', 'read')
) as newest
where nth <= $2
group by phone
having count(*) = $2 and bool_and(failed);
