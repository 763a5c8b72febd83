-- A case and its history, as both sides read and write it.

-- name: insert_case
-- A new case, unless its reference is taken.
insert into family_case
    (reference, phone, contact_id, student_id, language, topic, urgent, department_id,
     state, state_since, opened_at, promised_by, waiting_since)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'received', $9, $9, $10, $9)
on conflict (reference) do nothing
returning *;

-- name: case_to_change
-- A case, held until the end of the transaction: changes to it take turns.
select * from family_case where reference = $1 for update;

-- name: case_as_it_stands
-- A case, to look at.
select * from family_case where reference = $1;

-- name: keep_case
-- The case after a change.
update family_case
set urgent = $2,
    department_id = $3,
    assigned_to = $4,
    state = $5,
    state_since = $6,
    promised_by = $7,
    waiting_since = $8,
    reminders = $9,
    reminded_at = $10,
    times_reopened = $11
where case_id = $1;

-- name: is_known
-- Whether a message has been here before.
select exists (select from case_event where source_key = $1);

-- name: note_event
-- A line of the history; nothing where the message that brings it has been here before.
insert into case_event (case_id, at, kind, by_whom, about, words, source_key)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (source_key) do nothing
returning event_id;

-- name: promise_delivery
-- The department will be handed this where it works; nothing for one that works here. Departments that share a ticket
-- system share the ticket of a case, so what passes between them is told there once.
insert into case_delivery (case_id, event_id, department_id, connector, lane, next_at, created_at)
select $1, $2, department_id, connector, case connector when 'email' then department_id else connector end, $4, $4
from department
where department_id = $3 and connector <> 'none'
on conflict (event_id, lane) do nothing;

-- name: promise_reminder
-- A person of the department will be reminded: by e-mail where they have an address, else where the department works,
-- in the case's own ticket.
insert into case_delivery (case_id, event_id, department_id, connector, lane, to_person, next_at, created_at)
select $1, $2, department_id, connector,
       case connector when 'email' then department_id || '/' || $4 else connector end, $4, $5, $5
from (
    select department_id,
           case when case $4 when 'owner' then owner_address else next_up_address end <> '' then 'email' else connector end
               as connector
    from department
    where department_id = $3
) as reached
where connector <> 'none';

-- name: history
-- All that happened in a case, in order.
select event_id, at, kind, by_whom, about, words from case_event where case_id = $1 order by at, event_id;

-- name: department
-- One department, and the zone of the plan in force, which its hours are in.
select department.*, coalesce(
    (select timezone from plan where activated_at is not null order by activated_at desc, plan_id desc limit 1), 'UTC'
) as timezone
from department
where department_id = $1;
