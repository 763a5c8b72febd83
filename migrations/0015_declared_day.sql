-- What staff said about a whole service day. The newest stands; none is deleted, so that it can be told who said what.
create table declared_day (
    service_date  date        not null,
    said_at       timestamptz not null,
    kind          text        not null constraint declared_day_kind_known
        check (kind in ('school day', 'early release', 'two-hour delay', 'snow', 'closed', 'as planned')),
    shift_seconds integer     not null default 0,   -- of morning runs (delay) or afternoon runs (early release)
    said_by       text        not null,
    primary key (service_date, said_at)
);
