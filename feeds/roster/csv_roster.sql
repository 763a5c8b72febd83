-- name: prepare
-- One import at a time; readers do not wait. Room for hashing a million rows, for this transaction alone.
select pg_advisory_xact_lock(hashtext('busline roster')),
       set_config('work_mem', '128MB', true), set_config('default_statistics_target', '10', true);

-- name: analyze
-- The planner knows nothing of tables filled a moment ago.
analyze stage_schools, stage_students, stage_links, stage_rides, new_contact;

-- name: create_problems
-- Everything wrong is gathered here before anything is said.
create temporary table roster_problem (file text not null, line bigint, reason text not null) on commit drop;

-- name: check_keys
-- A key stands once, and is not empty.
with twice as (
    select 'schools.csv' as file, 'school_id' as key_name, school_id as key, min(line) as first
    from stage_schools group by school_id having count(*) > 1
    union all
    select 'students.csv', 'student_id', student_id, min(line)
    from stage_students group by student_id having count(*) > 1
    union all
    select 'contacts.csv', 'contact_id', contact_id, min(line)
    from new_contact group by contact_id having count(*) > 1
), repeated as (
    select twice.file, staged.line, format('this %s stands on line %s already.', key_name, first) as reason
    from twice join stage_schools as staged on file = 'schools.csv' and staged.school_id = key and staged.line > first
    union all
    select twice.file, staged.line, format('this %s stands on line %s already.', key_name, first)
    from twice join stage_students as staged on file = 'students.csv' and staged.student_id = key and staged.line > first
    union all
    select twice.file, staged.line, format('this %s stands on line %s already.', key_name, first)
    from twice join new_contact as staged on file = 'contacts.csv' and staged.contact_id = key and staged.line > first
)
insert into roster_problem
select * from repeated
union all
select 'schools.csv', line, 'school_id is empty.' from stage_schools where school_id = ''
union all
select 'students.csv', line, 'student_id is empty.' from stage_students where student_id = ''
union all
select 'contacts.csv', line, 'contact_id is empty.' from new_contact where contact_id = '';

-- name: check_schools
-- A school has a name, and its phone, if any, is one.
insert into roster_problem
select 'schools.csv', line, 'name is empty.' from stage_schools where name = ''
union all
select 'schools.csv', line, 'phone is not a valid number.'
from stage_schools join stage_phone on written = stage_schools.phone
where stage_phone.phone is null;

-- name: check_students
-- A student goes to a school of the roster.
insert into roster_problem
select 'students.csv', line, format('school %s is not in schools.csv.', quote_literal(left(school_id, 40)))
from stage_students
where not exists (select from stage_schools where stage_schools.school_id = stage_students.school_id);

-- name: check_contacts
-- A contact has a valid phone of its own and one of the languages $1.
with twice as (
    select phone, min(line) as first from new_contact where phone is not null group by phone having count(*) > 1
)
insert into roster_problem
select 'contacts.csv', line, 'phone is not a valid number.' from new_contact where phone is null
union all
select 'contacts.csv', line, format('this phone is the one of line %s already; one phone is one contact.', first)
from new_contact join twice using (phone)
where line > first
union all
select 'contacts.csv', line, format('language %s is none of %s.', quote_literal(left(language, 40)), array_to_string($1::text[], ' '))
from new_contact
where language <> all ($1::text[]);

-- name: check_links
-- A link joins a contact and a student of the roster, once, and says whether the one may ask about the other.
with twice as (
    select contact_id, student_id, min(line) as first
    from stage_links group by contact_id, student_id having count(*) > 1
)
insert into roster_problem
select 'links.csv', line, 'this contact is not in contacts.csv.'
from stage_links
where not exists (select from new_contact where new_contact.contact_id = stage_links.contact_id)
union all
select 'links.csv', line, 'this student is not in students.csv.'
from stage_links
where not exists (select from stage_students where stage_students.student_id = stage_links.student_id)
union all
select 'links.csv', line, format('may_ask %s must be yes or no.', quote_literal(left(may_ask, 40)))
from stage_links
where lower(may_ask) not in ('yes', 'no')
union all
select 'links.csv', line, format('this contact and student stand on line %s already.', first)
from stage_links join twice using (contact_id, student_id)
where line > first;

