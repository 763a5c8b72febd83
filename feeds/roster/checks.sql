-- What must hold of a roster. The roster in force obeys every rule, so only differences are looked at, and what a
-- difference can break elsewhere. `delta_...` and `stage_...` tables are those of csv_roster.sql.

-- name: create_problems
-- Everything wrong is gathered here before anything is said.
create temporary table roster_problem (file text not null, line bigint, reason text not null) on commit drop;

-- name: repeated_newcomers
-- Files in which a key that is new stands twice.
select 'schools' as name
where exists (select from delta_schools where change = 'added' group by school_id having count(*) > 1)
union all
select 'students'
where exists (select from delta_students where change = 'added' group by student_id having count(*) > 1)
union all
select 'contacts'
where exists (select from delta_contacts where change = 'added' group by contact_id having count(*) > 1)
union all
select 'links'
where exists (select from delta_links where change = 'added' group by contact_id, student_id having count(*) > 1)
union all
select 'rides'
where exists (
    select from delta_rides where change = 'added'
    group by student_id, run_id, stop_id, stop_sequence, leg, weekdays, start_date, end_date having count(*) > 1
);

-- name: repeated_schools
-- Where the same school stands again.
insert into roster_problem
select 'schools.csv', line, format('this school_id stands on line %s already.', first)
from stage_schools
join (select school_id, min(line) as first from stage_schools group by 1 having count(*) > 1) as twice using (school_id)
where line > first;

-- name: repeated_students
-- Where the same student stands again.
insert into roster_problem
select 'students.csv', line, format('this student_id stands on line %s already.', first)
from stage_students
join (select student_id, min(line) as first from stage_students group by 1 having count(*) > 1) as twice using (student_id)
where line > first;

-- name: repeated_contacts
-- Where the same contact stands again.
insert into roster_problem
select 'contacts.csv', line, format('this contact_id stands on line %s already.', first)
from stage_contacts
join (select contact_id, min(line) as first from stage_contacts group by 1 having count(*) > 1) as twice using (contact_id)
where line > first;

-- name: repeated_links
-- Where the same link stands again.
insert into roster_problem
select 'links.csv', line, format('this contact and student stand on line %s already.', first)
from stage_links
join (
    select contact_id, student_id, min(line) as first from stage_links group by 1, 2 having count(*) > 1
) as twice using (contact_id, student_id)
where line > first;

-- name: repeated_rides
-- Where the same ride stands again.
insert into roster_problem
select 'rides.csv', line, format('this ride stands on line %s already.', first)
from stage_rides
join (
    select student_id, run_id, stop_id, stop_sequence, leg, weekdays, start_date, end_date, min(line) as first
    from stage_rides
    group by 1, 2, 3, 4, 5, 6, 7, 8
    having count(*) > 1
) as twice using (student_id, run_id, stop_id, stop_sequence, leg, weekdays, start_date, end_date)
where line > first;

-- name: check_schools
-- A school has an ID and a name, and its phone, if any, is one.
insert into roster_problem
select 'schools.csv', line, 'school_id is empty.' from stage_schools where school_id = ''
union all
select 'schools.csv', line, 'name is empty.' from stage_schools where name = ''
union all
select 'schools.csv', line, 'phone is not a valid number.'
from stage_schools join stage_phone on written = stage_schools.phone
where stage_phone.phone is null;

-- name: check_students
-- A student has an ID, and goes to a school of the roster: a new one, or one that stays.
insert into roster_problem
select 'students.csv', line, 'student_id is empty.' from stage_students where student_id = ''
union all
select 'students.csv', line, format('school %s is not in schools.csv.', quote_literal(left(school_id, 40)))
from delta_students
where change <> 'removed'
  and not exists (select from stage_schools where stage_schools.school_id = delta_students.school_id)
  and not exists (select from school where school.school_id = delta_students.school_id)
union all
select 'students.csv', stage_students.line,
       format('school %s is not in schools.csv.', quote_literal(left(school_id, 40)))
from stage_students join delta_schools using (school_id)
where delta_schools.change = 'removed';

