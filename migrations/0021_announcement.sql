-- What staff tell many families at once: written, looked at, confirmed, sent, and by whom.

create table announcement (
    announcement_id bigint generated always as identity primary key,
    made_by       text not null,
    made_at       timestamptz not null,
    audience      jsonb not null,                    -- a run, a bus, a school, an area, or everyone
    words         jsonb not null default '{}',       -- by language; empty where a change of service says it
    service_change jsonb,                            -- a closed day, a delay or an early release, which every language has words for
    reason        text not null default '',          -- of an emergency, which quiet hours do not hold back
    send_at       timestamptz not null,
    expires_at    timestamptz not null,
    state         text not null default 'draft'
        constraint announcement_state_known check (state in ('draft', 'confirmed', 'promised', 'cancelled')),
    recipients    integer not null default 0,        -- phones, when it was looked at
    promised_up_to text not null default '',         -- the last phone whose message is in the outbox
    constraint announcement_says_something check ((words = '{}') = (service_change is not null)),
    constraint announcement_ends_after_it_begins check (send_at < expires_at)
);
create index announcement_to_promise on announcement (send_at) where state = 'confirmed';

-- Exactly who: kept when staff looked, so that what they saw is what goes out.
create table announcement_recipient (
    announcement_id bigint not null references announcement on delete cascade,
    phone    text not null,
    language text not null,
    students text[] not null,
    primary key (announcement_id, phone)
);

-- Who did what with it, never edited.
create table announcement_act (
    act_id          bigint generated always as identity primary key,
    announcement_id bigint not null,                 -- no reference: it outlives the announcement
    at              timestamptz not null,
    act             text not null,
    actor           text not null,
    words           text not null default ''
);
create index announcement_act_by_announcement on announcement_act (announcement_id, act_id);
