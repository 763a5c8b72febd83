-- Staff accounts and their sign-ins. A session is kept by the hash of its token, so that a stolen backup opens no door.
create table staff_user (
    user_id       bigint generated always as identity primary key,
    username      text not null unique,
    password_hash text not null,
    role          text not null constraint staff_role_known check (role in ('viewer', 'call_taker', 'dispatcher', 'admin')),
    created_at    timestamptz not null,
    disabled_at   timestamptz,
    constraint staff_username_folded check (username = lower(username))
);

create table staff_session (
    token_sha256 bytea primary key,
    user_id      bigint not null references staff_user on delete cascade,
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at   timestamptz not null,
    revoked_at   timestamptz,
    address      text not null,
    agent        text not null
);
create index staff_session_by_user on staff_session (user_id);

-- Every try to sign in, noted before the password is looked at: what guessing is slowed down by.
create table staff_sign_in (
    sign_in_id bigint generated always as identity primary key,
    username   text not null,                -- as typed, known or not
    address    text not null,
    tried_at   timestamptz not null,
    succeeded  boolean not null default false
);
create index staff_sign_in_by_username on staff_sign_in (username, tried_at);
create index staff_sign_in_by_address on staff_sign_in (address, tried_at);
