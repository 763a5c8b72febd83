-- name: unmeasured
-- Days of the district with questions and without fates, before $1. Two weeks back: older ones were looked at.
select distinct (asked_at at time zone $2)::date as asked_on
from inquiry
where asked_at >= ($1::date - 14)::timestamp at time zone $2
  and asked_at < $1::date::timestamp at time zone $2
  and ended <> 'none'
  and not exists (
      select from inquiry_fate where inquiry_fate.service_date = (inquiry.asked_at at time zone $2)::date
  )
order by asked_on;

-- name: join_what_happened
-- When the bus came to every call that a family was told of on a day. It stays when the visits are forgotten.
update access_log
set arrived_at = stop_visit.arrived_at
from stop_visit
where access_log.told_at >= $1 and access_log.told_at < $2
  and access_log.arrived_at is null
  and (stop_visit.service_date, stop_visit.run_id, stop_visit.stop_sequence)
      = (access_log.service_date, access_log.run_id, access_log.stop_sequence);

-- name: asked
-- The questions of a day, with whether what was told live held: a window through the whole of its last minute, a bus at
-- the stop or gone by where it was seen to have come. Null where nothing live was told, or nobody saw.
select inquiry.inquiry_id,
       inquiry.phone,
       inquiry.asked_at,
       inquiry.language,
       inquiry.ended,
       told.school_id,
       told.was_right
from inquiry
left join lateral (
    select case when count(distinct student.school_id) = 1 then min(student.school_id) end as school_id,
           bool_and(
               case
                   when access_log.window_earliest is not null and access_log.arrived_at is not null
                       then access_log.arrived_at >= access_log.window_earliest
                            and access_log.arrived_at < access_log.window_latest + interval '1 minute'
                   when access_log.answer in ('at_stop', 'passed') and access_log.arrived_at is not null
                       then access_log.arrived_at <= access_log.told_at
               end
           ) as was_right
    from access_log
    left join student using (student_id)
    where access_log.inquiry_id = inquiry.inquiry_id
) as told on true
where inquiry.asked_at >= $1 and inquiry.asked_at < $2 and inquiry.ended <> 'none'
order by inquiry.asked_at, inquiry.inquiry_id;

-- name: students_of
-- Which students each of these phones may ask about.
select phone, student_id from family_link where phone = any ($1::text[]) order by phone, student_id;

-- name: forget_day
-- What was kept of a day, to be kept anew.
delete from inquiry_fate where service_date = $1;

-- name: abandon
-- These were answered by asking back, and nothing came of it.
update inquiry set ended = 'abandoned' where inquiry_id = any ($1::bigint[]) and ended = 'choice';

-- name: keep
-- What came of each question of a day.
insert into inquiry_fate
    (inquiry_id, service_date, language, school_id, channel, ended, was_right, came_back, begins, is_deflected)
select one.inquiry_id, $1, one.language, one.school_id, inquiry.channel, coalesce(one.ended, inquiry.ended),
       one.was_right, one.came_back, one.begins, one.is_deflected
from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::boolean[], $8::boolean[],
            $9::boolean[])
    as one (inquiry_id, language, school_id, ended, was_right, came_back, begins, is_deflected)
join inquiry using (inquiry_id);

-- name: figures
-- Matters and deflected ones, in the whole district, by language and by school.
select case when grouping(language) = 0 then 'language' when grouping(school.name) = 0 then 'school' else 'whole' end as kind,
       case when grouping(language) = 0 then language when grouping(school.name) = 0 then school.name else '' end as name,
       count(*) as matters,
       count(*) filter (where is_deflected) as deflected
from inquiry_fate
left join school using (school_id)
where service_date between $1 and $2 and begins
group by grouping sets ((), (language), (school.name))
having grouping(school.name) = 1 or school.name is not null;
