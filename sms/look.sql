-- name: take_turn
-- Waits until no other text of this phone is being answered, then holds the phone until the end of the transaction.
insert into conversation as known (phone, first_at, last_at)
values ($1, $2, $2)
on conflict (phone) do update
    set last_at = greatest(known.last_at, excluded.last_at),
        turns = known.turns + 1
returning chosen_language,
          last_language,
          turns,
          offered_until,
          case when offered_until > $2 then offered else '{}' end as offered;

-- name: asker
-- All that is known of a phone in one look: its standing, its wishes, whom it may ask about, and those students' rides.
-- The same for every phone and for every question: no student number that was typed comes near this query.
select standing.*,
       wish.alerts,
       wish.minutes,
       wish.approaching,
       wish.late_minutes,
       wish.arrivals,
       wish.channel,
       coalesce(wish.email, contact.email) as email,
       contact.alerts_by,
       wish.quiet_from,
       wish.quiet_until,
       coalesce(linked.contact_id, contact.contact_id) as contact_id,
       coalesce(linked.language, contact.language) as language,
       linked.student_id,
       ride.run_id,
       ride.stop_id,
       ride.stop_sequence,
       ride.leg,
       ride.weekdays,
       ride.start_date,
       ride.end_date
from (
    select (select reply from inquiry where sid = $2 and phone = $1) as given_reply,
           exists (select from opt_out where phone = $1 and ended_at is null) as opted_out,
           count(*) filter (where asked_at > $4 and outcome not like 'silent%' and outcome <> 'too_many')
               as answered_last_hour,
           count(*) filter (where asked_at > $4 and outcome = 'too_many') > 0 as warned_last_hour,
           count(*) filter (where refused) as refused_last_day,
           (array_agg(topic order by inquiry_id desc) filter (where asked_at > $7 and outcome = 'informed'))[1]
               as last_topic
    from inquiry
    where phone = $1 and asked_at > $5 and asked_at <= $3
) as standing
left join phone_wish as wish on wish.phone = $1
left join contact on contact.phone = $1
left join family_link as linked on linked.phone = $1
left join ride on ride.student_id = linked.student_id and ride.end_date >= $6
order by linked.student_id, ride.ride_id;

-- name: told_lately
-- What this phone was told about each call of the last hours, the newest first: what the next answer is held against.
select access_log.told_at,
       access_log.service_date,
       access_log.run_id,
       access_log.stop_sequence,
       access_log.window_earliest,
       access_log.window_latest,
       access_log.be_ready_by,
       access_log.published
from inquiry
join access_log using (inquiry_id)
where inquiry.phone = $1 and inquiry.asked_at > $2 and inquiry.asked_at <= $3 and access_log.run_id is not null
order by access_log.access_id desc
limit 100;
