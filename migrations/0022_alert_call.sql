-- Alerts by phone call: what was said in each, how far it got, and which key was pressed.
create table alert_call (
    outbox_id  bigint primary key references outbox on delete cascade,
    language   text not null,               -- the one that it is spoken in
    lines      text[] not null,             -- sentences; where the language has no voice, names of recorded clips
    tries      smallint not null default 1, -- calls placed for it
    placed_at  timestamptz not null,        -- the newest of them
    sid        text,                        -- that one's
    status     text not null default 'placed',
    rank       smallint not null default 0, -- reports come in any order: only a higher one replaces
    heard_at   timestamptz,                 -- key 1: somebody confirmed that it was heard
    said_at    timestamptz                  -- it was picked up, by a person or a machine
);

-- Key 9: no more calls to this phone, until it asks for them again.
alter table phone_wish add column calls_ended_at timestamptz;
