"""Whatever the fleet is like, the board adds up; whatever the environment holds, its secrets stay in it."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from busline.board.page import rows_html
from busline.board.view import Group, board_view
from busline.fleet import Fleet, NoticeKind, RunNotice, RunProgress
from busline.ids import RunKey, VehicleId
from busline.settings import SettingsError, read_settings
from tests.builders import MONDAY, at, make_progress, make_run, make_timetable, make_visit

NOW = at("7:30")
RUNS = [make_run(f"R{number}", start=f"7:{number * 7:02d}", bus=str(number)) for number in range(8)]
TIMETABLE = make_timetable(RUNS)
SECONDS = st.integers(-600, 5_000)


@st.composite
def fleets(draw: st.DrawFn) -> Fleet:
    """Any mixture of seen, silent, held, standing, finished and noticed runs."""
    fleet = Fleet(at=NOW)
    for run in RUNS:
        key = RunKey(MONDAY, run.run_id)
        if draw(st.booleans()):
            fix_at = NOW - timedelta(seconds=draw(st.integers(0, 4_000)))
            progress: RunProgress = make_progress(
                run, seen_at=fix_at, distance_m=draw(st.floats(0, 5_000)), under_way=draw(st.booleans())
            )
            progress = replace(
                progress,
                lateness_seconds=float(draw(SECONDS)),
                next_call=draw(st.integers(0, len(run))),
                still_since=draw(st.sampled_from([None, fix_at - timedelta(minutes=9)])),
                off_route_since=draw(st.sampled_from([None, None, fix_at])),
                ended_at=draw(st.sampled_from([None, None, fix_at])),
            )
            visits = (make_visit(run, draw(st.integers(0, len(run) - 1)), fix_at, None),) if draw(st.booleans()) else ()
            fleet = replace(fleet, progress={**fleet.progress, key: progress}, visits={**fleet.visits, key: visits})
        if draw(st.booleans()):
            heard = NOW - timedelta(seconds=draw(st.integers(0, 1_000)))
            bus = VehicleId(run.run_id.removeprefix("R"))
            fleet = replace(fleet, last_fix_at={**fleet.last_fix_at, bus: heard})
        if draw(st.integers(0, 5)) == 0:
            notice = RunNotice(key, draw(st.sampled_from(list(NoticeKind))), draw(st.text(max_size=30)), NOW)
            fleet = replace(fleet, notices={**fleet.notices, key: notice})
    return fleet


@given(fleets())
@settings(max_examples=60, deadline=None)
def test_every_run_stands_once_the_counters_add_up_and_trouble_comes_before_calm(fleet: Fleet) -> None:
    view = board_view(TIMETABLE, fleet, NOW)
    keys = [row.key for row in view.rows]
    assert len(keys) == len(set(keys))
    counts = view.counts
    assert counts[Group.DUE] == counts[Group.COVERED] + counts[Group.NO_SIGNAL] + counts[Group.UNCOVERED]
    assert counts[Group.LATE] <= counts[Group.COVERED]
    calm = [not row.needs_attention for row in view.rows]
    assert calm == sorted(calm)


@given(fleets())
@settings(max_examples=30, deadline=None)
def test_every_row_can_be_written_and_nothing_in_it_becomes_markup(fleet: Fleet) -> None:
    view = board_view(TIMETABLE, fleet, NOW)
    html = rows_html(view)
    assert html.count("<tr ") == len(view.rows)
    assert html.count("<td ") == 6 * len(view.rows)


@given(
    st.dictionaries(
        st.sampled_from(["SECRET_KEY", "METRICS_TOKEN", "DATABASE_URL", "FEEDS", "TWILIO_AUTH_TOKEN"]),
        st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=60),
    )
)
@settings(max_examples=150, deadline=None)
def test_no_secret_is_ever_quoted_whatever_is_wrong_with_it(secrets: dict[str, str]) -> None:
    # A mark no sentence of ours holds, at the place where a password would stand.
    environ = {f"BUSLINE_{name}": value + "~q7~" for name, value in secrets.items()}
    try:
        said = repr(read_settings(environ))
    except SettingsError as fault:
        said = str(fault)
    assert "~q7~" not in said
