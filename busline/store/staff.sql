-- name: add_user
-- A new account; nothing where the name is taken.
insert into staff_user (username, password_hash, role, created_at)
values ($1, $2, $3, $4)
on conflict (username) do nothing
returning user_id

-- name: user_for_sign_in
-- What is needed to check a password.
select user_id, username, role, password_hash
from staff_user
where username = $1 and disabled_at is null

-- name: users
-- Every account, with when it was last used.
select u.username, u.role, u.created_at, u.disabled_at, max(s.last_seen_at) as last_seen_at
from staff_user u
left join staff_session s using (user_id)
group by u.user_id
order by u.username

-- name: set_password
-- A new password ends every session: whoever knew the old one is out.
with changed as (
    update staff_user set password_hash = $2 where username = $1 returning user_id
), ended as (
    update staff_session set revoked_at = $3
    where user_id in (select user_id from changed) and revoked_at is null
)
select count(*) from changed

-- name: rehash
-- The same password under newer parameters, unless it was changed meanwhile.
update staff_user set password_hash = $3 where user_id = $1 and password_hash = $2

-- name: set_role
-- What an account may do, from its next request on.
update staff_user set role = $2 where username = $1

-- name: disable
-- An account that is closed is out at once.
with closed as (
    update staff_user set disabled_at = coalesce(disabled_at, $2) where username = $1 returning user_id
), ended as (
    update staff_session set revoked_at = $2
    where user_id in (select user_id from closed) and revoked_at is null
)
select count(*) from closed

-- name: note_try
-- A try to sign in, counted as failed until it has succeeded.
insert into staff_sign_in (username, address, tried_at) values ($1, $2, $3) returning sign_in_id

-- name: tries
-- Failures since a moment, other than this try: for this name from this address, for this name from anywhere, from
-- this address for any name; and whether this name has signed in from here before.
select
    count(*) filter (where username = $1 and address = $2) as by_both,
    count(*) filter (where username = $1)                  as by_username,
    count(*) filter (where address = $2)                   as by_address,
    exists (
        select from staff_sign_in
        where username = $1 and address = $2 and succeeded and tried_at > $5
    ) as known_here
from staff_sign_in
where (username = $1 or address = $2) and tried_at > $3 and not succeeded and sign_in_id <> $4

-- name: try_succeeded
-- The password was right.
update staff_sign_in set succeeded = true where sign_in_id = $1

-- name: open_session
-- A session of one browser.
insert into staff_session (token_sha256, user_id, created_at, last_seen_at, expires_at, address, agent)
values ($1, $2, $3, $3, $4, $5, $6)

-- name: session
-- The person behind a token, while the session is neither idle, expired nor ended and the account is open.
select u.user_id, u.username, u.role, s.last_seen_at
from staff_session s
join staff_user u using (user_id)
where s.token_sha256 = $1
  and s.revoked_at is null
  and s.expires_at > $2
  and s.last_seen_at > $3
  and u.disabled_at is null

-- name: touch_session
-- The session was used.
update staff_session set last_seen_at = greatest(last_seen_at, $2) where token_sha256 = $1

-- name: end_session
-- Signed out, or replaced by a newer sign-in.
update staff_session set revoked_at = $2 where token_sha256 = $1 and revoked_at is null

-- name: forget_sessions
-- Sessions that ended long ago.
delete from staff_session where coalesce(revoked_at, expires_at) < $1

-- name: forget_tries
-- Tries too old to count for anything.
delete from staff_sign_in where tried_at < $1