-- name: create_rides
-- Rides with their fields as values; null where a field is not what it should be.
create temporary table new_ride (
    line bigint not null, student_id text not null, run_id text not null, stop_id text not null, stop_sequence integer,
    leg text not null, weekdays smallint, start_date date, end_date date
) on commit drop;

-- name: read_rides
-- A case decides first what is a date, because a cast of anything else would end the import without a line.
insert into new_ride
select line, student_id, run_id, stop_id,
       case when stop_sequence ~ '^[0-9]{1,9}$' then stop_sequence::integer end,
       lower(leg),
       case when upper(weekdays) ~ '^[M-][T-][W-][R-][F-][S-][U-]$' then
           (weekdays !~ '^-')::integer + 2 * (weekdays !~ '^.-')::integer + 4 * (weekdays !~ '^..-')::integer
           + 8 * (weekdays !~ '^...-')::integer + 16 * (weekdays !~ '^....-')::integer
           + 32 * (weekdays !~ '^.....-')::integer + 64 * (weekdays !~ '^......-')::integer
       end,
       case when start_date ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' then
           case when right(start_date, 2)::integer <= extract(day from (left(start_date, 7) || '-01')::date + interval '1 month - 1 day')
           then start_date::date end
       end,
       case when end_date ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' then
           case when right(end_date, 2)::integer <= extract(day from (left(end_date, 7) || '-01')::date + interval '1 month - 1 day')
           then end_date::date end
       end
from stage_rides;

-- name: analyze_rides
-- As above.
analyze new_ride;

-- name: check_rides
-- A ride has a student, a leg, weekdays and dates that are what they should be, and stands once.
with twice as (
    select student_id, run_id, stop_id, coalesce(stop_sequence, -1) as stop_sequence, leg, weekdays, start_date, end_date,
           min(line) as first
    from new_ride
    group by 1, 2, 3, 4, 5, 6, 7, 8
    having count(*) > 1
)
insert into roster_problem
select 'rides.csv', line, 'this student is not in students.csv.'
from new_ride
where not exists (select from stage_students where stage_students.student_id = new_ride.student_id)
union all
select 'rides.csv', line, format('leg %s must be to_school or from_school.', quote_literal(left(leg, 40)))
from new_ride
where leg not in ('to_school', 'from_school')
union all
select 'rides.csv', line,
       format('weekdays %s must be seven letters, MTWRFSU from Monday to Sunday, with - for a day without the ride.',
              quote_literal(left(stage.weekdays, 40)))
from new_ride join stage_rides as stage using (line)
where new_ride.weekdays is null or new_ride.weekdays = 0
union all
select 'rides.csv', line, format('start_date %s is not a date like 2026-09-08.', quote_literal(left(stage.start_date, 40)))
from new_ride join stage_rides as stage using (line)
where new_ride.start_date is null
union all
select 'rides.csv', line, format('end_date %s is not a date like 2026-09-08.', quote_literal(left(stage.end_date, 40)))
from new_ride join stage_rides as stage using (line)
where new_ride.end_date is null
union all
select 'rides.csv', line, format('end_date %s is before start_date %s.', end_date, start_date)
from new_ride
where end_date < start_date
union all
select 'rides.csv', line, format('stop_sequence %s is not a whole number.', quote_literal(left(stage.stop_sequence, 40)))
from new_ride join stage_rides as stage using (line)
where new_ride.stop_sequence is null and stage.stop_sequence <> ''
union all
select 'rides.csv', line, format('this ride stands on line %s already.', first)
from new_ride join twice using (student_id, run_id, stop_id, leg, weekdays, start_date, end_date)
where coalesce(new_ride.stop_sequence, -1) = twice.stop_sequence and line > first;

