-- Predictions of runs that have not begun are sampled and scored, too, apart from those of buses under way.

-- When a family would have been told to be at the stop. Null in what was kept before this was.
alter table prediction add column be_ready_by timestamptz;

alter table score_day drop constraint score_day_predictor_known;
alter table score_day add constraint score_day_predictor_known
    check (predictor in ('busline', 'plan', 'delay', 'before_start'));
