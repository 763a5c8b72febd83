-- Messages to families, promised in the transaction that decides on them.

-- name: promise
-- The messages that are new, and the older ones whose place they take: those that nobody is sending at this moment. Of two
-- given with one collapse key only the last is to be sent ($21 says so).
with given as (
    select *
    from unnest(
        $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::jsonb[],
        $11::date[], $12::text[], $13::integer[], $14::bigint[], $15::bigint[], $16::text[], $17::boolean[],
        $18::timestamptz[], $19::timestamptz[], $20::timestamptz[], $21::text[]
    ) as given (
        dedupe_key, collapse_key, priority, kind, channel, phone, address, language, facts,
        service_date, run_id, stop_sequence, case_id, announcement_id, again, overrides_quiet,
        true_since, not_before, expires_at, state
    )
),
made as (
    insert into outbox
        (dedupe_key, collapse_key, priority, kind, channel, phone, address, language, facts,
         service_date, run_id, stop_sequence, case_id, announcement_id, again, overrides_quiet,
         true_since, not_before, expires_at, state, created_at, settled_at)
    select given.*, $1::timestamptz, case when given.state <> 'waiting' then $1::timestamptz end
    from given
    on conflict (dedupe_key) do nothing
    returning collapse_key
),
replaced as (
    update outbox
    set state = 'superseded', settled_at = $1::timestamptz, trouble = 'Newer news took its place.'
    where outbox_id in (
        select outbox_id
        from outbox
        where collapse_key in (select collapse_key from made where collapse_key is not null)
          and state = 'waiting' and lease_until is null and maybe_since is null
        order by outbox_id
        for update
    )
)
select count(*) from made;

-- name: other_sids
-- Which of these ids belong to other messages to this phone.
select sid from outbox where phone = $1 and sid = any($2) and outbox_id <> $3;
