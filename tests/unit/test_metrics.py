"""What Busline counts about itself."""

import asyncio
import contextlib
import time

from busline.metrics import Metrics


async def test_a_blocked_event_loop_shows_as_lag() -> None:
    metrics = Metrics()
    watching = asyncio.create_task(metrics.watch_loop())
    await asyncio.sleep(0.4)
    time.sleep(0.4)  # noqa: ASYNC251  the fault that is to be seen
    await asyncio.sleep(0.05)
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    text = metrics.render().decode()
    total = next(line for line in text.splitlines() if line.startswith("busline_event_loop_lag_seconds_sum"))
    assert float(total.split()[1]) > 0.2


def test_an_outcome_and_a_reason_are_labels_of_their_own() -> None:
    metrics = Metrics()
    metrics.inquiry("text", "arriving", 0.02)
    metrics.inquiry("text", "stranger", 0.02)
    text = metrics.render().decode()
    assert 'busline_inquiry_seconds_bucket{channel="text",le="0.1",outcome="arriving"} 1.0' in text
    assert 'outcome="stranger"' in text
