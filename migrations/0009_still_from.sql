-- Where a bus was when it last moved, so that a restart goes on measuring how long it stands from the same place.
alter table run_progress
    add column still_lat double precision,
    add column still_lon double precision;
