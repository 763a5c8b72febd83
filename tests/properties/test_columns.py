"""What is done to whole columns at once comes out as if it were done to one bus after the other."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from busline.ids import SourceId, VehicleId
from busline.position import Position, Positions
from feeds.screening import Screen
from tests.feed_bytes import MORNING

reports = st.tuples(
    st.sampled_from(["1", "2", "3", "4", "5"]),
    st.sampled_from([-4_000, -90, -30, -10, -10, 0, 0, 30, 90]),  # seconds before or after the message
    st.sampled_from([0, 0, 20, 90, 400, 20_000]),  # metres on from where it was
    st.sampled_from([None, 0.0, 1.0, 9.0]),
    st.booleans(),  # its time is the message's
)
messages = st.lists(
    st.lists(reports, max_size=5, unique_by=lambda report: report[0]), min_size=2, max_size=25
)  # each vehicle at most once in each


@settings(deadline=None)
@given(messages, st.sampled_from([10.0, 45.0, 130.0]))
def test_a_message_in_columns_is_screened_as_its_reports_one_by_one(
    drawn: list[list[tuple[str, int, int, float | None, bool]]], every_seconds: float
) -> None:
    whole, each = Screen(), Screen()
    metres: dict[str, float] = {}
    for index, message in enumerate(drawn):
        now = MORNING + timedelta(seconds=every_seconds * index)
        for bus, _, further_m, _, _ in message:
            metres[bus] = metres.get(bus, 0.0) + further_m
        columns = Positions(
            source=SourceId("district"),
            received_at=now,
            vehicle_id=[VehicleId(bus) for bus, *_ in message],
            at=np.array([now.timestamp() + seconds for _, seconds, *_ in message]),
            lat=np.array([42.35 + metres[bus] / 111_195 for bus, *_ in message]),
            lon=np.full(len(message), -71.06),
            bearing_deg=np.full(len(message), np.nan),
            speed_mps=np.array([np.nan if mps is None else mps for *_, mps, _ in message]),
            claim=[None] * len(message),
        )
        header_timed = frozenset(VehicleId(bus) for bus, *_, is_timed in message if is_timed)
        reports: Sequence[Position] = list(columns)
        as_columns, as_reports = whole.take(columns, now, header_timed), each.take(reports, now, header_timed)
        assert list(as_columns.positions) == list(as_reports.positions)
        assert as_columns.rejected == as_reports.rejected
        assert whole.silence(now + timedelta(seconds=200)) == each.silence(now + timedelta(seconds=200))
