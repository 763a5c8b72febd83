-- name: create_phones
-- Where numbers as written lead: `stage_phone` for the few that need looking at, `new_contact` for everybody.
create temporary table stage_phone (written text primary key, phone text) on commit drop;
create temporary table new_contact (
    line bigint not null, contact_id text not null, written text not null, phone text, language text not null
) on commit drop;

-- name: guess_phones
-- Every contact, its number taken for one of the country $1 with nothing but punctuation to drop. A guess is kept only
-- where the roster in force knows that very number, which was valid then.
insert into new_contact
select line, contact_id, phone,
       case
           when phone like '+%' or (digits like $1 || '%' and length(digits) = 10 + length($1)) then '+' || digits
           else '+' || $1 || digits
       end,
       lower(language)
from stage_contacts, lateral (select translate(phone, '+ ()-./', '') as digits) as dialled;

-- name: unsettled_phones
-- Numbers that the roster in force does not know, as they were written.
select written as phone from new_contact
where written <> '' and not exists (select from contact where contact.phone = new_contact.phone)
union
select phone from stage_schools where phone <> '';

-- name: settle_contacts
-- Replace the guesses by what they turned out to be: null where the number is not valid.
update new_contact
set phone = stage_phone.phone
from stage_phone
where stage_phone.written = new_contact.written;

-- name: blank_contacts
-- No number at all is not valid either.
update new_contact set phone = null where written = '';
