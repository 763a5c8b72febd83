"""What an operator may set, and what they are told when it cannot be used."""

import os
import re
from dataclasses import MISSING, fields
from datetime import time
from pathlib import Path

import pytest

from busline.environment import Secret, variable
from busline.installation_key import InstallationKeyError, installation_key
from busline.settings import FeedAddress, QuietHours, Settings, SettingsError, read_settings

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"
SID = "AC" + "0a" * 16


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        read_settings(environ)
    return caught.value.problems


def test_nothing_needs_to_be_set() -> None:
    settings = read_settings({"HOME": "/home/x", "XDG_DATA_HOME": "/srv/data"})
    assert settings == Settings(data_dir=Path("/srv/data/busline"), public_base_url="http://localhost:8080")


def test_every_setting_can_be_set_by_the_variable_of_its_name() -> None:
    settings = read_settings(
        {
            "BUSLINE_DATA_DIR": "/var/lib/busline",
            "BUSLINE_DATABASE_URL": "postgresql://busline:pw@db/busline",
            "BUSLINE_HOST": "0.0.0.0",  # noqa: S104
            "BUSLINE_PORT": "9000",
            "BUSLINE_PUBLIC_BASE_URL": "https://bus.example.org/",
            "BUSLINE_PROXY_HOPS": "1",
            "BUSLINE_DISTRICT_NAME": "Anytown Schools",
            "BUSLINE_DISTRICT_PHONE": "(617) 555-0100",
            "BUSLINE_DEFAULT_LANGUAGE": "es",
            "BUSLINE_LANGUAGES": "es, en",
            "BUSLINE_MESSAGES_DIR": "/etc/busline/messages",
            "BUSLINE_FEEDS": "a=https://one.example/vp.pb, b=https://two.example/vp.pb?key=k",
            "BUSLINE_FEED_INTERVAL_SECONDS": "7.5",
            "BUSLINE_FEED_ALLOW_PRIVATE": "yes",
            "BUSLINE_TWILIO_ACCOUNT_SID": SID,
            "BUSLINE_TWILIO_AUTH_TOKEN": "token",
            "BUSLINE_TWILIO_NUMBER": "+16175550199",
            "BUSLINE_TWILIO_BASE_URL": "http://localhost:9999",
            "BUSLINE_TWILIO_ALERTS_NUMBER": "+16175550188",
            "BUSLINE_TWILIO_SEGMENTS_PER_SECOND": "30",
            "BUSLINE_ALERT_LATE_MINUTES": "15",
            "BUSLINE_CLIPS_DIR": "/",
            "BUSLINE_QUIET_HOURS": "21:00-5:30",
            "BUSLINE_ANNOUNCE_CONFIRM_ABOVE": "20",
            "BUSLINE_ROSTER_DIR": "/srv/roster",
            "BUSLINE_ROSTER_AT": "4:15",
            "BUSLINE_PHONE_REGION": "US",
            "BUSLINE_SECRET_KEY": "k" * 32,
            "BUSLINE_METRICS_TOKEN": "m" * 16,
            "BUSLINE_POSITION_RETENTION_DAYS": "10",
            "BUSLINE_PREDICTION_RETENTION_DAYS": "9",
            "BUSLINE_KEEP_TEXTS_DAYS": "30",
            "BUSLINE_KEEP_INQUIRIES_DAYS": "300",
            "BUSLINE_KEEP_ACCESS_LOG_DAYS": "3000",
            "BUSLINE_KEEP_CASES_DAYS": "365",
            "BUSLINE_KEEP_TRIES_DAYS": "10",
            "BUSLINE_TEXTS_PER_PHONE_PER_HOUR": "5",
            "BUSLINE_REFUSALS_PER_PHONE_PER_DAY": "7",
            "BUSLINE_MAIL_HOST": "smtp.example.org",
            "BUSLINE_MAIL_PORT": "465",
            "BUSLINE_MAIL_SECURITY": "tls",
            "BUSLINE_MAIL_USERNAME": "busline",
            "BUSLINE_MAIL_PASSWORD": "pw",
            "BUSLINE_MAIL_FROM": "cases@bus.example.org",
            "BUSLINE_MAIL_IN_KEY": "i" * 32,
            "BUSLINE_ZAMMAD_URL": "https://help.example.org/",
            "BUSLINE_ZAMMAD_TOKEN": "z" * 32,
            "BUSLINE_ZAMMAD_CUSTOMER": "families@bus.example.org",
            "BUSLINE_ZAMMAD_WEBHOOK_KEY": "h" * 32,
            "BUSLINE_CASE_WEBHOOK_URL": "https://desk.example.org/hook",
            "BUSLINE_CASE_WEBHOOK_KEY": "w" * 32,
            "BUSLINE_CASE_CLOSE_AFTER_DAYS": "14",
            "BUSLINE_LOG_FORMAT": "console",
            "BUSLINE_LOG_LEVEL": "debug",
        }
    )
    for item in fields(Settings):
        if item.name not in ("phone_region", "default_language"):
            unset = None if item.default is MISSING else item.default
            assert getattr(settings, item.name) != unset, f"{item.name} was not taken from its variable"
    assert settings.public_base_url == "https://bus.example.org"
    assert settings.is_https
    assert settings.district_phone == "+16175550100"
    assert settings.languages == ("es", "en")
    assert [feed.source for feed in settings.feeds] == ["a", "b"]
    assert settings.log_level == "DEBUG"
    assert settings.quiet_hours == QuietHours(time(21), time(5, 30))


