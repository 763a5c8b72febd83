-- Paths of routes that came without a shape, learned from where their buses drove. Known by the stops they call at, so
-- that the next version of the plan has them, too; places are degrees, distances metres along the path.
create table learned_path (
    path_id         bigint generated always as identity primary key,
    stop_ids        text[] not null,
    from_at         timestamptz not null,   -- in force from here until a newer one for the same stops
    stop_lat        double precision[] not null,
    stop_lon        double precision[] not null,
    stop_distance_m double precision[] not null,
    path_lat        double precision[] not null,
    path_lon        double precision[] not null,
    tracks          integer not null        -- how many drives it was learned from
);
create index learned_path_newest on learned_path (from_at);
