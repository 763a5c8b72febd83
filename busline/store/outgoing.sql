-- Texts that Busline sends of its own accord, promised in the transaction that decides on them.

-- name: promise_text
-- A text to be sent; the same promise twice is one text.
insert into outgoing_text
    (dedupe_key, phone, language, message, fillings, case_id, next_at, expires_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $7)
on conflict (dedupe_key) do nothing;
