-- Who rides what, and which phones may ask. Replaced every night by one import, all or nothing.
create table school (
    school_id text primary key,
    name      text not null,
    phone     text
);

create table student (
    student_id  text primary key,
    school_id   text not null references school,
    given_name  text not null default '',
    family_name text not null default '',
    grade       text not null default ''
);

create table contact (
    contact_id text primary key,
    phone      text not null unique,        -- E.164
    language   text not null
);

-- A contact that may ask about a student. A link without the right is kept, and answers nothing.
create table link (
    contact_id text not null references contact on delete cascade,
    student_id text not null references student on delete cascade,
    may_ask    boolean not null default true,
    primary key (contact_id, student_id)
);
create index link_by_student on link (student_id);

create table ride (
    ride_id       bigint generated always as identity primary key,
    student_id    text not null references student on delete cascade,
    run_id        text not null,
    stop_id       text not null,
    stop_sequence integer,                  -- only where the run visits the stop twice
    leg           text not null constraint ride_leg_known check (leg in ('to_school', 'from_school')),
    weekdays      smallint not null,        -- bit 0 is Monday
    start_date    date not null,
    end_date      date not null,
    constraint ride_dates_in_order check (start_date <= end_date)
);
create index ride_by_student on ride (student_id);
