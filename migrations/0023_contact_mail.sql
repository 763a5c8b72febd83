-- How the school says that a family is reached, where its phone has not chosen: by text, by a call, or by mail.
alter table contact
    add column email     text,              -- where alerts go by e-mail
    add column alerts_by text not null default 'text'
        constraint contact_alerts_by_known check (alerts_by in ('text', 'voice', 'email')),
    add constraint contact_mail_has_an_address check (alerts_by <> 'email' or email is not null);
