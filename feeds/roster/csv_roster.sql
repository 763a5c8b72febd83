-- The roster in force obeys every rule already, so rows that equal it are not looked at again: each file is compared
-- first, in one pass, and only differences are checked. What a difference can break elsewhere (a student who leaves and
-- whose ride stays) is looked for from the difference. A `delta_...` table holds them, `change` being added, changed or
-- removed; where a file repeats a key, it holds the same key twice.

-- name: prepare
-- One import at a time; readers do not wait. Room for hashing a million rows, for this transaction alone.
select pg_advisory_xact_lock(hashtext('busline roster')),
       set_config('work_mem', '128MB', true), set_config('default_statistics_target', '10', true);

-- name: analyze_staged
-- The planner knows nothing of tables filled a moment ago.
analyze stage_schools, stage_students, stage_contacts, stage_links, stage_rides;

-- name: compare_students
-- What the new students change.
create temporary table delta_students on commit drop as
select coalesce(new.student_id, old.student_id) as student_id,
       new.line, new.school_id, new.given_name, new.family_name, new.grade,
       case when old.student_id is null then 'added' when new.student_id is null then 'removed' else 'changed' end as change
from stage_students as new
full join student as old on old.student_id = new.student_id
where old.student_id is null or new.student_id is null
   or new.school_id <> old.school_id or new.given_name <> old.given_name
   or new.family_name <> old.family_name or new.grade <> old.grade;

-- name: compare_links
-- What the new links change. A may_ask that is no answer differs from both answers.
create temporary table delta_links on commit drop as
select coalesce(new.contact_id, old.contact_id) as contact_id, coalesce(new.student_id, old.student_id) as student_id,
       new.line, new.may_ask as written, new.may_ask in ('yes', 'Yes', 'YES') as may_ask,
       case when old.contact_id is null then 'added' when new.contact_id is null then 'removed' else 'changed' end as change
from stage_links as new
full join link as old on old.contact_id = new.contact_id and old.student_id = new.student_id
where old.contact_id is null or new.contact_id is null
   or case when new.may_ask in ('yes', 'Yes', 'YES') then not old.may_ask
           when new.may_ask in ('no', 'No', 'NO') then old.may_ask
           else true end;

-- name: create_masks
-- Every mask of weekdays there is, by the bits it stands for.
create temporary table ride_mask on commit drop as
select string_agg(case when bits >> day & 1 = 1 then letter else '-' end, '' order by day) as written,
       bits::smallint as bits
from generate_series(1, 127) as bits
cross join unnest(array['M', 'T', 'W', 'R', 'F', 'S', 'U'], array[0, 1, 2, 3, 4, 5, 6]) as weekday (letter, day)
group by bits;

-- name: create_dates
-- Every date that is written, read once. Cases decide first what is a date, because a cast of anything else would end
-- the import without a line.
create temporary table ride_date on commit drop as
select written,
       case when written ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' then
           case when right(written, 2)::integer
                     <= extract(day from (left(written, 7) || '-01')::date + interval '1 month - 1 day')
           then written::date end
       end as day
from (select start_date as written from stage_rides union select end_date from stage_rides) as dates;

-- name: compare_rides
-- What the new rides change. A ride is all of its fields, so it comes or goes and never changes. A stop_sequence that is
-- empty counts as -1, one that is no number as -2; a field that is not what it should be is null and equals nothing.
create temporary table delta_rides on commit drop as
select old.ride_id, new.line, new.student_id, new.run_id, new.stop_id, new.stop_sequence, new.leg, new.weekdays,
       new.start_date, new.end_date, case when old.ride_id is null then 'added' else 'removed' end as change
from (
    select line, student_id, run_id, stop_id, lower(leg) as leg, ride_mask.bits as weekdays,
           case when stop_sequence = '' then -1
                when stop_sequence ~ '^[0-9]{1,9}$' then stop_sequence::integer
                else -2 end as stop_sequence,
           starts.day as start_date, ends.day as end_date
    from stage_rides
    left join ride_mask on ride_mask.written = weekdays
    left join ride_date as starts on starts.written = start_date
    left join ride_date as ends on ends.written = end_date
) as new
full join ride as old
    on old.student_id = new.student_id and old.run_id = new.run_id and old.stop_id = new.stop_id
   and coalesce(old.stop_sequence, -1) = new.stop_sequence
   and old.leg = new.leg and old.weekdays = new.weekdays
   and old.start_date = new.start_date and old.end_date = new.end_date
where old.ride_id is null or new.line is null;

-- name: compare_schools
-- What the new schools change. Their phones have been read before.
create temporary table delta_schools on commit drop as
select coalesce(new.school_id, old.school_id) as school_id, new.line, new.name, new.phone,
       case when old.school_id is null then 'added' when new.school_id is null then 'removed' else 'changed' end as change
from (
    select line, school_id, name, stage_phone.phone
    from stage_schools left join stage_phone on written = stage_schools.phone
) as new
full join school as old on old.school_id = new.school_id
where old.school_id is null or new.school_id is null
   or new.name <> old.name or new.phone is distinct from old.phone;

-- name: analyze_deltas
-- The planner knows nothing of these either.
analyze delta_schools, delta_students, delta_contacts, delta_links, delta_rides;

-- name: count_changes
-- How much changes in each file, how much there is in it and how much is in force; and whether a key may stand in it
-- twice: among those added, or because more rows of the file met the roster in force than it has to meet.
with delta (name, change, key) as (
    select 'schools', change, school_id from delta_schools
    union all select 'students', change, student_id from delta_students
    union all select 'contacts', change, contact_id from delta_contacts
    union all select 'links', change, contact_id || ' ' || student_id from delta_links
    union all select 'rides', change, null from delta_rides
), total (place, name, staged, in_force) as (
    select 1, 'schools', (select count(*) from stage_schools), (select count(*) from school)
    union all select 2, 'students', (select count(*) from stage_students), (select count(*) from student)
    union all select 3, 'contacts', (select count(*) from stage_contacts), (select count(*) from contact)
    union all select 4, 'links', (select count(*) from stage_links), (select count(*) from link)
    union all select 5, 'rides', (select count(*) from stage_rides), (select count(*) from ride)
), counted as (
    select place, name, staged, in_force,
           count(*) filter (where change = 'added') as added,
           count(*) filter (where change = 'changed') as changed,
           count(*) filter (where change = 'removed') as removed
    from total left join delta using (name)
    group by place, name, staged, in_force
)
select name, staged, added, changed, removed, staged - added > in_force - removed as repeated
from counted
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
update contact set phone = delta.phone, language = delta.language, email = delta.email, alerts_by = delta.alerts_by
from delta_contacts as delta
where delta.change = 'changed' and contact.contact_id = delta.contact_id;

-- name: add_contacts
-- New contacts.
insert into contact (contact_id, phone, language, email, alerts_by)
select contact_id, phone, language, email, alerts_by from delta_contacts where change = 'added';

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
select student_id, run_id, stop_id, nullif(stop_sequence, -1), leg, weekdays, start_date, end_date
from delta_rides where change = 'added';
