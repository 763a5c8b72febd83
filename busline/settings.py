"""Environment in, one frozen `Settings` out; or every problem at once, in words.

The rule between a field and its variable is the name: `feed_interval_seconds` is `BUSLINE_FEED_INTERVAL_SECONDS`.
A secret may also be given as a file, by the same name with `_FILE`. `docs/settings.md` describes each one, and a
test holds that page to the fields below.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import phonenumbers

from busline.environment import Environment, Secret, address_fault, variable
from busline.ids import Phone, SourceId

KNOWN_LANGUAGES = ("en", "es", "ht", "kea", "vi", "zh", "pt", "so", "fr", "ar")
"""The languages the catalogue is written in."""

_DEVELOPMENT_VARIABLES = frozenset({"BUSLINE_CHROMIUM"})
"""Read by the tests, not by the service."""


class LogFormat(StrEnum):
    JSON = "json"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """A GTFS-realtime feed to poll. The address may carry a key, so `repr` leaves it out."""

    source: SourceId
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of the district's day; they may pass midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an installation can choose, with what an empty environment gives."""

    data_dir: Path
    public_base_url: str
    """Where the world reaches us, without a trailing slash: what Twilio signs, and whether cookies need https."""
    database_url: Secret | None = None
    """None: Busline runs its own PostgreSQL under `data_dir`."""
    host: str = "127.0.0.1"
    port: int = 8080
    proxy_hops: int = 0
    """How many of our own proxies append to X-Forwarded-For; 0 believes no header."""
    district_name: str = "the school district"
    district_phone: Phone | None = None
    default_language: str = "en"
    languages: tuple[str, ...] = KNOWN_LANGUAGES
    messages_dir: Path | None = None
    """A folder with messages in the district's own words; None: as they come with Busline."""
    feeds: tuple[FeedAddress, ...] = ()
    feed_interval_seconds: float = 10.0
    feed_allow_private: bool = False
    """Also poll feeds inside our own network, and over plain http."""
    twilio_account_sid: str | None = None
    twilio_auth_token: Secret | None = None
    twilio_number: Phone | None = None
    twilio_base_url: str | None = None
    """None: Twilio itself; else anything that speaks its REST interface."""
    twilio_alerts_number: Phone | None = None
    """None: alerts and answers come from one number, and a stop ends both."""
    twilio_segments_per_second: float = 1.0
    """How fast each of our numbers may send; what Twilio has agreed to, not a wish."""
    clips_dir: Path | None = None
    """Recordings for calls in languages that no voice speaks; None: those languages get texts."""
    alert_late_minutes: int = 5
    """How late a bus must be before a family that chose nothing else is told without asking."""
    quiet_hours: QuietHours | None = None
    """When no alert goes out; None: at any time. A family may choose its own beside these."""
    announce_confirm_above: int = 50
    """Whoever confirms an announcement to more phones than this says how many."""
    roster_dir: Path | None = None
    """Where every night's roster lies; None: rosters are imported by hand."""
    roster_at: time = time(2)
    """When it is brought in, on the district's clock."""
    phone_region: str = "US"
    """Where a phone number without a country code is dialled: ISO 3166."""
    secret_key: Secret | None = None
    """None: made once and kept under `data_dir` (`busline/installation_key.py`)."""
    metrics_token: Secret | None = None
    """What a scraper on another machine must show for /metrics; None answers this machine only."""
    position_retention_days: int = 30
    prediction_retention_days: int = 14
    """Scores are kept for ever; these are what they are made of."""
    keep_texts_days: int = 90
    keep_inquiries_days: int = 400
    keep_access_log_days: int = 2_555
    keep_cases_days: int = 1_095
    keep_tries_days: int = 30
    """What each of these covers stands in `busline/retention/purge.py` and docs/privacy.md."""
    texts_per_phone_per_hour: int = 30
    refusals_per_phone_per_day: int = 5
    """How often a phone is told that it is not on file for a student; then it hears nothing."""
    mail_host: str | None = None
    """None: no department can be reached by e-mail."""
    mail_port: int = 587
    mail_security: str = "starttls"
    mail_username: str | None = None
    mail_password: Secret | None = None
    mail_from: str | None = None
    """The mailbox that cases are sent from; answers come back to it with the case behind a plus."""
    mail_in_key: Secret | None = None
    """None: answers by e-mail are not taken in."""
    zammad_url: str | None = None
    zammad_token: Secret | None = None
    zammad_customer: str | None = None
    """E-mail address of the Zammad customer that families' tickets are made for."""
    zammad_webhook_key: Secret | None = None
    """None: what agents write in Zammad does not come back."""
    case_webhook_url: str | None = None
    case_webhook_key: Secret | None = None
    """Signs in both directions."""
    case_close_after_days: int = 7
    log_format: LogFormat = LogFormat.JSON
    log_level: str = "INFO"

    @property
    def is_https(self) -> bool:
        return self.public_base_url.startswith("https://")


