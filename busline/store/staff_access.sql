-- name: note
-- Who of the staff read what.
insert into staff_access (at, reader, what, about) values ($1, $2, $3, $4);
