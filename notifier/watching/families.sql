-- Who waits for which call of a day, and what they want to hear.

-- name: version
-- What differs where a roster was loaded, or somebody joined, left, or was suspended.
select coalesce(max(change_id), 0) as newest, count(*) as changes from family_change;

-- name: forget_changes
-- Only new ones tell anybody anything; the newest stays.
delete from family_change
where changed_at < $1 and change_id < (select max(change_id) from family_change);

-- name: rides
-- The rides of a service day with the phones that hear of them, run by run. Bit 0 of the weekdays is Monday.
select ride.run_id, ride.stop_id, ride.stop_sequence, ride.leg, ride.student_id, family.phone, family.language
from ride
join family_link as family using (student_id)
where $1::date between ride.start_date and ride.end_date and (ride.weekdays >> $2) & 1 = 1
order by ride.run_id, family.phone, ride.student_id;

-- name: wishes
-- What phones said they want to hear, as far as that changed since a moment. From the beginning on ($1 is the epoch) also
-- how the school says that those are reached which said nothing.
select wish.phone, wish.alerts, wish.minutes, wish.approaching, wish.late_minutes, wish.arrivals, wish.channel,
       coalesce(wish.email, contact.email) as email, wish.changed_at
from phone_wish as wish
left join contact using (phone)
where wish.changed_at >= $1
union all
select phone, true, 10, false, null, false, alerts_by, email, $1::timestamptz
from contact
where $1::timestamptz = 'epoch' and alerts_by <> 'text'
  and not exists (select from phone_wish where phone_wish.phone = contact.phone);

-- name: want_everything
-- Phones that hear of all there is: where a district is played, and one person looks at all of them.
insert into phone_wish (phone, alerts, minutes, approaching, arrivals, changed_at)
select phone, true, 10, true, true, $2
from unnest($1::text[]) as phone
on conflict (phone) do nothing;
