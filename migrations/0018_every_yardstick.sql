-- The night keeps every figure that a backtest gives, beside the third baseline, which goes on at the speed of the last
-- quarter of an hour.

-- When it would have said that the bus comes. Null before the start, and in what was kept before this was.
alter table prediction add column held_at timestamptz;

alter table score_day drop constraint score_day_predictor_known;
alter table score_day add constraint score_day_predictor_known
    check (predictor in ('busline', 'plan', 'delay', 'held', 'before_start'));

-- Null, or empty, on days that were scored before these were kept.
alter table score_day
    add column early_percent       double precision,
    add column pinball_p10_seconds double precision,
    add column pinball_p50_seconds double precision,
    add column pinball_p90_seconds double precision,
    add column bucket_percents     double precision[] not null default '{}',   -- the Benchmark's four, null where empty
    -- By time to the arrival, in the bins of busline/accuracy/scoring.py: how many, and how far off.
    add column horizon_predictions      integer[] not null default '{}',
    add column horizon_absolute_seconds double precision[] not null default '{}',
    add column horizon_bias_seconds     double precision[] not null default '{}';
