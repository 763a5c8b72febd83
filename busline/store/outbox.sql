-- Messages to families, promised in the transaction that decides on them.

-- name: plan_for_what_is_there
-- A plan that was made while the table was empty would be kept when thousands of rows are in it, and read them all.
set local plan_cache_mode = force_custom_plan;

-- name: promise
-- The messages that are new. Of two given with one collapse key only the last is to be sent ($21 says so).
insert into outbox
    (dedupe_key, collapse_key, priority, kind, channel, phone, address, language, facts,
     service_date, run_id, stop_sequence, case_id, announcement_id, again, overrides_quiet,
     true_since, not_before, expires_at, state, created_at, settled_at)
select given.*, $1::timestamptz, case when given.state <> 'waiting' then $1::timestamptz end
from unnest(
    $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::jsonb[],
    $11::date[], $12::text[], $13::integer[], $14::bigint[], $15::bigint[], $16::text[], $17::boolean[],
    $18::timestamptz[], $19::timestamptz[], $20::timestamptz[], $21::text[]
) as given (
    dedupe_key, collapse_key, priority, kind, channel, phone, address, language, facts,
    service_date, run_id, stop_sequence, case_id, announcement_id, again, overrides_quiet,
    true_since, not_before, expires_at, state
)
on conflict (dedupe_key) do nothing
returning outbox_id, case when state = 'waiting' then collapse_key end as replaces;

-- name: replace
-- What waited under the same collapse key, and nobody is sending at this moment, gives its place to the newer message.
-- Key by key through the index, however much else waits.
update outbox
set state = 'superseded', settled_at = $1, trouble = 'Newer news took its place.'
where outbox_id = any(array(
    select older.outbox_id
    from unnest($2::text[], $3::bigint[]) as made (collapse_key, outbox_id)
    cross join lateral (
        select outbox_id
        from outbox
        where collapse_key = made.collapse_key and outbox_id < made.outbox_id
          and state = 'waiting' and lease_until is null and maybe_since is null
        order by outbox_id
        limit 100
        for update
    ) as older
));

-- name: other_sids
-- Which of these ids belong to other messages to this phone.
select sid from outbox where phone = $1 and sid = any($2) and outbox_id <> $3;
