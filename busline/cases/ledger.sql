-- The family's side of cases: what the conversation reads and writes inside its own transaction.

-- name: open_case_like_it
-- The case of this phone that already waits about the same matter, held.
select *
from family_case
where phone = $1 and department_id = $2 and topic = $3 and student_id is not distinct from $4 and waiting_since is not null
order by opened_at desc
limit 1
for update;

-- name: conversation_so_far
-- What was asked and told before the case, from the record of inquiries: nobody is to be asked for it again.
insert into case_event (case_id, at, kind, about, words)
select $1, said.at, said.kind, said.about, said.words
from (
    select asked.asked_at as at, asked.inquiry_id, 0 as place, 'asked' as kind, asked.outcome as about, asked.body as words
    from (
        select inquiry_id, asked_at, outcome, body
        from inquiry
        where phone = $2 and asked_at > $3 and asked_at <= $4
        order by inquiry_id desc
        limit $5
    ) as asked
    union all
    select access_log.told_at, access_log.inquiry_id, 1, 'told', access_log.answer,
           concat_ws(' ', 'student', access_log.student_id, 'bus ' || access_log.vehicle_id)
    from access_log
    join inquiry using (inquiry_id)
    where inquiry.phone = $2 and inquiry.asked_at > $3 and inquiry.asked_at <= $4
) as said
order by said.at, said.inquiry_id, said.place;

-- name: cases_of
-- The cases of a phone that it may hear about: every one that is not closed, and those closed of late. Newest first.
select reference, state, department_id, topic, urgent, state_since, opened_at, promised_by
from family_case
where phone = $1 and (state not like 'closed%' or state_since > $2)
order by state like 'closed%', opened_at desc, case_id desc
limit 10;

-- name: case_of_phone
-- A case of this phone, held. Another phone's is no case at all.
select * from family_case where phone = $1 and reference = $2 for update;

-- name: holder
-- Who of the staff writes with this phone now.
select held_by, reference, since, until
from conversation_hold
join family_case using (case_id)
where conversation_hold.phone = $1 and until > $2;
