"""What must hold before staff tell many families something at once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from busline.geo import LatLon
from busline.ids import RunId, SchoolId, VehicleId
from notifier.announcing.announcement import (
    LOOKED_AT_STANDS,
    Announcement,
    AnnouncementId,
    Audience,
    Change,
    NotNow,
    ServiceChange,
    State,
    ToArea,
    ToBus,
    ToEveryone,
    ToRun,
    ToSchool,
    may_go,
    missing_languages,
    read_audience,
    read_change,
    stored_audience,
    stored_change,
)
from notifier.announcing.drafting import RefusedDraftError, draft_of
from sms.announcement_text import render_announcement
from sms.catalogue import shipped_catalogue
from sms.text import Wording
from tests.builders import ZONE, at

NOW = at("7:02")
DAY = date(2026, 12, 1)
DRAFT = Announcement(
    AnnouncementId(1),
    "ana",
    NOW,
    ToEveryone(),
    {"en": "Buses are back.", "es": "Hay autobuses otra vez."},
    "",
    NOW,
    NOW + timedelta(hours=4),
    State.DRAFT,
    40,
)
LANGUAGES = ("en", "es", "ht")
FIELDS = {"to": "everyone", "of": "", "date": "", "change": "", "minutes": "", "send_at": "", "expires_at": ""}
FIELDS |= {"emergency": "", "en": "Buses are back.", "es": "", "ht": ""}


def test_it_waits_for_every_language_that_a_recipient_reads() -> None:
    assert may_go(DRAFT, ["en", "es"], None, 50, NOW) is None
    assert may_go(DRAFT, ["en", "es", "ht"], None, 50, NOW) is NotNow.NOT_TRANSLATED
    assert missing_languages({"en": "x", "es": "  "}, ["es", "en", "vi"]) == ("es", "vi")
    assert missing_languages(ServiceChange(Change.CLOSED, DAY), ["es", "en", "vi"]) == ()


def test_above_a_size_whoever_confirms_says_to_how_many_it_goes() -> None:
    many = replace(DRAFT, recipients=51)
    assert may_go(many, ["en"], None, 50, NOW) is NotNow.OTHER_SIZE
    assert may_go(many, ["en"], 50, 50, NOW) is NotNow.OTHER_SIZE
    assert may_go(many, ["en"], 51, 50, NOW) is None
    assert may_go(DRAFT, ["en"], 41, 50, NOW) is NotNow.OTHER_SIZE, "a wrong number is wrong at any size"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"state": State.CONFIRMED}, NotNow.NOT_A_DRAFT),
        ({"recipients": 0}, NotNow.NOBODY),
        ({"made_at": NOW - LOOKED_AT_STANDS - timedelta(seconds=1)}, NotNow.LOOKED_AT_TOO_LONG_AGO),
        ({"expires_at": NOW}, NotNow.OVER),
    ],
)
def test_it_does_not_go_out_twice_to_nobody_unseen_or_too_late(change: dict[str, object], refusal: NotNow) -> None:
    assert may_go(replace(DRAFT, **change), ["en"], None, 50, NOW) is refusal  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "audience",
    [
        ToRun(RunId("r1"), DAY),
        ToBus(VehicleId("47"), DAY),
        ToSchool(SchoolId("s")),
        ToArea(LatLon(42.0, -71.0), 800.0),
        ToEveryone(),
    ],
)
def test_an_audience_is_kept_as_it_was_meant(audience: Audience) -> None:
    assert read_audience(stored_audience(audience)) == audience


def test_a_change_of_service_is_kept_and_said_in_words_of_the_catalogue() -> None:
    change = ServiceChange(Change.DELAY, DAY, 120)
    assert read_change(stored_change(change)) == change
    wording = Wording(shipped_catalogue(), "en", ZONE, "(617) 555-0150")
    said = render_announcement({"service_change": stored_change(change)}, wording, "Lincoln County", NOW)
    assert said.startswith("Lincoln County buses: on Tue Dec 1 every morning bus comes 120 min later than planned.")
    own = render_announcement({"words": "Bus 4 is back.", "language": "en"}, wording, "Lincoln County", NOW)
    assert own == "Lincoln County buses: Bus 4 is back."
    with pytest.raises(ValueError, match="nobody here can read"):
        render_announcement({}, wording, "Lincoln County", NOW)


def test_what_is_not_said_is_usual_now_for_four_hours_and_on_the_districts_clock() -> None:
    draft = draft_of(FIELDS, LANGUAGES, "ana", NOW, ZONE)
    assert (draft.send_at, draft.expires_at) == (NOW, NOW + timedelta(hours=4))
    assert (draft.audience, draft.message) == (ToEveryone(), {"en": "Buses are back."})
    local = NOW.astimezone(ZONE)
    later = draft_of(FIELDS | {"send_at": f"{local.date()}T09:30"}, LANGUAGES, "ana", NOW, ZONE)
    assert later.send_at == local.replace(hour=9, minute=30, second=0, microsecond=0)


@pytest.mark.parametrize(
    "given",
    [
        {"to": "run"},
        {"to": "area", "of": "42.33,-71.09"},
        {"to": "area", "of": "42.33,-71.09,many"},
        {"to": "area", "of": "142.33,-71.09,800"},
        {"to": "area", "of": "42.33,-71.09,nan"},
        {"en": ""},
        {"change": "closed"},
        {"en": "", "change": "closed", "date": "tomorrow"},
        {"en": "", "change": "closed", "date": "2026-12-01", "minutes": "30"},
        {"en": "", "change": "delay", "date": "2026-12-01"},
        {"en": "", "change": "delay", "date": "2026-12-01", "minutes": "nan"},
        {"en": "", "change": "delay", "date": "2026-12-01", "minutes": "301"},
        {"send_at": "soon"},
        {"send_at": "2030-01-01T00:00"},
        {"expires_at": "2020-01-01T00:00"},
    ],
)
def test_a_draft_that_cannot_be_meant_is_refused_in_words(given: dict[str, str]) -> None:
    with pytest.raises(RefusedDraftError, match=r".+"):
        draft_of(FIELDS | given, LANGUAGES, "ana", NOW, ZONE)
