"""What must hold before staff tell many families something at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from busline.alert import Priority
from busline.geo import LatLon
from busline.ids import Phone, RunId, SchoolId, VehicleId
from busline.outbound import Channel, Claimed, Promise, Written
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
from sms.catalogue import shipped_catalogue
from sms.outgoing.announcement_text import AnnouncementWriter, render_announcement
from sms.outgoing.message_text import Letterhead
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


HEAD = Letterhead(shipped_catalogue(), "Lincoln County", "(617) 555-0150", "en", lambda: ZONE)
WRITER = AnnouncementWriter(
    HEAD, "(617) 555-0100", lambda claimed: f"https://bus.example.org/end?o={claimed.outbox_id}"
)
CLOSED: Mapping[str, Any] = {"service_change": stored_change(ServiceChange(Change.CLOSED, DAY))}


def going_by(channel: Channel, facts: Mapping[str, Any], language: str = "en") -> Written:
    promised = Promise(
        "announcement/1/+16175550101",
        "announcement",
        Priority.BULK,
        Phone("+16175550101"),
        language,
        facts,
        expires_at=NOW + timedelta(hours=4),
        true_since=NOW,
        channel=channel,
    )
    return WRITER.write(Claimed(7, promised, 1, None, NOW), language, NOW)


def test_a_mail_has_a_subject_all_its_accents_and_a_way_to_end_such_mails() -> None:
    mail = going_by(Channel.EMAIL, {"words": "El autobús 4 llegará tarde."}, "es")
    assert (mail.subject, mail.language, mail.segments) == ("Noticias de su autobús", "es", 1)
    assert mail.body.startswith("Autobuses de Lincoln County: El autobús 4 llegará tarde.\n\n-- \n")
    assert "https://bus.example.org/end?o=7" in mail.body
    assert "(617) 555-0100" in mail.body


def test_a_call_says_the_words_alone_in_one_line_and_days_and_figures_in_full() -> None:
    said = going_by(Channel.VOICE, {"words": "Bus 4 is back.\nThank you."})
    assert (said.body, said.subject) == ("Bus 4 is back. Thank you.", "")
    closed = going_by(Channel.VOICE, CLOSED).body
    assert closed == "Lincoln County buses: no school buses on Tuesday, December 1. Questions: 6 1 7, 5 5 5, 0 1 5 0."
    assert "martes, 1 de diciembre" in going_by(Channel.VOICE, CLOSED, "es").body


def test_nothing_is_said_in_a_language_that_no_voice_speaks() -> None:
    assert going_by(Channel.VOICE, CLOSED, "so").body == ""
    assert going_by(Channel.TEXT, CLOSED, "so").body != ""


def test_what_is_not_said_is_usual_now_for_four_hours_and_on_the_districts_clock() -> None:
    draft = draft_of(FIELDS, LANGUAGES, "ana", NOW, ZONE)
    assert (draft.send_at, draft.expires_at) == (NOW, NOW + timedelta(hours=4))
    assert (draft.audience, draft.message) == (ToEveryone(), {"en": "Buses are back."})
    local = NOW.astimezone(ZONE)
    later = draft_of(FIELDS | {"send_at": f"{local.date()}T09:30"}, LANGUAGES, "ana", NOW, ZONE)
    assert later.send_at == local.replace(hour=9, minute=30, second=0, microsecond=0)


def test_a_day_that_goes_otherwise_is_news_until_its_noon_whenever_it_is_said() -> None:
    change = FIELDS | {"en": "", "change": "closed", "date": "2026-10-06"}
    evening = datetime(2026, 10, 5, 20, 30, tzinfo=ZONE)
    assert draft_of(change, LANGUAGES, "ana", evening, ZONE).expires_at == datetime(2026, 10, 6, 12, tzinfo=ZONE)
    at_eleven = datetime(2026, 10, 6, 11, tzinfo=ZONE)
    assert draft_of(change, LANGUAGES, "ana", at_eleven, ZONE).expires_at == at_eleven + timedelta(hours=4)


@pytest.mark.parametrize(
    "given",
    [
        {"to": "run"},
        {"en": "", "change": "closed", "date": "2026-10-04"},
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
