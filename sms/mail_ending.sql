-- name: mail
-- Whom a mail was about, by the number of its message, in the language it was promised in or the one chosen since.
select outbox.dedupe_key, outbox.phone, coalesce(conversation.chosen_language, outbox.language) as language
from outbox left join conversation using (phone)
where outbox_id = $1 and channel = 'email';

-- name: end_alerts
-- No more alerts; what is usual stands for a phone that has said nothing yet.
insert into phone_wish as known (phone, alerts, minutes, changed_at, channel)
values ($1, false, 10, $2, coalesce((select alerts_by from contact where phone = $1), 'text'))
on conflict (phone) do update set alerts = false, changed_at = excluded.changed_at;
