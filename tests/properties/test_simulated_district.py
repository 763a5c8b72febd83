"""Whatever seed, date and size: a district can be built, keeps its order and stays in its city."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.simulator.district import build_district
from feeds.simulator.plan import Size

SIZES = st.builds(Size, buses=st.integers(1, 20), schools=st.integers(3, 9), students=st.integers(20, 600))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), day=st.dates(date(2024, 1, 1), date(2031, 1, 1)), size=SIZES)
def test_any_district_holds_together(seed: int, day: date, size: Size) -> None:
    district = build_district(seed=seed, service_date=day, size=size)
    assert day <= district.service_date <= day + timedelta(days=12)
    assert len({block.vehicle_id for block in district.plan.blocks}) <= size.buses
    driven = district.truth.visits
    assert set(driven) | district.truth.uncovered == set(district.plan.runs)
    for visits in driven.values():
        times = [at for visit in visits for at in (visit.arrived_seconds, visit.departed_seconds)]
        assert times == sorted(times)
    ids = [student_id for family in district.families for student_id in family.students]
    assert len(ids) == len(set(ids))
    area = district.map_area.grown_by_m(100)
    for hours in range(-2, 10):
        positions = district.positions_at(district.suggested_start + timedelta(hours=hours))
        assert len({position.vehicle_id for position in positions}) == len(positions)
        assert all(area.holds(position.place) for position in positions)
