-- Which phones may ask beside those that the school has on file, and why each may.

-- A code from the assignment letter. Only its digest is kept: whoever holds the database cannot join with it.
create table join_code (
    digest     bytea primary key,
    student_id text not null,               -- no reference: a code outlives a roster that was loaded wrongly for a night
    made_at    timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz,
    used_by    text,                        -- the phone it let in
    revoked_at timestamptz,
    constraint join_code_used_by_a_phone check ((used_at is null) = (used_by is null))
);
create index join_code_by_student on join_code (student_id) where used_at is null and revoked_at is null;

-- A try to join, right or wrong: what the lock-out counts. The code itself is not kept.
create table join_try (
    try_id   bigint generated always as identity primary key,
    phone    text not null,
    tried_at timestamptz not null,
    was_right boolean not null
);
create index join_try_by_phone on join_try (phone, tried_at);
create index join_try_wrong on join_try (tried_at) where not was_right;

-- A phone that the school has not on file, let in by a code, by somebody of the family, or by staff.
create table joined_phone (
    joined_id bigint generated always as identity primary key,
    phone     text not null unique,
    language  text not null,
    joined_at timestamptz not null
);

-- What such a phone may ask about. It outlives every nightly roster; the roster can forbid it (a link without the right).
create table joined_link (
    joined_link_id bigint generated always as identity primary key,
    phone          text not null references joined_phone (phone),
    student_id     text not null,
    since          timestamptz not null,
    by_way_of      text not null constraint joined_link_way_known check (by_way_of in ('code', 'consent', 'staff')),
    let_in_by      text not null,           -- the phone that said yes, the member of staff, or empty for a code
    ended_at       timestamptz,
    ended_by       text,
    constraint joined_link_ended_by_somebody check ((ended_at is null) = (ended_by is null))
);
create unique index joined_link_in_force on joined_link (phone, student_id) where ended_at is null;

-- A new phone asked for a student, and the phones of the family were asked whether it may.
create table consent_request (
    request_id    bigint generated always as identity primary key,
    student_id    text not null,
    asking_phone  text not null,
    language      text not null,            -- the one the asking phone was spoken to in
    asked_on      date not null,            -- of the district: one question a student and day
    asked_at      timestamptz not null,
    expires_at    timestamptz not null,
    settled_at    timestamptz,
    settled_by    text,                     -- the phone that said yes or no
    granted       boolean,
    constraint consent_once_a_day unique (student_id, asked_on)
);

-- Which phones were asked.
create table consent_question (
    request_id bigint not null references consent_request on delete cascade,
    phone      text not null,
    primary key (request_id, phone)
);
create index consent_question_by_phone on consent_question (phone);

-- A phone whose carrier has given its number to somebody else, or that cannot be reached any more: it is told nothing.
create table phone_suspension (
    suspension_id bigint generated always as identity primary key,
    phone         text not null,
    since         timestamptz not null,
    reason        text not null constraint phone_suspension_reason_known
        check (reason in ('unreachable', 'deactivated', 'staff')),
    ended_at      timestamptz,
    ended_by      text
);
create unique index phone_suspension_in_force on phone_suspension (phone) where ended_at is null;

-- Everything that changed who may ask: never edited, kept as long as the access log.
create table enrolment_audit (
    audit_id   bigint generated always as identity primary key,
    at         timestamptz not null,
    act        text not null,
    phone      text not null,
    student_id text,
    actor      text not null                -- a phone, the name of a member of staff, or the chore
);
create index enrolment_audit_by_phone on enrolment_audit (phone, at);

-- The days whose list of deactivated numbers was read: each is read once.
create table deactivation_list (
    listed_on date primary key,
    read_at   timestamptz not null,
    numbers   integer not null,
    suspended integer not null
);

-- Whom a message went to: three that fail running as to nobody suspend the phone.
alter table message_status add column phone text;
create index message_status_by_phone on message_status (phone, reported_at);

-- Every phone that may ask about a student now, whoever let it in: the one place that says so.
create view family_link as
select phones.phone, phones.contact_id, phones.language, phones.student_id
from (
    select contact.phone, contact.contact_id, contact.language, link.student_id
    from contact
    join link using (contact_id)
    where link.may_ask
    union
    select joined_phone.phone,
           coalesce(contact.contact_id, 'joined-' || joined_phone.joined_id),
           coalesce(contact.language, joined_phone.language),
           joined_link.student_id
    from joined_link
    join joined_phone using (phone)
    join student using (student_id)
    left join contact using (phone)
    where joined_link.ended_at is null
      -- What the school forbids, no code gives back.
      and not exists (
          select from link
          where link.contact_id = contact.contact_id and link.student_id = joined_link.student_id and not link.may_ask
      )
) as phones
where not exists (
    select from phone_suspension where phone_suspension.phone = phones.phone and phone_suspension.ended_at is null
);

-- Somebody asked about student numbers that their phone is not linked to. Kept for every such text, whether there are
-- such students or not, and looked at a moment later: so the reply takes the same work for real and invented numbers.
create table join_wish (
    wish_id   bigint generated always as identity primary key,
    phone     text not null,
    language  text not null,
    asked_ids text[] not null,
    asked_at  timestamptz not null
);
