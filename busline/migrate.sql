-- name: lock
-- One migration at a time for the whole database, whoever starts it; the number only has to be ours.
select pg_advisory_lock(7286920260201);

-- name: unlock
-- Let the next one in.
select pg_advisory_unlock(7286920260201);

-- name: make_table
-- What was applied, and what the file said then.
create table if not exists schema_migration (
    name       text primary key,
    sha256     text not null,
    applied_at timestamptz not null default clock_timestamp()
);

-- name: applied
-- Everything applied so far, oldest first.
select name, sha256 from schema_migration order by name;

-- name: record
-- In the same transaction as the migration itself.
insert into schema_migration (name, sha256) values ($1, $2);