class SettingsError(Exception):
    """Some settings cannot be used. `problems` says of each what is wrong and what to do."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        count = "one setting" if len(problems) == 1 else f"{len(problems)} settings"
        listing = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(
            f"Busline did not start, because {count} cannot be used:\n{listing}\nEach is described in docs/settings.md."
        )


def read_settings(
    environ: Mapping[str, str], *, read_file: Callable[[str], str] = lambda path: Path(path).read_text("utf-8")
) -> Settings:
    """Every `BUSLINE_*` variable as one `Settings`. An empty variable counts as unset.

    Raises `SettingsError` with all problems together; a `BUSLINE_*` variable we do not know is one of them.
    """
    env = Environment(environ, read_file)
    given = Settings(data_dir=_default_data_dir(environ), public_base_url="")
    port = env.whole("port", given.port, 1, 65_535)
    region = env.one_of("phone_region", given.phone_region, sorted(phonenumbers.SUPPORTED_REGIONS))
    languages = _languages(env, given.languages)
    first_language = given.default_language if given.default_language in languages else languages[0]
    private = env.flag("feed_allow_private", given.feed_allow_private)
    twilio_base_url = env.web_address("twilio_base_url")
    settings = Settings(
        data_dir=env.folder("data_dir", given.data_dir),
        public_base_url=env.web_address("public_base_url") or f"http://localhost:{port}",
        database_url=_database(env),
        host=env.text("host", given.host),
        port=port,
        proxy_hops=env.whole("proxy_hops", given.proxy_hops, 0, 10),
        district_name=env.text("district_name", given.district_name, longest=40),
        district_phone=_phone(env, "district_phone", region),
        default_language=env.one_of("default_language", first_language, languages),
        languages=languages,
        messages_dir=env.optional_folder("messages_dir"),
        feeds=_feeds(env, private),
        feed_interval_seconds=env.number("feed_interval_seconds", given.feed_interval_seconds, 1, 300),
        feed_allow_private=private,
        twilio_account_sid=_account(env, any_shape=twilio_base_url is not None),
        twilio_auth_token=env.secret("twilio_auth_token", 1),
        twilio_number=_phone(env, "twilio_number", region),
        twilio_base_url=twilio_base_url,
        twilio_alerts_number=_phone(env, "twilio_alerts_number", region),
        twilio_segments_per_second=env.number(
            "twilio_segments_per_second", given.twilio_segments_per_second, 0.1, 1_000
        ),
        clips_dir=env.optional_folder("clips_dir"),
        alert_late_minutes=env.whole("alert_late_minutes", given.alert_late_minutes, 5, 60),
        quiet_hours=_quiet_hours(env),
        announce_confirm_above=env.whole("announce_confirm_above", given.announce_confirm_above, 0, 1_000_000),
        roster_dir=env.optional_folder("roster_dir"),
        roster_at=_time_of_day(env, "roster_at", given.roster_at),
        phone_region=region,
        secret_key=env.secret("secret_key", 32),
        metrics_token=env.secret("metrics_token", 16),
        position_retention_days=env.whole("position_retention_days", given.position_retention_days, 1, 3_650),
        prediction_retention_days=env.whole("prediction_retention_days", given.prediction_retention_days, 2, 3_650),
        keep_texts_days=env.whole("keep_texts_days", given.keep_texts_days, 1, 3_650),
        keep_inquiries_days=env.whole("keep_inquiries_days", given.keep_inquiries_days, 30, 3_650),
        keep_access_log_days=env.whole("keep_access_log_days", given.keep_access_log_days, 365, 36_500),
        keep_cases_days=env.whole("keep_cases_days", given.keep_cases_days, 30, 3_650),
        keep_tries_days=env.whole("keep_tries_days", given.keep_tries_days, 2, 365),
        texts_per_phone_per_hour=env.whole("texts_per_phone_per_hour", given.texts_per_phone_per_hour, 1, 10_000),
        refusals_per_phone_per_day=env.whole("refusals_per_phone_per_day", given.refusals_per_phone_per_day, 1, 10_000),
        mail_host=env.raw("mail_host"),
        mail_port=env.whole("mail_port", given.mail_port, 1, 65_535),
        mail_security=env.one_of("mail_security", given.mail_security, ("starttls", "tls", "none")),
        mail_username=env.raw("mail_username"),
        mail_password=env.secret("mail_password", 1),
        mail_from=_mail_address(env, "mail_from"),
        mail_in_key=env.secret("mail_in_key", 32),
        zammad_url=env.web_address("zammad_url"),
        zammad_token=env.secret("zammad_token", 16),
        zammad_customer=_mail_address(env, "zammad_customer"),
        zammad_webhook_key=env.secret("zammad_webhook_key", 32),
        case_webhook_url=env.web_address("case_webhook_url"),
        case_webhook_key=env.secret("case_webhook_key", 32),
        case_close_after_days=env.whole("case_close_after_days", given.case_close_after_days, 1, 365),
        log_format=LogFormat(env.one_of("log_format", given.log_format, tuple(LogFormat))),
        log_level=env.one_of("log_level", given.log_level, ("DEBUG", "INFO", "WARNING", "ERROR"), fold=str.upper),
    )
    env.all_or_none(
        ("twilio_account_sid", "twilio_auth_token", "twilio_number"),
        "Texting needs all of them; set none to run without texting.",
    )
    env.all_or_none(("mail_host", "mail_from"), "Mail about cases needs a server and a mailbox.")
    env.all_or_none(("mail_username", "mail_password"), "A mail server that wants one wants both.")
    env.all_or_none(("zammad_url", "zammad_token", "zammad_customer"), "Cases in Zammad need all of them.")
    env.all_or_none(("case_webhook_url", "case_webhook_key"), "Nothing about a family is sent unsigned.")
    env.report_unknown((item.name for item in fields(Settings)), _DEVELOPMENT_VARIABLES)
    if env.problems:
        raise SettingsError(tuple(env.problems))
    return settings


def _default_data_dir(environ: Mapping[str, str]) -> Path:
    base = environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "busline"


def _languages(env: Environment, default: tuple[str, ...]) -> tuple[str, ...]:
    raw = env.raw("languages")
    if raw is None:
        return default
    chosen = tuple(dict.fromkeys(part.strip().lower() for part in raw.split(",") if part.strip()))
    if not chosen or not set(chosen) <= set(KNOWN_LANGUAGES):
        env.problem("languages", f"is {raw!r}", f"List some of {', '.join(KNOWN_LANGUAGES)}, with commas between.")
        return default
    return chosen


def _database(env: Environment) -> Secret | None:
    raw = env.raw_secret("database_url")
    if raw is None:
        return None
    # The value may hold a password, so not even a part of it is shown.
    example = "postgresql://busline@db.internal/busline"
    if not raw.startswith(("postgresql://", "postgres://")):
        env.problem("database_url", "does not begin with postgresql://", f"Give an address such as {example}.")
        return None
    try:
        _ = urlsplit(raw).port
    except ValueError:
        remedy = f"Give one such as {example}; in a password write / : @ # ? as %2F %3A %40 %23 %3F."
        env.problem("database_url", "cannot be read as an address", remedy)
        return None
    return Secret(raw)


def _phone(env: Environment, name: str, region: str) -> Phone | None:
    raw = env.raw(name)
    if raw is None:
        return None
    try:
        parsed = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        env.problem(name, f"is {raw!r}, not a phone number", "Give it with its country code, such as +16175550100.")
        return None
    return Phone(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


_CLOCK = r"([01]?\d|2[0-3]):([0-5]\d)"


def _time_of_day(env: Environment, name: str, default: time) -> time:
    raw = env.raw(name)
    found = None if raw is None else re.fullmatch(_CLOCK, raw, re.ASCII)
    if raw is not None and found is None:
        env.problem(name, f"is {raw!r}, not a time of the day", "Write it like 02:00.")
    return default if found is None else time(int(found[1]), int(found[2]))


def _quiet_hours(env: Environment) -> QuietHours | None:
    raw = env.raw("quiet_hours")
    if raw is None:
        return None
    found = re.fullmatch(f"{_CLOCK} ?- ?{_CLOCK}", raw, re.ASCII)
    hours = None if found is None else QuietHours(*(time(int(found[at]), int(found[at + 1])) for at in (1, 3)))
    if hours is None or hours.start == hours.end:
        env.problem("quiet_hours", f"is {raw!r}, not two times of the day", "Write them like 21:00-05:30.")
        return None
    return hours


def _mail_address(env: Environment, name: str) -> str | None:
    raw = env.raw(name)
    if raw is not None and not re.fullmatch(r"[A-Za-z0-9._%-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,}", raw):
        env.problem(name, f"is {raw!r}, not a plain e-mail address", "Give one such as cases@bus.example.org.")
        return None
    return raw


def _account(env: Environment, *, any_shape: bool) -> str | None:
    raw = env.raw("twilio_account_sid")
    if raw is not None and not any_shape and not re.fullmatch(r"AC[0-9a-fA-F]{32}", raw):
        # People paste the token here; so the value is not shown.
        env.problem("twilio_account_sid", "is not AC with 32 hexadecimal digits", "Copy it from Twilio's console.")
        return None
    return raw


def _feeds(env: Environment, allow_private: bool) -> tuple[FeedAddress, ...]:
    feeds: dict[str, FeedAddress] = {}
    pieces = re.split(r"[,\n]", env.raw_secret("feeds") or "")
    for number, piece in enumerate((piece.strip() for piece in pieces if piece.strip()), start=1):
        source, separator, url = piece.partition("=")
        if not separator or not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", source):
            env.problem(
                "feeds",
                f"has an entry (number {number}) that is not name=address",
                "Write it like yards=https://avl.example.org/vehicle-positions.pb, with a comma between feeds "
                "and %2C for a comma inside an address.",
            )
        elif source in feeds:
            env.problem("feeds", f"names the feed {source} twice", "Give each feed its own name.")
        elif (fault := address_fault(url)) is not None:
            env.problem("feeds", f"gives {source} an address that cannot be asked: {fault}", "Correct it.")
        elif url.startswith("http://") and not allow_private:
            env.problem(
                "feeds",
                f"gives {source} a plain http address, which anybody on the way can rewrite",
                f"Use https, or set {variable('feed_allow_private')}=yes for a feed inside your own network.",
            )
        else:
            feeds[source] = FeedAddress(SourceId(source), url)
    return tuple(feeds.values())
