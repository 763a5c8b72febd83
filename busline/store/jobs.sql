-- name: try_lock
-- Whether the job is ours to do now. Not in a transaction: it may take minutes, and those hold up vacuum.
select pg_try_advisory_lock(7286920, hashtext($1));

-- name: unlock
-- Let others have it.
select pg_advisory_unlock(7286920, hashtext($1));

-- name: is_done
-- Whether it was done for this due time.
select exists (select from job_run where job = $1 and due_at = $2);

-- name: done
-- Once for each due time.
insert into job_run (job, due_at, started_at, finished_at) values ($1, $2, $3, $4)
on conflict do nothing;
