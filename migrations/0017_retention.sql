-- What the nightly purge looks for, so that it reads what it must change and not the history of years.
create index inquiry_with_content on inquiry (asked_at) where body <> '' or reply <> '' or asked_ids <> '{}';
create index inquiry_with_phone on inquiry (asked_at) where phone <> '';
create index access_log_by_time on access_log (told_at);
create index join_try_by_time on join_try (tried_at);
create index message_status_by_time on message_status (reported_at);

-- Since when the roster has not known the student of a link. One night without is no reason to forget who may ask.
alter table joined_link add column missing_since timestamptz;
