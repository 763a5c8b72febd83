-- Prepared answers. Every version is kept; the newest of a topic and language is in force. What staff wrote, no later
-- version of Busline writes over.
create table faq_answer (
    topic_id  text not null,
    language  text not null,
    version   integer not null,
    title     text not null,
    asks      text[] not null,
    words     text[] not null,
    answer    text not null,
    reviewed  text not null default '',      -- by which native speaker, and when; empty for a draft
    edited_at timestamptz not null,
    edited_by text not null,                 -- a member of staff; empty for what came with Busline
    primary key (topic_id, language, version)
);

-- Goes up with every change, so that a running service sees that there is one.
create sequence faq_change;

-- What families asked and no answer was sure about: what an editor writes next. The words go with the texts themselves.
create table faq_unanswered (
    asked_id bigint generated always as identity primary key,
    asked_at timestamptz not null,
    language text not null,
    words    text not null,
    nearest  text[] not null                 -- the topics that were offered, the likeliest first
);
create index faq_unanswered_by_time on faq_unanswered (asked_at);
