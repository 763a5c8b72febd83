-- The plan, by version. A version is loaded whole, then made current in one statement; the newest activated is in force.
create table plan (
    plan_id        bigint generated always as identity primary key,
    content_sha256 text        not null,
    source         text        not null,
    timezone       text        not null,
    loaded_at      timestamptz not null,
    activated_at   timestamptz
);

create table plan_service (
    plan_id    bigint not null references plan on delete cascade,
    service_id text   not null,
    weekdays   smallint not null,           -- bit 0 is Monday
    start_date date   not null,
    end_date   date   not null,
    added      date[] not null default '{}',
    removed    date[] not null default '{}',
    primary key (plan_id, service_id)
);

create table plan_stop (
    plan_id bigint not null references plan on delete cascade,
    stop_id text   not null,
    name    text   not null,
    lat     double precision not null,
    lon     double precision not null,
    primary key (plan_id, stop_id)
);

-- A path and the stops along it, shared by every run that makes the same journey. Places are degrees, distances metres.
create table plan_pattern (
    plan_id         bigint not null references plan on delete cascade,
    pattern_id      integer not null,
    stop_ids        text[] not null,
    stop_distance_m double precision[] not null,
    path_lat        double precision[] not null,
    path_lon        double precision[] not null,
    approximate     boolean not null,
    primary key (plan_id, pattern_id)
);

-- Times are seconds of the service day (noon minus 12 h), and may pass 86,400.
create table plan_run (
    plan_id            bigint not null references plan on delete cascade,
    run_id             text   not null,
    route_id           text   not null,
    route_name         text   not null,
    service_id         text   not null,
    block_id           text,
    headsign           text   not null,
    direction_id       smallint,
    planned_vehicle_id text,
    pattern_id         integer not null,
    stop_sequences     integer[] not null,
    arrival_seconds    integer[] not null,
    departure_seconds  integer[] not null,
    primary key (plan_id, run_id)
);
