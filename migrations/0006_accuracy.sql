-- What was predicted and told, and what became of it: the measure that every night takes.

-- Which call a disclosure was about, so that a window told to a family can be held against what the bus did there.
alter table access_log
    add column service_date  date,
    add column run_id        text,
    add column stop_sequence integer;
create index access_log_by_call on access_log (service_date, run_id) where window_earliest is not null;

-- The runs of a service day as the plan had them when it was first looked at. Of the measured ones predictions are kept.
create table planned_run (
    service_date   date      not null,
    run_id         text      not null,
    route_name     text      not null,
    stop_sequences integer[] not null,      -- of its calls, in order
    measured       boolean   not null,
    primary key (service_date, run_id)
);

-- What the live service predicted, once a minute. The plan and the lateness of the moment are what the baselines need.
create table prediction (
    service_date     date        not null,
    run_id           text        not null,
    call_index       integer     not null,
    made_at          timestamptz not null,
    stop_sequence    integer     not null,
    stop_id          text        not null,
    planned_at       timestamptz not null,
    lateness_seconds real        not null,
    p10              timestamptz not null,
    p50              timestamptz not null,
    p90              timestamptz not null,
    published        timestamptz not null,
    basis            text        not null,
    fix_age_seconds  real        not null,
    primary key (service_date, run_id, call_index, made_at)
) partition by range (made_at);

-- How good the predictions of a day were: ours, and the baselines on the same moments. A route of '' is the whole
-- district. A figure that nothing speaks for is null, as is the band of a baseline, which has none.
create table score_day (
    service_date          date    not null,
    route_name            text    not null,
    predictor             text    not null constraint score_day_predictor_known check (predictor in ('busline', 'plan', 'delay')),
    predictions           integer not null,
    runs                  integer not null,
    benchmark_percent     double precision,
    mbta_percent          double precision,
    cal_itp_percent       double precision,
    mean_absolute_seconds double precision,
    bias_seconds          double precision,
    phantom_percent       double precision,
    wobble_minutes        double precision,
    coverage_percent      double precision,
    width_seconds         double precision,
    missed_percent        double precision,
    computed_at           timestamptz not null,
    primary key (service_date, route_name, predictor)
);

-- What families were promised on a day, and whether it was kept: windows told, and how much of the day could be told.
create table promise_day (
    service_date     date    not null,
    route_name       text    not null,
    runs_measured    integer not null,
    runs_predicted   integer not null,
    complete_percent double precision,
    windows_told     integer not null,
    windows_held     integer not null,
    windows_early    integer not null,      -- the bus came before the window, ...
    windows_missed   integer not null,      -- ... these by more than a minute
    windows_late     integer not null,
    windows_never    integer not null,
    windows_unknown  integer not null,      -- the bus went by without being seen there
    computed_at      timestamptz not null,
    primary key (service_date, route_name)
);

-- Timed chores that were done, by the time they were due: none is skipped, and none is done twice.
create table job_run (
    job         text        not null,
    due_at      timestamptz not null,
    started_at  timestamptz not null,
    finished_at timestamptz not null,
    primary key (job, due_at)
);
