-- Who of the staff writes with a family in our place.

-- name: wait_for_turn
-- Until no text of this phone is being answered, and none while we go on.
select from conversation where phone = $1 for update;

-- name: take_over
-- The conversation with a phone, unless somebody else has it: of two who reach for it at once, one gets a row.
insert into conversation_hold as held (phone, case_id, held_by, since, until)
values ($1, $2, $3, $4, $5)
on conflict (phone) do update
    set case_id = excluded.case_id,
        held_by = excluded.held_by,
        since = case when held.held_by = excluded.held_by and held.until > $4 then held.since else excluded.since end,
        until = excluded.until
    where held.until <= $4 or held.held_by = excluded.held_by
returning held_by;

-- name: hand_back
-- Texts of this phone are answered by Busline again.
delete from conversation_hold
where phone = $1 and until > $2 and ($3::text is null or held_by = $3)
returning held_by;

-- name: forgotten_holds
-- Conversations that nobody has written in for a while, held until they are handed back.
select conversation_hold.phone, conversation_hold.held_by, family_case.reference
from conversation_hold
join family_case using (case_id)
where until <= $1
order by until
limit 100;

-- name: end_hold
-- The hold, where it is still the forgotten one.
delete from conversation_hold where phone = $1 and until <= $2 returning held_by;
