"""What Busline counts about itself, for Prometheus. Labels are closed sets: no bus, run or person is ever one."""

import asyncio
import math
import time
from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from busline.cases.overview import Figures
from busline.fleet import Fleet, RunState
from busline.ids import SourceId

_REPLY_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
"""Around the bar of 100 ms, up to the 15 s after which Twilio gives up."""
_LAG_PERIOD_SECONDS = 0.5


class Metrics:
    """One registry. Loops call the small methods; `render` is what `/metrics` serves."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self._inquiry = Histogram(
            "busline_inquiry_seconds",
            "Inquiry to reply, server side, by channel and outcome.",
            ("channel", "outcome"),
            buckets=_REPLY_SECONDS,
            registry=registry,
        )
        self._request = Histogram(
            "busline_http_request_seconds",
            "Requests served, by route and class of status.",
            ("method", "route", "status"),
            buckets=_REPLY_SECONDS,
            registry=registry,
        )
        self._positions = Counter(
            "busline_positions_total", "Positions taken from a feed.", ("source",), registry=registry
        )
        self._rejected = Counter(
            "busline_positions_rejected_total",
            "Reports that were not taken as positions, by reason.",
            ("source", "reason"),
            registry=registry,
        )
        self._unmatched = Counter(
            "busline_positions_unmatched_total",
            "Positions that could not be placed on a run, by reason.",
            ("reason",),
            registry=registry,
        )
        self._shown = Histogram(
            "busline_position_seconds",
            "From the receipt of a position until answers rest on it, recorded: at most, in district seconds.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0),
            registry=registry,
        )
        self._runs = Gauge("busline_runs", "Runs of the moment, by state.", ("state",), registry=registry)
        self._feed_age = Gauge(
            "busline_feed_age_seconds", "Age of the newest good message of a feed.", ("source",), registry=registry
        )
        self._feed_ok = Gauge(
            "busline_feed_ok", "1 while a feed can be asked and read, else 0.", ("source",), registry=registry
        )
        self._feed_vehicles = Gauge(
            "busline_feed_vehicles", "Vehicles in the newest good message of a feed.", ("source",), registry=registry
        )
        self._cases = Gauge(
            "busline_cases",
            "Cases that wait for staff, those of them past their promise or urgent, and lines not handed over.",
            ("state",),
            registry=registry,
        )
        self._wrong_codes = Gauge(
            "busline_wrong_codes", "Wrong join codes within the last hour, of all phones together.", registry=registry
        )
        self._wrong_code_phones = Gauge(
            "busline_wrong_code_phones", "Phones that sent a wrong join code within the last hour.", registry=registry
        )
        self._looks = Histogram(
            "busline_alert_look_seconds",
            "One look at every family that waits for a bus, with what it promised.",
            buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0),
            registry=registry,
        )
        self._alerts = Counter("busline_alerts_total", "Alerts that were promised.", registry=registry)
        self._waiting = Gauge(
            "busline_messages_waiting", "Messages to families that wait, by priority.", ("priority",), registry=registry
        )
        self._sent = Histogram(
            "busline_message_seconds",
            "From when something became true until its message was handed to the carrier, in district seconds.",
            ("channel", "priority"),
            buckets=(0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0, 300.0, 1_800.0),
            registry=registry,
        )
        self._dropped = Counter(
            "busline_messages_dropped_total",
            "Messages that were not sent after all, by reason; `unknown` may have been.",
            ("channel", "reason"),
            registry=registry,
        )
        self._alarm_codes: set[str] = set()
        self._alarm = Gauge(
            "busline_carrier_alarm",
            "1 while this error of the carrier keeps messages from going through, else 0.",
            ("code",),
            registry=registry,
        )
        self._lag = Histogram(
            "busline_event_loop_lag_seconds",
            "How late a timer of the event loop fires: what every request waits for.",
            buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0),
            registry=registry,
        )

    def inquiry(self, channel: str, outcome: str, seconds: float) -> None:
        """Somebody asked and was answered; `outcome` is the kind of answer, such as `arriving` or `stranger`."""
        self._inquiry.labels(channel, outcome).observe(seconds)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._request.labels(method, route, f"{status // 100}xx").observe(seconds)

    def wrong_codes(self, tries: int, phones: int) -> None:
        """How many join codes of the last hour were wrong, and from how many phones they came."""
        self._wrong_codes.set(tries)
        self._wrong_code_phones.set(phones)

    def looked_at_families(self, alerts: int, seconds: float) -> None:
        """One look at every family that waits for a bus, and how many alerts came of it."""
        self._looks.observe(seconds)
        self._alerts.inc(alerts)

    def messages_waiting(self, by_priority: Mapping[str, int]) -> None:
        """How many messages wait now, of every priority."""
        for priority, count in by_priority.items():
            self._waiting.labels(priority).set(count)

    def message_sent(self, channel: str, priority: str, seconds: float) -> None:
        """The carrier has a message, so long after what it tells of became true."""
        self._sent.labels(channel, priority).observe(seconds)

    def message_dropped(self, channel: str, reason: str) -> None:
        self._dropped.labels(channel, reason).inc()

    def carrier_alarms(self, codes: Iterable[int]) -> None:
        """What keeps messages from going through now, by the carrier's numbers."""
        in_force = {str(code) for code in codes}
        self._alarm_codes |= in_force
        for code in self._alarm_codes:
            self._alarm.labels(code).set(code in in_force)

    def taken(self, source: SourceId, positions: int, rejected: Iterable[str]) -> None:
        """One message of a feed: how many positions were good, and the reason of each that was not."""
        self._positions.labels(source).inc(positions)
        for reason, count in Tally(rejected).items():
            self._rejected.labels(source, reason).inc(count)

    def shown(self, seconds: float) -> None:
        """All positions of one message are part of the picture, so long after it was received."""
        self._shown.observe(seconds)

    def unmatched(self, reasons: Mapping[str, int]) -> None:
        for reason, count in reasons.items():
            self._unmatched.labels(reason).inc(count)

    def observe_fleet(self, fleet: Fleet, states: Mapping[RunState, int], now: datetime) -> None:
        """The gauges, as of `now`; called when they are about to be read."""
        for state in RunState:
            self._runs.labels(state.value).set(states.get(state, 0))
        for source, feed in fleet.feeds.items():
            self._feed_ok.labels(source).set(feed.ok)
            self._feed_vehicles.labels(source).set(feed.vehicles)
            if feed.fresh_at is not None:
                self._feed_age.labels(source).set((now - feed.fresh_at).total_seconds())

    def observe_cases(self, figures: Figures | None) -> None:
        """The gauges of cases, called when they are about to be read; None where they could not be counted."""
        unknown = math.nan
        self._cases.labels("waiting").set(unknown if figures is None else figures.waiting)
        self._cases.labels("overdue").set(unknown if figures is None else figures.overdue)
        self._cases.labels("urgent").set(unknown if figures is None else figures.urgent)
        self._cases.labels("not_handed_over").set(unknown if figures is None else figures.not_handed_over)

    async def watch_loop(self) -> None:
        """Measures the event loop's lag until it is cancelled."""
        while True:
            due = time.monotonic() + _LAG_PERIOD_SECONDS
            await asyncio.sleep(_LAG_PERIOD_SECONDS)
            self._lag.observe(max(0.0, time.monotonic() - due))

    def render(self) -> bytes:
        """The text exposition format, UTF-8."""
        return generate_latest(self._registry)
