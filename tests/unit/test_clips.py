"""Recorded clips: what there is to record, and how an alert is put together from them."""

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from busline.alert import Alert, AlertKind
from busline.answer import Bus, Window
from busline.ids import CallKey, Phone, RunId, RunKey, StudentId, VehicleId
from busline.people import Leg
from sms.catalogue import shipped_catalogue
from sms.outgoing.clips import NAMES, PROMPTS, Clips, recorded_alert

BOSTON = ZoneInfo("America/New_York")
PAGE = Path(__file__).parents[2] / "docs" / "calls.md"


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=BOSTON)


def alert(kind: AlertKind, leg: Leg = Leg.FROM_SCHOOL) -> Alert:
    return Alert(
        kind=kind,
        phone=Phone("+16175550123"),
        call=CallKey(RunKey(date(2026, 11, 23), RunId("R1")), 3),
        leg=leg,
        students=(StudentId("100234"),),
        planned_at=at(15, 6),
        bus=Bus(VehicleId("B-12")),
        window=Window(at(15, 20), at(15, 28), at(15, 19), at(15, 21)),
        minutes_late=15,
        since=at(15, 1),
    )


@pytest.mark.parametrize("leg", Leg)
@pytest.mark.parametrize("kind", AlertKind)
def test_every_alert_is_said_with_clips_that_are_recorded(kind: AlertKind, leg: Leg) -> None:
    for told in (alert(kind, leg), replace(alert(kind, leg), window=None, bus=None)):
        assert NAMES.issuperset(recorded_alert(told, BOSTON))


def test_a_number_with_letters_and_dashes_is_said_sign_by_sign() -> None:
    said = recorded_alert(alert(AlertKind.DROPPED_OFF), BOSTON)
    assert said[7:] == (
        "alert-dropped-off", "bus", "figure-b", "figure-1", "figure-2", "at", "hour-15", "minute-01", "child-missing"
    )  # fmt: skip


def test_a_number_that_no_clip_can_say_is_never_said_in_part() -> None:
    with pytest.raises(ValueError, match="no recorded clip"):
        recorded_alert(replace(alert(AlertKind.LATE), bus=Bus(VehicleId("4/7"))), BOSTON)


def test_prompts_say_what_the_catalogue_has_under_the_same_names() -> None:
    catalogue = shipped_catalogue()
    for key in PROMPTS:
        assert catalogue.raw("so", key, district="D", phone="1")


def test_the_page_about_calls_names_every_clip_and_no_other() -> None:
    written = PAGE.read_text("utf-8")
    named = set(re.findall(r"`([a-z]+(?:-[a-z0-9]+)*)`", written.partition("| clips | say |")[2].partition("\n\n")[0]))
    for first, last in (("figure-0", "figure-9"), ("figure-a", "figure-z"), ("hour-0", "hour-23")):
        assert {first, last} <= named
    assert {"minute-00", "minute-59"} <= named
    listed = {name for name in NAMES if not name.startswith(("figure-", "hour-", "minute-"))}
    assert listed <= named
    assert named <= NAMES


def test_without_a_folder_nothing_is_recorded(tmp_path: Path) -> None:
    assert not Clips(None).has("so")
    assert Clips(None).file("so", "bus") is None
    (tmp_path / "so").mkdir()
    assert len(Clips(tmp_path).missing("so")) == len(NAMES)
