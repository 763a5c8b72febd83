-- What a family wants to hear without asking, and how a running service sees that families have changed.

alter table phone_wish
    add column late_minutes smallint constraint phone_wish_late_sensible check (late_minutes between 5 and 60),
    add column approaching  boolean not null default false, -- one message `minutes` before the bus comes
    add column arrivals     boolean not null default false, -- at school, and dropped off
    add column channel      text not null default 'text'
        constraint phone_wish_channel_known check (channel in ('text', 'voice', 'email')),
    add column email        text;                           -- where alerts go by e-mail
-- Whoever asked for alerts so far asked for the one before the bus comes.
update phone_wish set approaching = true where alerts;
create index phone_wish_by_change on phone_wish (changed_at);

-- A row for every statement that changed who is told about whom, seen once it is committed. Only their number matters.
create table family_change (
    change_id  bigint generated always as identity primary key,
    changed_at timestamptz not null default now()
);

create function note_family_change() returns trigger language plpgsql as $$
begin
    insert into family_change default values;
    return null;
end
$$;

create trigger family_change after insert or update or delete on contact
    for each statement execute function note_family_change();
create trigger family_change after insert or update or delete on link
    for each statement execute function note_family_change();
create trigger family_change after insert or update or delete on ride
    for each statement execute function note_family_change();
create trigger family_change after insert or update or delete on joined_phone
    for each statement execute function note_family_change();
create trigger family_change after insert or update or delete on joined_link
    for each statement execute function note_family_change();
create trigger family_change after insert or update or delete on phone_suspension
    for each statement execute function note_family_change();
