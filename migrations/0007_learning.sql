-- What the engine learns from, kept so that tomorrow knows today and a restart forgets nothing.

-- Where a bus was along its run and when: pieces of a few minutes, which end to end make its drive. Distances are those
-- of the version of the plan that it drove by, and mean nothing without it.
create table trail (
    plan_id      bigint not null references plan on delete cascade,
    service_date date   not null,
    run_id       text   not null,
    from_at      timestamptz not null,
    seconds      real[] not null,           -- since from_at, increasing
    distance_m   real[] not null,
    primary key (service_date, run_id, from_at)
);
create index trail_by_plan on trail (plan_id);

-- How predictions turned out, as normal scores in their bands, with what makes predictions alike: what the next days'
-- bands are calibrated by. Arrays, because nobody asks about one of them.
create table reckoning (
    service_date date not null,
    noted_at     timestamptz not null,
    stage        smallint[] not null,
    horizon      smallint[] not null,
    afternoon    smallint[] not null,
    tier         smallint[] not null,
    score        real[] not null,
    run          integer[] not null,        -- numbers that tell runs and arrivals of one row of this table apart
    arrival      integer[] not null,
    primary key (service_date, noted_at)
);
