-- name: take_turn
-- Waits until no other text of this phone is being answered, then holds the phone until the end of the transaction.
insert into conversation as known (phone, first_at, last_at)
values ($1, $2, $2)
on conflict (phone) do update
    set last_at = greatest(known.last_at, excluded.last_at),
        turns = known.turns + 1
returning chosen_language, last_language, turns;

-- name: asker
-- All that is known of a phone in one look: its standing, whom it may ask about, and those students' rides. The same
-- for every phone and for every question: no student number that was typed comes near this query.
select standing.*,
       contact.contact_id,
       contact.language,
       link.student_id,
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
           count(*) filter (where refused) as refused_last_day
    from inquiry
    where phone = $1 and asked_at > $5 and asked_at <= $3
) as standing
left join contact on contact.phone = $1
left join link on link.contact_id = contact.contact_id and link.may_ask
left join ride on ride.student_id = link.student_id and ride.end_date >= $6
order by link.student_id, ride.ride_id;

-- name: settle
-- What was asked and said, every disclosure in it, and the language it was said in: together or not at all.
with asked as (
    insert into inquiry
        (channel, sid, phone, contact_id, asked_at, body, asked_ids, language, outcome, refused, reply)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    returning inquiry_id
),
disclosed as (
    insert into access_log
        (inquiry_id, told_at, channel, contact_id, student_id, answer, vehicle_id,
         window_earliest, window_latest, planned_at, fix_at, service_date, run_id, stop_sequence)
    select asked.inquiry_id, $5, $1, $4, told.*
    from asked
    cross join unnest($13::text[], $14::text[], $15::text[],
                      $16::timestamptz[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[],
                      $20::date[], $21::text[], $22::integer[]) as told
)
update conversation
set last_language = case when $1 = 'text' then $8 else last_language end,
    chosen_language = coalesce($12, chosen_language)
where phone = $3;

-- name: opt_out
-- No more texts to this phone, in these words. Saying it twice changes nothing.
insert into opt_out (phone, since, said)
values ($1, $2, $3)
on conflict (phone) where ended_at is null do nothing;

-- name: opt_in
-- Texts to this phone again; the record of the time without them stays.
update opt_out
set ended_at = $2
where phone = $1 and ended_at is null;

-- name: report_status
-- How far a message has got, unless we know already that it got further.
insert into message_status as known (sid, status, rank, error_code, reported_at, phone)
values ($1, $2, $3, $4, $5, $6)
on conflict (sid) do update
    set status = excluded.status,
        rank = excluded.rank,
        error_code = excluded.error_code,
        reported_at = excluded.reported_at
    where known.rank < excluded.rank;
