-- name: families_on_runs
-- Phones that may ask about a student who rides one of these runs on a day, with all the students they may ask about.
select contact.phone, contact.language, array_agg(distinct link.student_id order by link.student_id) as students
from contact
join link on link.contact_id = contact.contact_id and link.may_ask
where contact.contact_id in (
    select asking.contact_id
    from link as asking
    join ride on ride.student_id = asking.student_id
    where asking.may_ask
      and ride.run_id = any ($1::text[])
      and $2::date between ride.start_date and ride.end_date
      and (ride.weekdays >> $3::integer) & 1 = 1
)
group by contact.contact_id
order by contact.contact_id
limit $4;

-- name: has_students
-- Whether any roster was ever imported.
select exists (select from student);
