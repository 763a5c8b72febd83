-- name: expected
-- How many children ride each run from or to each stop on a day, by the roster. Bit 0 of the weekdays is Monday.
select run_id, stop_id, stop_sequence, count(*)::integer as riders
from ride
where $1::date between start_date and end_date and (weekdays >> $2) & 1 = 1
group by run_id, stop_id, stop_sequence
order by run_id, stop_id, stop_sequence;