-- name: check_contacts
-- A contact has an ID, a valid phone of its own and one of the languages $1, and an address where mail shall go. Its phone must be neither that of another
-- difference nor that of a contact that stays as it is.
with rival as (
    select line, phone, min(line) over (partition by phone) as first from delta_contacts where change <> 'removed'
    union all
    select greatest(delta.line, staged.line), delta.phone, least(delta.line, staged.line)
    from delta_contacts as delta
    join contact as kept on kept.phone = delta.phone and kept.contact_id <> delta.contact_id
    join stage_contacts as staged on staged.contact_id = kept.contact_id
    where delta.change <> 'removed'
      and not exists (select from delta_contacts as other where other.contact_id = kept.contact_id)
)
insert into roster_problem
select 'contacts.csv', line, 'contact_id is empty.' from delta_contacts where contact_id = ''
union all
select 'contacts.csv', line, 'phone is not a valid number.'
from delta_contacts
where change <> 'removed' and phone is null
union all
select 'contacts.csv', line, format('this phone is the one of line %s already; one phone is one contact.', first)
from rival
where phone is not null and line > first
union all
select 'contacts.csv', line,
       format('language %s is none of %s.', quote_literal(left(language, 40)), array_to_string($1::text[], ' '))
from delta_contacts
where change <> 'removed' and language <> all ($1::text[])
union all
select 'contacts.csv', line, 'email is not an e-mail address.'
from delta_contacts
where change <> 'removed'
  and (email !~ '^[A-Za-z0-9._%+''-]{1,64}@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+$' or length(email) > 254)
union all
select 'contacts.csv', line, format('alerts_by %s is none of text voice email.', quote_literal(left(alerts_by, 40)))
from delta_contacts
where change <> 'removed' and alerts_by not in ('text', 'voice', 'email')
union all
select 'contacts.csv', line, 'alerts_by is email, and there is no email.'
from delta_contacts
where change <> 'removed' and alerts_by = 'email' and email is null;

-- name: check_links
-- A link joins a contact and a student of the roster, and says whether the one may ask about the other.
insert into roster_problem
select 'links.csv', link.line, 'this contact is not in contacts.csv.'
from delta_links as link
left join contact as kept on kept.contact_id = link.contact_id
left join delta_contacts as added on added.contact_id = link.contact_id and added.change = 'added'
where link.change <> 'removed' and kept.contact_id is null and added.contact_id is null
union all
select 'links.csv', stage_links.line, 'this contact is not in contacts.csv.'
from stage_links join delta_contacts using (contact_id)
where delta_contacts.change = 'removed'
union all
select 'links.csv', link.line, 'this student is not in students.csv.'
from delta_links as link
left join student as kept on kept.student_id = link.student_id
left join delta_students as added on added.student_id = link.student_id and added.change = 'added'
where link.change <> 'removed' and kept.student_id is null and added.student_id is null
union all
select 'links.csv', stage_links.line, 'this student is not in students.csv.'
from stage_links join delta_students using (student_id)
where delta_students.change = 'removed'
union all
select 'links.csv', line, format('may_ask %s must be yes or no.', quote_literal(left(written, 40)))
from delta_links
where change <> 'removed' and written not in ('yes', 'Yes', 'YES', 'no', 'No', 'NO');

-- name: check_rides
-- A ride has a student of the roster, and a leg, weekdays, dates and a stop_sequence that are what they should be.
insert into roster_problem
select 'rides.csv', ride.line, 'this student is not in students.csv.'
from delta_rides as ride
left join student as kept on kept.student_id = ride.student_id
left join delta_students as added on added.student_id = ride.student_id and added.change = 'added'
where ride.change <> 'removed' and kept.student_id is null and added.student_id is null
union all
select 'rides.csv', stage_rides.line, 'this student is not in students.csv.'
from stage_rides join delta_students using (student_id)
where delta_students.change = 'removed'
union all
select 'rides.csv', line, format('leg %s must be to_school or from_school.', quote_literal(left(leg, 40)))
from delta_rides
where change <> 'removed' and leg not in ('to_school', 'from_school')
union all
select 'rides.csv', line,
       format('weekdays %s must be seven letters, MTWRFSU from Monday to Sunday, with - for a day without the ride.',
              quote_literal(left(stage.weekdays, 40)))
