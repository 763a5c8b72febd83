-- Which of the staff read what about a family (603 CMR 23.07): never edited, kept as long as the access log.
create table staff_access (
    access_id bigint generated always as identity primary key,
    at        timestamptz not null,
    reader    text not null,
    what      text not null,                         -- a case, a family's messages, who gets an announcement
    about     text not null                          -- the case's reference, the phone, the student, the announcement
);
create index staff_access_by_what on staff_access (what, about, at);
