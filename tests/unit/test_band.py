"""The band: ordered quantiles that widen with the road ahead and with what is not known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from busline.travel_times.band import QUANTILES, Z, moments_at, normal_score, quantile_seconds, variance

NORMAL = np.array([Z[quantile] for quantile in QUANTILES])
SECONDS = st.floats(15, 7_200)


def spread(mean: float, unlearned: float = 0.0, lateness: float = 0.0) -> float:
    return float(variance(np.array([mean]), np.array([unlearned]), np.array([lateness]))[0])


@given(mean=SECONDS, further=st.floats(1, 3_600))
def test_quantiles_are_ordered_and_the_band_widens_with_the_road_ahead(mean: float, further: float) -> None:
    means = np.array([mean, mean + further])
    near, far = quantile_seconds(means, variance(means, means * 0, means * 0), NORMAL)
    assert (near >= 0).all()
    assert (np.diff(near) >= 0).all()
    assert (np.diff(far) >= 0).all()
    assert far[-1] - far[0] >= near[-1] - near[0] - 1e-6


@given(mean=SECONDS, z=st.floats(-1.0, 3))
def test_a_normal_score_is_the_inverse_of_a_quantile(mean: float, z: float) -> None:
    means, spreads = np.array([mean]), np.array([spread(mean)])
    seconds = quantile_seconds(means, spreads, np.array([z]))[:, 0]
    if seconds[0] > 0:
        assert normal_score(means, spreads, seconds)[0] == pytest.approx(z, abs=1e-6)


def test_a_gamma_band_holds_the_share_it_says() -> None:
    mean, of = 600.0, spread(600.0)
    drawn = np.random.default_rng(1).gamma(mean**2 / of, of / mean, 100_000)
    seconds = dict(zip(QUANTILES, quantile_seconds(np.array([mean]), np.array([of]), NORMAL)[0], strict=True))
    for quantile, at in seconds.items():
        assert np.mean(drawn < at) == pytest.approx(quantile, abs=0.005)
    assert list(seconds.values()) == sorted(seconds.values())


def test_a_road_that_nobody_drove_today_is_less_certain() -> None:
    assert spread(600, unlearned=600) > spread(600, unlearned=300) > spread(600, unlearned=0)


def test_being_early_against_the_plan_makes_only_an_unlearned_road_uncertain() -> None:
    assert spread(600, unlearned=600, lateness=-240) > 2 * spread(600, unlearned=600, lateness=0)
    assert spread(600, unlearned=0, lateness=-240) == spread(600, unlearned=0, lateness=0)


def test_a_moment_between_the_told_ones_lies_on_the_line_of_their_normal_scores() -> None:
    told = np.array([[Z[quantile] * 60.0 for quantile in QUANTILES]])
    for score in (-3.0, -1.0, -0.84, 0.0, 0.52, 1.28, 2.0):
        np.testing.assert_allclose(moments_at(told, score), 60.0 * score)
    clipped = np.maximum(told, -30.0)
    assert moments_at(clipped, -2.0)[0] == pytest.approx(-30.0)
    assert -30.0 < moments_at(clipped, -0.5)[0] < 0.0