-- name: check_places
-- A ride that is not over by $2 has a run of the plan $1 and a call of it to be met at. Places repeat, so each distinct
-- one is looked up once.
with place as (
    select run_id, stop_id, stop_sequence from new_ride where end_date >= $2 group by 1, 2, 3
), planned as (
    select run_id, call.stop_id, call.stop_sequence
    from plan_run
    join plan_pattern using (plan_id, pattern_id)
    cross join lateral unnest(stop_ids, stop_sequences) as call (stop_id, stop_sequence)
    where plan_id = $1 and run_id in (select run_id from place)
), judged as (
    select run_id, stop_id, place.stop_sequence,
           exists (select from plan_run where plan_id = $1 and plan_run.run_id = place.run_id) as run_known,
           count(planned.stop_id) as calls,
           count(planned.stop_id) filter (
               where place.stop_sequence is null or place.stop_sequence = planned.stop_sequence
           ) as fitting
    from place
    left join planned using (run_id, stop_id)
    group by run_id, stop_id, place.stop_sequence
)
insert into roster_problem
select 'rides.csv', line,
       case
           when not run_known then format('run %s is not in the plan in force.', quote_literal(left(run_id, 40)))
           when calls = 0 then
               format('run %s does not call at stop %s in the plan in force.', quote_literal(left(run_id, 40)), quote_literal(left(stop_id, 40)))
           when fitting = 0 then
               format('run %s calls at stop %s, but not as stop_sequence %s.',
                      quote_literal(left(run_id, 40)), quote_literal(left(stop_id, 40)), judged.stop_sequence)
           else
               format('run %s calls at stop %s %s times; give the stop_sequence of the one that is meant.',
                      quote_literal(left(run_id, 40)), quote_literal(left(stop_id, 40)), fitting)
       end
from new_ride
join judged using (run_id, stop_id)
where new_ride.stop_sequence is not distinct from judged.stop_sequence
  and fitting <> 1
  and new_ride.end_date >= $2;

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

-- name: compare_schools
-- What the new schools change. `change` is added, changed or removed.
create temporary table delta_schools on commit drop as
select coalesce(new.school_id, old.school_id) as school_id, new.name, new.phone,
       case when old.school_id is null then 'added' when new.school_id is null then 'removed' else 'changed' end as change
from (
    select school_id, name, stage_phone.phone
    from stage_schools left join stage_phone on written = stage_schools.phone
) as new
full join school as old on old.school_id = new.school_id
where old.school_id is null or new.school_id is null
   or new.name <> old.name or new.phone is distinct from old.phone;

-- name: compare_students
-- What the new students change.
create temporary table delta_students on commit drop as
select coalesce(new.student_id, old.student_id) as student_id,
       new.school_id, new.given_name, new.family_name, new.grade,
       case when old.student_id is null then 'added' when new.student_id is null then 'removed' else 'changed' end as change
from stage_students as new
full join student as old on old.student_id = new.student_id
where old.student_id is null or new.student_id is null
   or new.school_id <> old.school_id or new.given_name <> old.given_name
   or new.family_name <> old.family_name or new.grade <> old.grade;

-- name: compare_contacts
-- What the new contacts change.
create temporary table delta_contacts on commit drop as
select coalesce(new.contact_id, old.contact_id) as contact_id, new.phone, new.language,
       case when old.contact_id is null then 'added' when new.contact_id is null then 'removed' else 'changed' end as change
from new_contact as new
full join contact as old on old.contact_id = new.contact_id
where old.contact_id is null or new.contact_id is null
   or new.phone <> old.phone or new.language <> old.language;

-- name: compare_links
-- What the new links change.
create temporary table delta_links on commit drop as
select coalesce(new.contact_id, old.contact_id) as contact_id, coalesce(new.student_id, old.student_id) as student_id,
       lower(new.may_ask) = 'yes' as may_ask,
       case when old.contact_id is null then 'added' when new.contact_id is null then 'removed' else 'changed' end as change
from stage_links as new
full join link as old on old.contact_id = new.contact_id and old.student_id = new.student_id
where old.contact_id is null or new.contact_id is null or (lower(new.may_ask) = 'yes') <> old.may_ask;

-- name: compare_rides
-- What the new rides change. A ride is all of its fields, so it comes or goes and never changes.
create temporary table delta_rides on commit drop as
select old.ride_id, new.student_id, new.run_id, new.stop_id, new.stop_sequence, new.leg, new.weekdays, new.start_date,
       new.end_date, case when old.ride_id is null then 'added' else 'removed' end as change
