-- name: look
-- All that joining needs to know of a phone, in one look that takes the same work for a right, a wrong and no code:
-- the student of an open code with the digest $2, wrong tries since $4, and the newest question the phone was asked.
select
    (
        select join_code.student_id
        from join_code
        join student using (student_id)
        where digest = $2 and used_at is null and revoked_at is null and expires_at > $3
          -- What the school forbids, no code gives back: so it is not taken as one.
          and not exists (
              select from contact join link using (contact_id)
              where contact.phone = $1 and link.student_id = join_code.student_id and not link.may_ask
          )
    ) as code_student_id,
    (select count(*) from join_try where phone = $1 and tried_at > $4 and not was_right) as wrong_tries,
    pending.*
from (values (1)) as always (one)
left join lateral (
    select request_id, consent_request.student_id, asking_phone, asked_at
    from consent_question
    join consent_request using (request_id)
    where consent_question.phone = $1
      and settled_at is null
      and expires_at > $3
      -- Who has lost the right since being asked has no say any more.
      and exists (
          select from family_link
          where family_link.phone = $1 and family_link.student_id = consent_request.student_id
      )
    order by asked_at desc
    limit 1
) as pending on true;

-- name: note_try
-- A try to join: what the lock-out counts.
insert into join_try (phone, tried_at, was_right) values ($1, $2, $3);

-- name: use_code
-- The code lets its phone in, once: of two that send it at the same moment one wins.
update join_code
set used_at = $3, used_by = $2
where digest = $1 and used_at is null and revoked_at is null and expires_at > $3
returning student_id;

-- name: let_in
-- The phone may ask about the student from now on; a second time changes nothing.
with joined as (
    insert into joined_phone (phone, language, joined_at)
    values ($1, $2, $3)
    on conflict (phone) do update set language = joined_phone.language
    returning phone
),
linked as (
    insert into joined_link (phone, student_id, since, by_way_of, let_in_by)
    select phone, $4, $3, $5, $6 from joined
    on conflict (phone, student_id) where ended_at is null do nothing
)
insert into enrolment_audit (at, act, phone, student_id, actor)
values ($3, 'let in by ' || $5, $1, $4, $6);

-- name: lift_suspension
-- Whoever proves to be of the family is told again.
with lifted as (
    update phone_suspension set ended_at = $2, ended_by = $3
    where phone = $1 and ended_at is null
    returning phone
)
insert into enrolment_audit (at, act, phone, actor)
select $2, 'suspension lifted', phone, $3 from lifted;

-- name: settle_consent
-- The family's answer to the question; only the first counts.
update consent_request
set settled_at = $3, settled_by = $2, granted = $4
where request_id = $1 and settled_at is null and expires_at > $3
returning student_id, asking_phone, language;

-- name: audit
-- Who changed who may ask.
insert into enrolment_audit (at, act, phone, student_id, actor) values ($1, $2, $3, $4, $5);

-- name: wish
-- Somebody asked about numbers that are not theirs.
insert into join_wish (phone, language, asked_ids, asked_at) values ($1, $2, $3, $4);

-- name: take_wishes
-- Wishes that were not looked at yet, the oldest first; nobody else looks at them meanwhile.
delete from join_wish
where wish_id in (select wish_id from join_wish order by wish_id limit $1 for update skip locked)
returning wish_id, phone, language, asked_ids, asked_at;

-- name: family_of
-- Who may be asked about the student whose number is written in one of these ways; nobody where the phone that wishes is
-- linked already or the school forbids it, and nobody who has opted out.
select family_link.student_id, family_link.phone, family_link.language
from family_link
where family_link.student_id = any ($1::text[])
  and not exists (
      select from family_link as own
      where own.phone = $2 and own.student_id = family_link.student_id
  )
  and not exists (
      select from contact join link using (contact_id)
      where contact.phone = $2 and link.student_id = family_link.student_id and not link.may_ask
  )
  and not exists (select from opt_out where opt_out.phone = family_link.phone and opt_out.ended_at is null)
order by family_link.student_id, family_link.phone;

-- name: ask_family
-- One question a student and day: nothing comes back where it was asked today already.
insert into consent_request (student_id, asking_phone, language, asked_on, asked_at, expires_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (student_id, asked_on) do nothing
returning request_id;

-- name: note_question
-- The question went to this phone.
insert into consent_question (request_id, phone) values ($1, $2);

-- name: wrong_tries
-- Wrong codes of all phones since a moment, and of how many phones.
select count(*) as tries, count(distinct phone) as phones from join_try where tried_at > $1 and not was_right;

-- name: student_exists
-- Whether the roster knows the student.
select exists (select from student where student_id = $1);

-- name: end_link
-- The phone may not ask about the student any more, as far as that was granted outside the school's roster.
with ended as (
    update joined_link set ended_at = $3, ended_by = $4
    where phone = $1 and student_id = $2 and ended_at is null
    returning phone, student_id
)
insert into enrolment_audit (at, act, phone, student_id, actor)
select $3, 'link ended', phone, student_id, $4 from ended
returning audit_id;

-- name: links_of
-- Who may ask about a student, or whom a phone may ask about, with where that comes from; roster links without the
-- right included, so that staff see why somebody hears nothing.
select contact.phone, link.student_id, 'roster' as by_way_of, link.may_ask, null::timestamptz as since
from contact join link using (contact_id)
where link.student_id = $1 or contact.phone = $1
union all
select phone, student_id, by_way_of, true, since
from joined_link
where ended_at is null and (student_id = $1 or phone = $1)
order by student_id, phone;
