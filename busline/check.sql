-- name: server
-- What kind of server this is.
select current_setting('server_version') as version,
       current_setting('server_version_num')::int as number,
       current_setting('server_encoding') as encoding

-- name: has_migrations
-- Whether Busline has ever migrated this database.
select to_regclass('schema_migration') is not null

-- name: applied
-- The migrations this database has.
select name from schema_migration

-- name: contents
-- What a service needs to be of use: a plan in force, families, and somebody who may sign in.
select (select count(*) from plan_run
        where plan_id = (select plan_id from plan where activated_at is not null
                         order by activated_at desc, plan_id desc limit 1)) as runs,
       (select count(*) from contact) as contacts,
       (select count(*) from staff_user where disabled_at is null) as staff

-- name: overdue
-- What is news, should have left long ago and has not.
select count(*) as messages, min(not_before) as since
from outbox
where state = 'waiting' and not_before < now() - $1::interval and expires_at > now()

-- name: alarms
-- What the carrier refuses all our messages for, until somebody acts.
select code, since, times from carrier_alarm where ended_at is null order by since
