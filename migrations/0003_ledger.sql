-- What happened: kept so that a restart, an auditor and the nightly scores find it.
create table vehicle_position (
    source       text not null,
    vehicle_id   text not null,
    fix_at       timestamptz not null,
    received_at  timestamptz not null,
    lat          double precision not null,
    lon          double precision not null,
    bearing_deg  real,
    speed_mps    real,
    run_id       text,                      -- what the feed claimed, if anything
    service_date date,
    -- A vehicle has one fix at a moment: recording it again, after a crash or in a replay, changes nothing.
    primary key (vehicle_id, fix_at, source)
) partition by range (fix_at);

create table assignment (
    service_date date not null,
    run_id       text not null,
    since        timestamptz not null,
    vehicle_id   text not null,
    source       text not null constraint assignment_source_known check (source in ('plan', 'feed', 'staff', 'inferred')),
    primary key (service_date, run_id, since)
);

-- TIDES stop_visits: one row a call, completed when the bus leaves.
create table stop_visit (
    service_date  date not null,
    run_id        text not null,
    stop_sequence integer not null,
    call_index    integer not null,
    stop_id       text not null,
    vehicle_id    text not null,
    arrived_at    timestamptz not null,
    departed_at   timestamptz,
    primary key (service_date, run_id, stop_sequence)
);

-- How far each run has got: what the tracker needs to be right again at the next fix after a restart.
create table run_progress (
    service_date     date not null,
    run_id           text not null,
    vehicle_id       text not null,
    source           text not null,
    fix_at           timestamptz not null,
    matched_at       timestamptz not null,
    distance_m       double precision not null,
    next_call        integer not null,
    lateness_seconds double precision not null,
    started_at       timestamptz,
    still_since      timestamptz,
    off_route_since  timestamptz,
    ended_at         timestamptz,
    primary key (service_date, run_id)
);

-- What staff or the feed said about a run on a day. A notice is cleared, never deleted.
create table run_notice (
    notice_id    bigint generated always as identity primary key,
    service_date date not null,
    run_id       text not null,
    kind         text not null constraint run_notice_kind_known check (kind in ('cancelled', 'uncovered')),
    cause        text not null default '',
    said_by      text not null,
    said_at      timestamptz not null,
    cleared_by   text,
    cleared_at   timestamptz,
    constraint run_notice_once unique (service_date, run_id, kind, said_at),
    constraint run_notice_cleared_by_somebody check ((cleared_by is null) = (cleared_at is null))
);
