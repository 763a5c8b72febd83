-- name: forget_scores
-- Of a day that is scored again.
delete from score_day where service_date = $1;

-- name: forget_promises
-- Of a day that is scored again.
delete from promise_day where service_date = $1;

-- name: keep_score
-- How good one predictor was.
insert into score_day
    (service_date, route_name, predictor, predictions, runs, benchmark_percent, mbta_percent, cal_itp_percent,
     mean_absolute_seconds, bias_seconds, phantom_percent, wobble_minutes, coverage_percent, width_seconds,
     missed_percent, early_percent, pinball_p10_seconds, pinball_p50_seconds, pinball_p90_seconds, bucket_percents,
     horizon_predictions, horizon_absolute_seconds, horizon_bias_seconds, computed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24);

-- name: keep_promise
-- What families were promised, and what came of it.
insert into promise_day
    (service_date, route_name, runs_measured, runs_predicted, complete_percent, windows_told, windows_held,
     windows_early, windows_missed, windows_late, windows_never, windows_unknown, computed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: promises
-- What came of the promises of some days, for one route or, where its name is empty, the whole district.
select service_date, route_name, runs_measured, runs_predicted, complete_percent, windows_told, windows_held,
       windows_early, windows_missed, windows_late, windows_never, windows_unknown
from promise_day
where service_date between $1 and $2 and route_name = $3
order by service_date;

-- name: scores
-- How good each predictor was on some days, for one route or, where its name is empty, the whole district.
select service_date, route_name, predictor, predictions, runs, benchmark_percent, mbta_percent, cal_itp_percent,
       mean_absolute_seconds, bias_seconds, phantom_percent, wobble_minutes, coverage_percent, width_seconds,
       missed_percent, early_percent, pinball_p10_seconds, pinball_p50_seconds, pinball_p90_seconds, bucket_percents,
       horizon_predictions, horizon_absolute_seconds, horizon_bias_seconds
from score_day
where service_date between $1 and $2 and route_name = $3;

-- name: weakest_routes
-- The routes that did worst over some days, of those with enough predictions to say so. Days weigh by their predictions.
select route_name,
       count(*) as days,
       sum(predictions) as predictions,
       sum(benchmark_percent * predictions) / sum(predictions) as benchmark_percent,
       sum(bias_seconds * predictions) / sum(predictions) as bias_seconds
from score_day
where service_date between $1 and $2
  and predictor = 'busline'
  and route_name <> $3
  and benchmark_percent is not null
group by route_name
having sum(predictions) >= $4
order by benchmark_percent, route_name
limit $5;