from delta_rides join stage_rides as stage using (line)
where delta_rides.weekdays is null
union all
select 'rides.csv', line,
       format('start_date %s is not a date like 2026-09-08.', quote_literal(left(stage.start_date, 40)))
from delta_rides join stage_rides as stage using (line)
where delta_rides.start_date is null
union all
select 'rides.csv', line,
       format('end_date %s is not a date like 2026-09-08.', quote_literal(left(stage.end_date, 40)))
from delta_rides join stage_rides as stage using (line)
where delta_rides.end_date is null
union all
select 'rides.csv', line, format('end_date %s is before start_date %s.', end_date, start_date)
from delta_rides
where end_date < start_date
union all
select 'rides.csv', line,
       format('stop_sequence %s is not a whole number.', quote_literal(left(stage.stop_sequence, 40)))
from delta_rides join stage_rides as stage using (line)
where delta_rides.stop_sequence = -2;

-- name: check_places
-- A ride that is not over by $2 has a run of the plan $1 and a call of it to be met at. The plan may have changed since
-- the last import, so this looks at all rides; places repeat, and each distinct one is looked up once.
with place as (
    select run_id, stop_id, stop_sequence
    from stage_rides join ride_date on written = end_date
    where day >= $2
    group by 1, 2, 3
), located as (
    select place.run_id, stop_id, stop_sequence, pattern_id, stop_sequences
    from place left join plan_run on plan_id = $1 and plan_run.run_id = place.run_id
), called_at as (
    -- Runs share patterns, so each is searched for a stop once.
    select pattern_id, stop_id, array_positions(stop_ids, stop_id) as calls
    from (select distinct pattern_id, stop_id from located) as wanted
    join plan_pattern using (pattern_id)
    where plan_id = $1
), judged as (
    select run_id, stop_id, stop_sequence, pattern_id is not null as run_known, coalesce(cardinality(calls), 0) as calls,
           case
               when stop_sequence = '' then coalesce(cardinality(calls), 0)
               when cardinality(calls) = 1 then (stop_sequences[calls[1]]::text = stop_sequence)::integer
               else (select count(*) from unnest(calls) as call where stop_sequences[call]::text = stop_sequence)
           end as fitting
    from located left join called_at using (pattern_id, stop_id)
    where stop_sequence ~ '^([0-9]{1,9})?$'
)
insert into roster_problem
select 'rides.csv', line,
       case
           when not run_known then format('run %s is not in the plan in force.', quote_literal(left(run_id, 40)))
           when calls = 0 then
               format('run %s does not call at stop %s in the plan in force.',
                      quote_literal(left(run_id, 40)), quote_literal(left(stop_id, 40)))
           when fitting = 0 then
               format('run %s calls at stop %s, but not as stop_sequence %s.',
                      quote_literal(left(run_id, 40)), quote_literal(left(stop_id, 40)), stop_sequence)
           else
               format('run %s calls at stop %s %s times; give the stop_sequence of the one that is meant.',
                      quote_literal(left(run_id, 40)), quote_literal(left(stop_id, 40)), fitting)
       end
from stage_rides
join judged using (run_id, stop_id, stop_sequence)
join ride_date on written = end_date
where fitting <> 1 and day >= $2;

-- name: count_problems
-- How many things are wrong.
select count(*) from roster_problem;

-- name: list_problems
-- The first $1 of them, file by file in the order that people should correct them in, then by line.
select file, line, reason
from roster_problem
order by array_position(array['schools.csv', 'students.csv', 'contacts.csv', 'links.csv', 'rides.csv'], file),
         line, reason
limit $1;

-- name: plan_days
-- The time zone of a plan, and the first and the last day that it knows; none where it has no service.
select timezone, first_day, last_day
from plan, lateral (
    select min(day) as first_day, max(day) as last_day
    from plan_service, lateral (
        select start_date union all select end_date union all select unnest(added)
    ) as named (day)
    where plan_service.plan_id = plan.plan_id
) as days
where plan_id = $1;

-- name: any_ride
-- Whether there is any ride to check.
select exists (select from stage_rides);
