-- Everything that goes out to families of our own accord: promised in the transaction that decides on it, put into words
-- when it is sent, and kept as the memory of what was told.
create table outbox (
    outbox_id       bigint generated always as identity primary key,
    -- One key is one message, for ever. Compared by bytes: quicker, and what begins with one service day is one range.
    dedupe_key      text collate "C" not null unique,
    collapse_key    text collate "C",                -- a newer one takes the place of one that has not left
    priority        smallint not null constraint outbox_priority_known check (priority between 0 and 4),
    kind            text not null,                   -- an alert, an announcement, or a message of the catalogue
    channel         text not null constraint outbox_channel_known check (channel in ('text', 'voice', 'email')),
    phone           text not null,                   -- E.164; it stands for the family also where mail is sent
    address         text,                            -- where mail goes
    language        text not null,                   -- where the phone has chosen none since
    facts           jsonb not null,                  -- what it is written from when it is sent
    service_date    date,
    run_id          text,
    stop_sequence   integer,
    case_id         bigint references family_case on delete cascade,
    announcement_id bigint,
    again           text not null constraint outbox_again_known check (again in ('better_twice', 'never_twice')),
    overrides_quiet boolean not null default false,
    true_since      timestamptz not null,            -- when what it tells of became so
    not_before      timestamptz not null,            -- of the first attempt, then of the next
    expires_at      timestamptz not null,
    state           text not null default 'waiting' constraint outbox_state_known check (state in
        ('waiting', 'sent', 'superseded', 'expired', 'untrue', 'barred', 'failed', 'unknown')),
    attempts        smallint not null default 0,
    lease_until     timestamptz,                     -- an attempt is under way, or died before it could say how it went
    maybe_since     timestamptz,                     -- an attempt from then on may have been taken by the carrier
    sid             text,                            -- the carrier's id; `message_status` knows how far it got
    segments        smallint,
    body            text not null default '',        -- the words as they were handed over last
    trouble         text not null default '',        -- what went wrong last, in words for staff
    created_at      timestamptz not null,
    handed_at       timestamptz,                     -- the carrier had it
    settled_at      timestamptz
)
-- A row is written, claimed, settled: as much room beside it keeps every claim out of the indexes (measured: at 70 only
-- one in three, and a sixth slower). The dead are swept early, because
-- the queue is looked through again and again.
with (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);
create index outbox_due on outbox (channel, priority, not_before) where state = 'waiting';
create index outbox_by_phone on outbox (phone, outbox_id);
create index outbox_by_collapse on outbox (collapse_key, outbox_id) where collapse_key is not null;
create index outbox_by_case on outbox (case_id) where case_id is not null;
create index outbox_by_announcement on outbox (announcement_id) where announcement_id is not null;
-- Texts that no bus comes, to be followed by a call where the phone does not confirm them.
create index outbox_urgent_sent on outbox (handed_at) where state = 'sent' and priority = 1 and channel = 'text';
create index outbox_by_time on outbox using brin (created_at);

-- What a phone is good for, as its carrier told us when a text could not be brought to it.
create table phone_line (
    phone      text primary key,
    line       text not null constraint phone_line_known check (line in ('landline')),
    learned_at timestamptz not null
);

-- Something that keeps all messages from going through until somebody acts on it: known from the carrier's refusals, over
-- with the next message that it takes.
create table carrier_alarm (
    code     integer primary key,                    -- https://www.twilio.com/docs/api/errors
    since    timestamptz not null,
    last_at  timestamptz not null,
    times    integer not null default 1,
    ended_at timestamptz
);

-- What was promised until now moves, with its past: its keys hold for ever. Nothing reads the old table any more.
insert into outbox
    (dedupe_key, priority, kind, channel, phone, language, facts, case_id, again, true_since, not_before, expires_at,
     state, attempts, lease_until, maybe_since, sid, trouble, created_at, handed_at, settled_at)
select dedupe_key, 0, 'message', 'text', phone, language,
       jsonb_build_object('message', message, 'fillings', fillings), case_id, 'better_twice', created_at, next_at,
       expires_at, state, attempts, lease_until, maybe_since, sid, trouble, created_at,
       case when sid is not null then settled_at end, settled_at
from outgoing_text
order by outgoing_id;
delete from outgoing_text;
