"""When a bus that waits is under way. The first stop is at 0 m, the planned start at 1,000 s."""

from busline.tracking.setting_off import SettingOff


def waiting_at(distance_m: float, at: float = 0.0) -> SettingOff:
    setting_off = SettingOff(0.0, 1_000.0)
    setting_off.begin(at, distance_m)
    return setting_off


def test_a_bus_that_leaves_its_first_stop_about_on_time_is_under_way() -> None:
    setting_off = waiting_at(10)
    assert not setting_off.is_under_way(1_000, 70, 0)
    assert setting_off.is_under_way(1_010, 80, 0)
    assert setting_off.is_under_way(800, 80, 190)


def test_long_before_its_start_it_must_have_gone_far() -> None:
    setting_off = waiting_at(0)
    assert not setting_off.is_under_way(600, 1_400, 500)
    assert setting_off.is_under_way(600, 1_600, 500)


def test_a_layover_beyond_the_first_stop_is_a_place_to_wait() -> None:
    setting_off = waiting_at(0)
    setting_off.wait(100, 300, 0)
    setting_off.wait(200, 600, 0)
    setting_off.wait(400, 600, 150)
    assert setting_off.low_m == 600
    assert setting_off.trail == [(400, 600)]
    assert not setting_off.is_under_way(1_000, 640, 0)
    assert setting_off.is_under_way(1_010, 700, 0)


def test_a_bus_that_goes_back_waits_from_there() -> None:
    setting_off = waiting_at(600)
    setting_off.wait(990, 200, 0)
    setting_off.wait(1_000, 0, 0)
    assert setting_off.low_m == 0
    assert setting_off.trail == [(1_000, 0)]


def test_a_bus_that_comes_on_to_its_path_midway_is_on_its_way_to_the_start_while_it_is_early() -> None:
    setting_off = waiting_at(2_000)
    assert not setting_off.is_under_way(1_100, 2_600, 200)
    assert setting_off.is_under_way(1_400, 2_600, -75)
    assert not setting_off.is_under_way(1_400, 2_300, -75)


def test_of_a_long_wait_only_the_ends_are_kept() -> None:
    setting_off = waiting_at(0)
    for at in range(10, 2_000, 10):
        setting_off.wait(at, 5, 0)
    assert setting_off.trail == [(0, 0), (10, 5), (1_990, 5)]


def test_after_a_restart_it_waits_at_its_first_stop_unless_it_is_far_from_there() -> None:
    near, far = SettingOff(0.0, 1_000.0), SettingOff(0.0, 1_000.0)
    near.resume(900, 60)
    far.resume(900, 2_000)
    assert near.is_under_way(1_010, 80, 0)
    assert not far.is_under_way(1_010, 2_080, 0)
