-- The conversation with families: who asked what, what they were told, and who wants no more texts.

-- One row a phone. It is locked while a text of that phone is answered, so two texts at the same moment take turns.
create table conversation (
    phone           text primary key,       -- E.164
    first_at        timestamptz not null,
    last_at         timestamptz not null,
    turns           bigint not null default 1,
    chosen_language text,                   -- said in so many words ("español")
    last_language   text                    -- the one last used, for texts that give no hint of theirs
);

-- One time somebody asked, on any channel, with exactly what they were told. The carrier's id makes it happen once.
create table inquiry (
    inquiry_id bigint generated always as identity primary key,
    channel    text not null constraint inquiry_channel_known check (channel in ('text', 'voice')),
    sid        text not null unique,        -- MessageSid or CallSid
    phone      text not null,
    contact_id text,                        -- as the roster had it then
    asked_at   timestamptz not null,
    body       text not null,
    asked_ids  text[] not null,             -- as typed, whether or not there is such a student
    language   text not null,
    outcome    text not null,
    refused    boolean not null,            -- a student was asked for whom this phone is not linked to
    reply      text not null                -- the whole TwiML, so that a retry gets the same bytes
);
create index inquiry_by_phone on inquiry (phone, asked_at);

-- Every disclosure about a student (603 CMR 23.07): to whom, about whom, what, when, how. It outlives roster and inquiry.
create table access_log (
    access_id       bigint generated always as identity primary key,
    inquiry_id      bigint references inquiry on delete set null,
    told_at         timestamptz not null,
    channel         text not null,
    contact_id      text not null,
    student_id      text not null,
    answer          text not null,          -- the kind of answer, such as running_late
    vehicle_id      text,
    window_earliest timestamptz,
    window_latest   timestamptz,
    planned_at      timestamptz,
    fix_at          timestamptz             -- told_at minus fix_at is how old the news was
);
create index access_log_by_student on access_log (student_id, told_at);

-- Who asked for no more texts, in which words, until they ask again. Whoever sends must look here first.
create table opt_out (
    opt_out_id bigint generated always as identity primary key,
    phone      text not null,
    since      timestamptz not null,
    said       text not null,
    ended_at   timestamptz
);
create unique index opt_out_in_force on opt_out (phone) where ended_at is null;

-- How far a text we sent has got. A report that comes late never takes it back: only a higher rank replaces.
create table message_status (
    sid        text primary key,
    status     text not null,
    rank       smallint not null,
    error_code integer,
    reported_at timestamptz not null
);
