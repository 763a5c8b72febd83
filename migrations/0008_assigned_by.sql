-- Who of the staff said which bus drives a run. Empty where the plan, the feed or the track says so.
alter table assignment add column said_by text;
