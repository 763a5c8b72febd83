-- name: lock
-- One process at a time makes or drops partitions; the number only has to be ours.
select pg_advisory_xact_lock(7286920260202);

-- name: partitions
-- The partitions of a table that there are, by the day in their name.
select relname from pg_class join pg_inherits on inhrelid = pg_class.oid
where inhparent = $1::text::regclass;

-- name: make
-- Made aside, so that attaching it never waits for those who read, nor they for it.
create table {partition} (like {table} including defaults including constraints);
alter table {table} attach partition {partition} for values from ('{day} 00:00+00') to ('{next_day} 00:00+00');

-- name: drop
-- A whole day at once: no row is deleted one by one.
drop table {partition};
