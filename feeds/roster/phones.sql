-- name: compare_contacts
-- What the new contacts change, as far as it can be seen without reading phone numbers: each number is taken for one of
-- the country $country with nothing but punctuation to drop. That is trusted only where the roster in force has the very
-- same number for the contact, which was valid then.
create temporary table delta_contacts on commit drop as
select coalesce(new.contact_id, old.contact_id) as contact_id, new.line, new.written, null::text as phone,
       lower(new.language) as language, nullif(new.email, '') as email, new.alerts_by,
       case when old.contact_id is null then 'added' when new.contact_id is null then 'removed' else 'changed' end as change
from (
    select line, contact_id, phone as written, language, email,
           coalesce(nullif(lower(alerts_by), ''), 'text') as alerts_by,
           case
               when phone like '+%' then '+' || digits
               when digits like '$country%' and length(digits) = 10 + length('$country') then '+' || digits
               else '+$country' || digits
           end as guess
    from stage_contacts, lateral (select translate(phone, '+ ()-./', '') as digits) as dialled
) as new
full join contact as old on old.contact_id = new.contact_id
where old.contact_id is null or new.contact_id is null
   or new.guess <> old.phone or new.language <> old.language
   or new.email <> coalesce(old.email, '') or new.alerts_by <> old.alerts_by;

-- name: create_phones
-- Where numbers as written lead; null for those that are not valid.
create temporary table stage_phone (written text primary key, phone text) on commit drop;

-- name: written_phones
-- The numbers that have to be read.
select written as phone from delta_contacts where written <> ''
union
select phone from stage_schools where phone <> '';

-- name: settle_contacts
-- What the numbers turned out to be.
update delta_contacts
set phone = stage_phone.phone
from stage_phone
where stage_phone.written = delta_contacts.written;

-- name: drop_equal_contacts
-- Written differently and yet the same as in force: no change after all.
delete from delta_contacts as delta
using contact
where change = 'changed' and contact.contact_id = delta.contact_id
  and contact.phone = delta.phone and contact.language = delta.language
  and contact.email is not distinct from delta.email and contact.alerts_by = delta.alerts_by;
