"""What was told before and what is true now -> what to tell now: jitter is held, and a changed promise says so.

A window that wanders by a minute from fix to fix teaches a family to stop reading it, and one that has moved for good
without a word breaks what they planned by. An earlier time to be at the stop is never held back: it costs the ride.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from busline.answer import Answer, Arriving, LastSeen, LateStart, NotStarted, RunningLate, Window
from busline.ids import CallKey

HELD_UP_TO = timedelta(minutes=1)
"""Windows are told in whole minutes, so one that is later by so much may be the same moment, rounded another way."""
CHANGED_FROM = timedelta(minutes=3)
"""From so much later on it is another promise. A judgement: the ETA Accuracy Benchmark forgives 2.5 to 3.5 minutes at
the lead where a family gets ready to leave."""


@dataclass(frozen=True, slots=True)
class ToldBefore:
    """The newest times that somebody was told about a call, as they were told: held ones, where they were held."""

    call: CallKey
    window: Window | None
    """None before the run began: then only a time to be at the stop is told."""
    told_at: datetime
    ready_alone: datetime | None = None
    """That time, where it was told without a window."""

    @property
    def be_ready_by(self) -> datetime | None:
        return self.ready_alone if self.window is None else self.window.be_ready_by


def promised(answer: Answer, before: ToldBefore | None, now: datetime) -> Answer:
    """The answer to tell now to who was told `before` about the same call.

    Times that are later by at most a minute stay what they were, but for those that are over by `now`; earlier ones
    are told. `was` is set where the time to be at the stop is any earlier, or where it or the end of the window is
    later by three minutes. Before the run begins its time to be at the stop is held in the same way. Answers without
    either are told as they are: that nothing can be said is news by itself.
    """
    if before is None:
        return answer
    match answer:
        case Arriving() | RunningLate() | LastSeen() if before.window is not None:
            window = held(before.window, answer.window, now)
            return replace(answer, window=window, was=before.window if _is_another(before.window, window) else None)
        case Arriving() | RunningLate() | LastSeen():
            be_ready_by = _ready_held(before.be_ready_by, answer.window.be_ready_by, now)
            return replace(answer, window=replace(answer.window, be_ready_by=be_ready_by))
        case NotStarted(be_ready_by=datetime() as new) | LateStart(be_ready_by=datetime() as new):
            return replace(answer, be_ready_by=_ready_held(before.be_ready_by, new, now))
        case _:
            return answer


def held(told: Window, new: Window, now: datetime) -> Window:
    """The window to show where `told` was shown before: the old times, but for earlier ones and those that are over.

    Where any time is later by more than a minute all of the new window: half of each need not be a window at all.
    """
    later = max(new.earliest - told.earliest, new.be_ready_by - told.be_ready_by, new.latest - told.latest)
    if later > HELD_UP_TO:
        return new
    this_minute = now.replace(second=0, microsecond=0)
    return Window(
        earliest=_earlier(told.earliest, new.earliest, this_minute),
        latest=_earlier(told.latest, new.latest, this_minute),
        be_ready_by=_earlier(told.be_ready_by, new.be_ready_by, this_minute),
        published=_earlier(told.published, new.published, this_minute),
    )


def _ready_held(told: datetime | None, new: datetime, now: datetime) -> datetime:
    if told is None or new - told > HELD_UP_TO:
        return new
    return _earlier(told, new, now.replace(second=0, microsecond=0))


def _earlier(told: datetime, new: datetime, this_minute: datetime) -> datetime:
    """A time that is over is no promise any more; the new one never is, and so bounds what may be held."""
    return min(new, max(told, this_minute))


def _is_another(told: Window, now_told: Window) -> bool:
    return (
        now_told.be_ready_by < told.be_ready_by
        or now_told.be_ready_by - told.be_ready_by >= CHANGED_FROM
        or now_told.latest - told.latest >= CHANGED_FROM
    )
