-- name: settle
-- What was asked and said, every disclosure in it, the language it was said in and what a number means from now on:
-- together or not at all.
with asked as (
    insert into inquiry
        (channel, sid, phone, contact_id, asked_at, body, asked_ids, language, outcome, refused, reply,
         intent, topic, reference, repeats, ended)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    returning inquiry_id
),
disclosed as (
    insert into access_log
        (inquiry_id, told_at, channel, contact_id, student_id, answer, basis, vehicle_id, window_earliest,
         window_latest, be_ready_by, published, planned_at, fix_at, service_date, run_id, stop_sequence)
    select asked.inquiry_id, $5, $1, $4, told.*
    from asked
    cross join unnest($20::text[], $21::text[], $22::text[], $23::text[],
                      $24::timestamptz[], $25::timestamptz[], $26::timestamptz[], $27::timestamptz[],
                      $28::timestamptz[], $29::timestamptz[],
                      $30::date[], $31::text[], $32::integer[]) as told
)
update conversation
set last_language = case when $1 = 'text' then $8 else last_language end,
    chosen_language = coalesce($17, chosen_language),
    offered = case when $19::timestamptz is null then offered else $18::text[] end,
    offered_until = coalesce($19, offered_until)
where phone = $3;

-- name: report_status
-- How far a message has got, unless we know already that it got further.
insert into message_status as known (sid, status, rank, error_code, reported_at, phone)
values ($1, $2, $3, $4, $5, $6)
on conflict (sid) do update
    set status = excluded.status,
        rank = excluded.rank,
        error_code = excluded.error_code,
        reported_at = excluded.reported_at
    where known.rank < excluded.rank
returning true;
