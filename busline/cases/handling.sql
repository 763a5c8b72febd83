-- What staff do with a case beside the changes that `history.sql` keeps.

-- name: try_again
-- What could not be handed over is due once more, with all its attempts before it.
update case_delivery
set state = 'waiting', attempts = 0, next_at = $2, settled_at = null
where case_id = $1 and state = 'failed'
returning delivery_id;

-- name: end_hold
-- Texts of this phone are answered by Busline again.
delete from conversation_hold where phone = $1;

-- name: put_off_hold
-- The person who has the conversation is at it.
update conversation_hold set until = greatest(until, $3) where phone = $1 and held_by = $2;
