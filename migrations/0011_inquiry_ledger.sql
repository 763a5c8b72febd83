-- What an inquiry was about and how it ended, what a phone wants to hear, and what a bare number means for a moment.

-- What was offered last by number, in order, and until when a bare 1, 2 or 3 means it.
alter table conversation
    add column offered       text[] not null default '{}',
    add column offered_until timestamptz;

-- What a phone wants to hear without asking. No row: what is usual.
create table phone_wish (
    phone       text primary key,           -- E.164
    alerts      boolean not null,
    minutes     smallint not null,          -- how long before the bus comes
    quiet_from  time,                       -- on the district's clock; the hours may pass midnight
    quiet_until time,
    changed_at  timestamptz not null,
    constraint phone_wish_minutes_sensible check (minutes between 1 and 120),
    constraint phone_wish_quiet_whole check ((quiet_from is null) = (quiet_until is null))
);

alter table inquiry
    add column intent    text not null default '',      -- what it was taken for: ask_late, topic, not_home
    add column topic     text,                          -- the prepared answer given, or what the case is about
    add column reference text,                          -- of the case it opened, changed or added to
    add column repeats   boolean not null default false, -- of the same phone about the same run, within 30 minutes
    add column ended     text not null default 'none' constraint inquiry_ended_known
        check (ended in ('answered', 'choice', 'person', 'abandoned', 'refused', 'none'));

-- The whole promise as it was made, so that the next answer can be held against it; and what it rested on.
alter table access_log
    add column be_ready_by timestamptz,
    add column published   timestamptz,
    add column arrived_at  timestamptz,     -- when the bus came to that call: written at night, and kept
    add column basis       text constraint access_log_basis_known
        check (basis in ('live', 'last_seen', 'seen', 'plan', 'notice', 'none'));
create index access_log_by_inquiry on access_log (inquiry_id);
create index access_log_by_day on access_log (told_at);

-- What came of an inquiry, written at night when the buses have told: it holds no words and no phone, so it is kept.
create table inquiry_fate (
    inquiry_id   bigint primary key,        -- no reference: it outlives the inquiry
    service_date date not null,
    language     text not null,
    school_id    text,                      -- of the students it was about, where they share one
    channel      text not null,
    ended        text not null,
    was_right    boolean,                   -- what was told held; null where nothing live was told or nobody saw
    came_back    boolean not null,          -- the family asked again on any channel within 30 minutes
    begins       boolean not null,          -- nobody of the family had asked in the 30 minutes before
    is_deflected boolean not null           -- it begins a matter, was answered rightly from live data, and did not come back
);
create index inquiry_fate_by_day on inquiry_fate (service_date);
