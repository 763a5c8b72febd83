-- Cases: what a person or a department must settle, from the family's first words to its "yes, that solved it".

-- Who owns which kind of question, how soon they answer, and where they work. The id is also its words' name in every
-- language; a district changes the rest with `busline department`.
create table department (
    department_id     text primary key,
    owner             text not null default '',      -- who answers for it; reminded first
    owner_address     text not null default '',      -- that person's e-mail address
    next_up           text not null default '',      -- reminded next
    next_up_address   text not null default '',
    connector         text not null default 'none'
        constraint department_connector_known check (connector in ('none', 'email', 'zammad', 'webhook')),
    target            text not null default '',      -- the mailbox, or the group in Zammad
    opens_minute      smallint not null default 480, -- of the district's day
    closes_minute     smallint not null default 1020,
    weekdays          smallint not null default 31,  -- bit 0 is Monday
    closed_on         date[] not null default '{}',
    expected_minutes  integer not null default 480,  -- of working time, until a family has an answer
    urgent_minutes    integer not null default 30,
    constraint department_open_in_order check (0 <= opens_minute and opens_minute < closes_minute and closes_minute <= 1440),
    constraint department_open_some_day check (weekdays between 1 and 127),
    constraint department_answers check (expected_minutes between 1 and 20000 and urgent_minutes between 1 and 20000)
);

insert into department (department_id, opens_minute, closes_minute, expected_minutes, urgent_minutes) values
    ('transportation',    330, 1140, 240, 15),
    ('safety',            330, 1140, 240, 15),
    ('enrollment',        480, 1020, 960, 60),
    ('special_education', 480, 1020, 480, 30),
    ('complaints',        480, 1020, 960, 60),
    ('lost_and_found',    480, 1020, 960, 60),
    ('technology',        480, 1020, 480, 60);

create table family_case (
    case_id        bigint generated always as identity primary key,
    reference      text not null unique,             -- digits only, the last one a check digit
    phone          text not null,
    contact_id     text,                             -- as the roster had it then
    student_id     text,                             -- only one that this phone was linked to
    language       text not null,
    topic          text not null,
    urgent         boolean not null,
    department_id  text not null references department,
    assigned_to    text,                             -- the name of the member of staff who took it
    state          text not null constraint family_case_state_known
        check (state in ('received', 'with_department', 'answered', 'closed_by_family', 'closed_after_days')),
    state_since    timestamptz not null,
    opened_at      timestamptz not null,
    promised_by    timestamptz not null,
    waiting_since  timestamptz,                      -- since when the family waits for us
    reminders      smallint not null default 0,      -- since it began to wait
    reminded_at    timestamptz,
    times_reopened smallint not null default 0,
    constraint family_case_waits_while_open check ((waiting_since is not null) = (state in ('received', 'with_department')))
);
create index family_case_by_phone on family_case (phone, opened_at);
create index family_case_waiting on family_case (promised_by) where waiting_since is not null;
create index family_case_answered on family_case (state_since) where state = 'answered';

-- All that happened in a case, in order, never edited: what the next person reads instead of asking again.
create table case_event (
    event_id   bigint generated always as identity primary key,
    case_id    bigint not null references family_case on delete cascade,
    at         timestamptz not null,
    kind       text not null,
    by_whom    text not null default '',             -- a member of staff, a department's system; empty for the family or us
    about      text not null default '',             -- the department it went to, the person it was given to, the kind of answer
    words      text not null default '',
    source_key text unique                           -- the message that brought it, so that it happens once
);
create index case_event_by_case on case_event (case_id, event_id);

-- Who of the staff writes with a phone in our place. While this holds, nothing is answered by itself.
create table conversation_hold (
    phone   text primary key,
    case_id bigint not null references family_case on delete cascade,
    held_by text not null,
    since   timestamptz not null,
    until   timestamptz not null                     -- each text of that person puts it off; the family's do not
);

-- What a department must be handed where it works: promised here first, then delivered, in order for each case.
create table case_delivery (
    delivery_id   bigint generated always as identity primary key,
    case_id       bigint not null references family_case on delete cascade,
    event_id      bigint not null references case_event on delete cascade,
    department_id text not null references department,
    connector     text not null,
    lane          text not null,                     -- what is delivered in order: one mailbox, one ticket, one person
    to_person     text not null default '',          -- a reminder goes to a person of the department: owner, next_up
    state         text not null default 'waiting' constraint case_delivery_state_known
        check (state in ('waiting', 'delivered', 'failed')),
    attempts      smallint not null default 0,
    next_at       timestamptz not null,
    lease_until   timestamptz,                       -- an attempt is under way, or died before it could say how it went
    maybe_sent    boolean not null default false,    -- an attempt ended without an answer: look before sending again
    remote_id     text,                              -- the ticket or message over there
    trouble       text not null default '',          -- what went wrong last, in words
    created_at    timestamptz not null,
    settled_at    timestamptz,
    constraint case_delivery_once unique (event_id, lane)
);
create index case_delivery_due on case_delivery (next_at) where state = 'waiting';
create index case_delivery_failed on case_delivery (case_id) where state = 'failed';
create index case_delivery_by_lane on case_delivery (case_id, lane, delivery_id);

-- A text to a family that answers no text of theirs: promised here first, written in words when it is sent.
create table outgoing_text (
    outgoing_id bigint generated always as identity primary key,
    dedupe_key  text not null unique,
    phone       text not null,
    language    text not null,
    message     text not null,                       -- the message of the catalogue
    fillings    jsonb not null default '{}',         -- what fills its places
    case_id     bigint references family_case on delete cascade,
    state       text not null default 'waiting' constraint outgoing_text_state_known
        check (state in ('waiting', 'sent', 'failed', 'expired')),
    attempts    smallint not null default 0,
    next_at     timestamptz not null,
    lease_until timestamptz,
    maybe_since timestamptz,                         -- an attempt from then on may have been taken by the carrier
    expires_at  timestamptz not null,
    sid         text,
    trouble     text not null default '',
    created_at  timestamptz not null,
    settled_at  timestamptz
);
create index outgoing_text_due on outgoing_text (next_at) where state = 'waiting';
create index outgoing_text_by_phone on outgoing_text (phone, outgoing_id);
create index outgoing_text_by_case on outgoing_text (case_id);
create index outgoing_text_of_cases on outgoing_text (settled_at) where state = 'sent' and case_id is not null;