def test_all_problems_are_reported_together_and_say_what_to_do() -> None:
    found = problems({"BUSLINE_PORT": "eighty", "BUSLINE_LOG_FORMAT": "xml", "BUSLINE_DISTRICT_PHONE": "12"})
    assert len(found) == 3
    assert any("BUSLINE_PORT is 'eighty'. Give a whole number from 1 to 65535" in problem for problem in found)
    assert any("Choose one of json, console" in problem for problem in found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("PORT", "٨٠"),
        ("FEED_INTERVAL_SECONDS", "nan"),
        ("FEED_INTERVAL_SECONDS", "0.5"),
        ("FEED_INTERVAL_SECONDS", "1e2"),
        ("FEED_ALLOW_PRIVATE", "maybe"),
        ("DATA_DIR", "data"),
        ("PUBLIC_BASE_URL", "bus.example.org"),
        ("PUBLIC_BASE_URL", "https://"),
        ("PUBLIC_BASE_URL", "https://bus.example.org/?a=b"),
        ("PUBLIC_BASE_URL", "https://[bad"),
        ("PUBLIC_BASE_URL", "https://bus.example.org:port"),
        ("LANGUAGES", "en,tlh"),
        ("LANGUAGES", ","),
        ("DEFAULT_LANGUAGE", "de"),
        ("DISTRICT_NAME", "x" * 41),
        ("DISTRICT_NAME", "line\nbreak"),
        ("FEEDS", "https://one.example/vp.pb"),
        ("FEEDS", "a=ftp://one.example"),
        ("FEEDS", "a=http://one.example/vp.pb"),
        ("FEEDS", "a=https://user:pw@one.example/vp.pb"),
        ("FEEDS", "a=https://one.example,a=https://two.example"),
        ("DATABASE_URL", "mysql://db"),
        ("DATABASE_URL", "postgresql://me:pa/ss@db/x"),
        ("PHONE_REGION", "XX"),
        ("ALERT_LATE_MINUTES", "4"),
        ("ROSTER_AT", "24:00"),
        ("ROSTER_AT", "٠2:00"),
        ("ROSTER_DIR", "roster"),
        ("QUIET_HOURS", "21:00"),
        ("QUIET_HOURS", "24:00-05:00"),
        ("QUIET_HOURS", "21:00-21:00"),
        ("MAIL_SECURITY", "ssl"),
        ("MAIL_IN_KEY", "short"),
        ("CASE_CLOSE_AFTER_DAYS", "0"),
        ("POSITION_RETENTION_DAYS", "-1"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    (problem,) = problems({f"BUSLINE_{name}": value})
    assert problem.startswith(f"BUSLINE_{name}")


def test_a_misspelt_setting_is_reported_with_the_nearest_name() -> None:
    assert problems({"BUSLINE_FEED": "a=https://x.example"}) == (
        "BUSLINE_FEED is not a setting of Busline. Did you mean BUSLINE_FEEDS?",
    )
    assert "Remove it" in problems({"BUSLINE_ZZZZZZ": "1"})[0]


def test_a_variable_of_the_development_tools_is_left_alone() -> None:
    assert read_settings({"BUSLINE_CHROMIUM": "/usr/bin/chromium"}).port == 8080


def test_no_problem_and_no_repr_ever_shows_a_secret() -> None:
    leak = "hunter2hunter2"
    found = problems(
        {
            "BUSLINE_SECRET_KEY": leak,
            "BUSLINE_METRICS_TOKEN": leak,
            "BUSLINE_DATABASE_URL": leak,
            "BUSLINE_TWILIO_ACCOUNT_SID": leak,
            "BUSLINE_TWILIO_AUTH_TOKEN": leak,
            "BUSLINE_FEEDS": f"{leak}, a=https://me:{leak}@x.example, b=ftp://x.example/{leak}",
        }
    )
    assert len(found) >= 7
    assert leak not in "\n".join(found)
    settings = read_settings(
        {
            "BUSLINE_SECRET_KEY": leak * 3,
            "BUSLINE_DATABASE_URL": f"postgresql://a:{leak}@db/x",
            "BUSLINE_FEEDS": f"a=https://x.example/?key={leak}",
        }
    )
    assert leak not in repr(settings)
    assert leak not in f"{settings.secret_key} {settings.database_url!s}"
    assert settings.database_url == Secret(f"postgresql://a:{leak}@db/x")
    assert settings.feeds == (FeedAddress(settings.feeds[0].source, f"https://x.example/?key={leak}"),)


def test_a_secret_can_be_given_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s" * 40 + "\n")
    settings = read_settings({"BUSLINE_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert settings.secret_key == Secret("s" * 40)


def test_a_secret_file_that_is_missing_or_empty_or_doubled_is_reported(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (missing,) = problems({"BUSLINE_SECRET_KEY_FILE": str(tmp_path / "nowhere")})
    assert "cannot be read (No such file or directory)" in missing
    (empty,) = problems({"BUSLINE_SECRET_KEY_FILE": str(tmp_path / "empty")})
    assert "is empty" in empty
    (doubled,) = problems({"BUSLINE_SECRET_KEY_FILE": str(tmp_path / "empty"), "BUSLINE_SECRET_KEY": "k" * 32})
    assert "Keep only one" in doubled


def test_texting_needs_account_token_and_number_together() -> None:
    (problem,) = problems({"BUSLINE_TWILIO_ACCOUNT_SID": SID})
    assert "BUSLINE_TWILIO_AUTH_TOKEN and BUSLINE_TWILIO_NUMBER must be set too" in problem


def test_an_account_of_another_shape_is_fine_where_another_server_plays_twilio() -> None:
    environ = {
        "BUSLINE_TWILIO_ACCOUNT_SID": "project-1",
        "BUSLINE_TWILIO_AUTH_TOKEN": "t",
        "BUSLINE_TWILIO_NUMBER": "+16175550199",
    }
    assert "32 hexadecimal digits" in problems(environ)[0]
    assert read_settings(environ | {"BUSLINE_TWILIO_BASE_URL": "https://sms.example"}).twilio_account_sid == "project-1"


def test_every_setting_is_documented_and_everything_documented_is_a_setting() -> None:
    documented = re.findall(r"^### (BUSLINE_\w+)$", DOCS.read_text("utf-8"), flags=re.MULTILINE)
    assert sorted(documented) == sorted(variable(item.name) for item in fields(Settings))


def test_the_documented_default_is_the_real_one() -> None:
    sections = dict(
        re.findall(r"^### (BUSLINE_\w+)\n(.*?)(?=^##|\Z)", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    )
    settings = read_settings({"XDG_DATA_HOME": "/d"})
    for item in fields(Settings):
        value = getattr(settings, item.name)
        default = sections[variable(item.name)].split("Default: ")[1]
        match value:
            case None | ():
                assert default.startswith("none") or item.name == "secret_key", item.name
            case bool():
                assert default.startswith("`yes`" if value else "`no`"), item.name
            case float():
                assert default.startswith(f"`{value:g}`"), item.name
            case tuple():
                assert default.startswith(f"`{','.join(value)}`"), item.name
            case Path():
                assert default.startswith("`$XDG_DATA_HOME/busline`"), item.name
            case time():
                assert default.startswith(f"`{value:%H:%M}`"), item.name
            case _ if item.name == "public_base_url":
                assert default.startswith("`http://localhost:`"), item.name
            case _:
                assert default.startswith(f"`{value}`"), item.name


def test_the_installation_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new", public_base_url="http://x")
    first = installation_key(settings)
    assert installation_key(settings) == first
    assert len(first.reveal()) >= 32
    assert (tmp_path / "new" / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret-key"]


def test_a_key_from_the_settings_is_used_as_it_is(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, public_base_url="http://x", secret_key=Secret("k" * 32))
    assert installation_key(settings).reveal() == "k" * 32
    assert os.listdir(tmp_path) == []


def test_a_damaged_key_is_never_replaced_in_silence(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("abc")
    with pytest.raises(InstallationKeyError, match="damaged"):
        installation_key(Settings(data_dir=tmp_path, public_base_url="http://x"))


def test_a_data_folder_that_cannot_be_made_is_reported_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InstallationKeyError, match="BUSLINE_DATA_DIR"):
        installation_key(Settings(data_dir=tmp_path / "file" / "below", public_base_url="http://x"))


@pytest.mark.parametrize("address", ["cases", "Buses <cases@bus.example.org>", "cases+x@bus.example.org", "@x.org"])
def test_the_mailbox_of_cases_must_be_a_plain_address(address: str) -> None:
    (problem,) = problems({"BUSLINE_MAIL_HOST": "smtp.example.org", "BUSLINE_MAIL_FROM": address})
    assert "BUSLINE_MAIL_FROM" in problem
    assert "plain e-mail address" in problem


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"MAIL_HOST": "smtp.example.org"}, "BUSLINE_MAIL_FROM"),
        ({"MAIL_USERNAME": "busline"}, "BUSLINE_MAIL_PASSWORD"),
        ({"ZAMMAD_URL": "https://help.example.org"}, "BUSLINE_ZAMMAD_TOKEN and BUSLINE_ZAMMAD_CUSTOMER"),
        ({"CASE_WEBHOOK_URL": "https://desk.example.org"}, "BUSLINE_CASE_WEBHOOK_KEY"),
    ],
)
def test_what_a_connector_needs_is_asked_for_as_a_whole(given: dict[str, str], missing: str) -> None:
    (problem,) = problems({f"BUSLINE_{name}": value for name, value in given.items()})
    assert problem.startswith(f"{missing} must be set too")
