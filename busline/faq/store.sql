-- name: change
-- Which change of the answers was the last.
select last_value + case when is_called then 1 else 0 end as change from faq_change;

-- name: next_change
-- The answers have changed.
select nextval('faq_change');

-- name: in_force
-- The newest version of every answer.
select distinct on (topic_id, language)
       topic_id, language, version, title, asks, words, answer, reviewed, edited_at, edited_by
from faq_answer
order by topic_id, language, version desc;

-- name: versions
-- Every version of one answer, the newest first.
select topic_id, language, version, title, asks, words, answer, reviewed, edited_at, edited_by
from faq_answer
where topic_id = $1 and language = $2
order by version desc;

-- name: add
-- A new version of an answer.
insert into faq_answer (topic_id, language, version, title, asks, words, answer, reviewed, edited_at, edited_by)
select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9
from faq_answer
where topic_id = $1 and language = $2;

-- name: lock
-- One editor at a time: versions are numbered.
lock table faq_answer in share row exclusive mode;

-- name: note_unanswered
-- A question that no answer was sure about.
insert into faq_unanswered (asked_at, language, words, nearest) values ($1, $2, $3, $4);

-- name: unanswered
-- What nobody could be answered, the newest first.
select asked_at, language, words, nearest from faq_unanswered where asked_at >= $1 order by asked_at desc limit $2;