from new_ride as new
full join ride as old
    on old.student_id = new.student_id and old.run_id = new.run_id and old.stop_id = new.stop_id
   and coalesce(old.stop_sequence, -1) = coalesce(new.stop_sequence, -1)
   and old.leg = new.leg and old.weekdays = new.weekdays
   and old.start_date = new.start_date and old.end_date = new.end_date
where old.ride_id is null or new.line is null;

-- name: count_changes
-- How much changes in each file, and how much there is.
with change (name, change) as (
    select 'schools', change from delta_schools
    union all select 'students', change from delta_students
    union all select 'contacts', change from delta_contacts
    union all select 'links', change from delta_links
    union all select 'rides', change from delta_rides
), total (place, name, rows) as (
    select 1, 'schools', count(*) from stage_schools
    union all select 2, 'students', count(*) from stage_students
    union all select 3, 'contacts', count(*) from new_contact
    union all select 4, 'links', count(*) from stage_links
    union all select 5, 'rides', count(*) from new_ride
)
select name, rows,
       count(*) filter (where change = 'added') as added,
       count(*) filter (where change = 'changed') as changed,
       count(*) filter (where change = 'removed') as removed
from total left join change using (name)
group by place, name, rows
order by place;

-- name: remove_rides
-- Leavers go first, what hangs on others before what it hangs on.
delete from ride using delta_rides as delta where delta.change = 'removed' and ride.ride_id = delta.ride_id;

-- name: remove_links
-- See remove_rides.
delete from link using delta_links as delta
where delta.change = 'removed' and link.contact_id = delta.contact_id and link.student_id = delta.student_id;

-- name: remove_contacts
-- See remove_rides.
delete from contact using delta_contacts as delta
where delta.change = 'removed' and contact.contact_id = delta.contact_id;

-- name: change_schools
-- Schools that are known already.
update school set name = delta.name, phone = delta.phone
from delta_schools as delta
where delta.change = 'changed' and school.school_id = delta.school_id;

-- name: add_schools
-- Schools before the students who go to them.
insert into school (school_id, name, phone)
select school_id, name, phone from delta_schools where change = 'added';

-- name: change_students
-- Students who are known already.
update student
set school_id = delta.school_id, given_name = delta.given_name, family_name = delta.family_name, grade = delta.grade
from delta_students as delta
where delta.change = 'changed' and student.student_id = delta.student_id;

-- name: remove_students
-- After those who stay have left the schools that go.
delete from student using delta_students as delta
where delta.change = 'removed' and student.student_id = delta.student_id;

-- name: remove_schools
-- After the last student has left them.
delete from school using delta_schools as delta where delta.change = 'removed' and school.school_id = delta.school_id;

-- name: add_students
-- New students.
insert into student (student_id, school_id, given_name, family_name, grade)
select student_id, school_id, given_name, family_name, grade from delta_students where change = 'added';

-- name: free_phones
-- Two contacts can exchange their phones in one night; each lets go of its own before any takes another. No reader sees
-- this, for it ends within the transaction.
update contact set phone = '~' || contact.contact_id
from delta_contacts as delta
where delta.change = 'changed' and contact.contact_id = delta.contact_id and contact.phone <> delta.phone;

-- name: change_contacts
-- Contacts that are known already.
update contact set phone = delta.phone, language = delta.language
from delta_contacts as delta
where delta.change = 'changed' and contact.contact_id = delta.contact_id;

-- name: add_contacts
-- New contacts.
insert into contact (contact_id, phone, language)
select contact_id, phone, language from delta_contacts where change = 'added';

-- name: change_links
-- Links that are known already.
update link set may_ask = delta.may_ask
from delta_links as delta
where delta.change = 'changed' and link.contact_id = delta.contact_id and link.student_id = delta.student_id;

-- name: add_links
-- New links.
insert into link (contact_id, student_id, may_ask)
select contact_id, student_id, may_ask from delta_links where change = 'added';

-- name: add_rides
-- New rides.
insert into ride (student_id, run_id, stop_id, stop_sequence, leg, weekdays, start_date, end_date)
select student_id, run_id, stop_id, stop_sequence, leg, weekdays, start_date, end_date
from delta_rides where change = 'added';

-- name: plan_timezone
-- The district's time zone.
select timezone from plan where plan_id = $1;

-- name: any_ride
-- Whether there is any ride to check.
select exists (select from new_ride);
