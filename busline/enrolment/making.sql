-- name: schools
-- The schools whose riders get letters, with how many; $1 narrows to one school, $2 to one student.
select school_id, school.name, count(*) as riders
from student
join school using (school_id)
where ($1::text is null or school_id = $1)
  and ($2::text is null or student_id = $2)
  and exists (select from ride where ride.student_id = student.student_id and ride.end_date >= $3)
group by school_id, school.name
order by school_id;

-- name: riders
-- The riders of a school, in the order in which letters are handed out, with the language of their family.
select student_id, given_name, family_name, grade,
       (
           select contact.language
           from link
           join contact using (contact_id)
           where link.student_id = student.student_id
           order by link.may_ask desc, contact_id
           limit 1
       ) as language
from student
where school_id = $1
  and ($2::text is null or student_id = $2)
  and exists (select from ride where ride.student_id = student.student_id and ride.end_date >= $3)
order by grade, family_name, given_name, student_id;

-- name: revoke_open
-- Earlier letters of these students lose their code: only the newest letter counts.
update join_code set revoked_at = $2
where student_id = any ($1::text[]) and used_at is null and revoked_at is null;

-- name: keep
-- New codes, as digests.
insert into join_code (digest, student_id, made_at, expires_at)
select digest, student_id, $3, $4 from unnest($1::bytea[], $2::text[]) as made (digest, student_id);
