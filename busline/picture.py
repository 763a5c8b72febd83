"""The picture in memory: the plan in force and the fleet of the moment, and the answers they give."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from busline.answer import Answer, Cancelled, Disclosure, Finished, MayHavePassed, NotRidingToday, Passed
from busline.answering import StudentCall, answer_call, relevant_until
from busline.cause import Cause, cause_of
from busline.eta import NoPrediction, Prediction, foresee, predict
from busline.fleet import Fleet, RunProgress
from busline.ids import CallKey, RunKey
from busline.people import Ride
from busline.service_day import seconds_into
from busline.timetable import Run, Timetable
from busline.travel_times.engine import Engine

LOOK_AHEAD_DAYS = 7
"""How far ahead the next school day with a ride is looked for."""

_SETTLED = (Passed, MayHavePassed, Finished, Cancelled)
"""What stays worth saying about the day's last ride for hours: how it went. "Text again in 5 min" does not."""


class Picture:
    """What Busline knows right now. The tracker replaces the fleet, a plan import the timetable; readers never wait."""

    def __init__(self, timetable: Timetable, fleet: Fleet, engine: Engine | None = None) -> None:
        """Without an engine that has learned, arrival times rest on the plan."""
        self.timetable = timetable
        self.fleet = fleet
        self.engine = Engine(timetable) if engine is None else engine
        self.plan_on: Callable[[date], Timetable] = lambda _: self.timetable
        """The plan of any day: staff may have moved the runs of this one, or of one to come, by hours."""

    def answer(self, rides: Sequence[Ride], now: datetime) -> Answer:
        """The answer about one student, from all of that student's rides."""
        return self.disclose(rides, now).answer

    def disclose(self, rides: Sequence[Ride], now: datetime) -> Disclosure:
        """The answer about one student, with the call it is about: what is told to a family is remembered by it."""
        today = now.astimezone(self.timetable.timezone).date()
        calls = sorted(
            (call for day in (today - timedelta(days=1), today) for call in self._calls(rides, day)),
            key=lambda call: call.planned_at,
        )
        # A run past midnight belongs to yesterday: it counts only until it is over.
        calls = [call for call in calls if call.service_date == today or now <= self._relevant_until(call, now)]
        for call in calls:
            if now <= self._relevant_until(call, now):
                return self._disclosure(call, now)
        if calls and isinstance((last := self._disclosure(calls[-1], now)).answer, _SETTLED):
            return last
        for ahead in range(1, LOOK_AHEAD_DAYS + 1):
            if self._calls(rides, today + timedelta(days=ahead)):
                return Disclosure(NotRidingToday(next_date=today + timedelta(days=ahead)), None)
        return Disclosure(NotRidingToday(next_date=None), None)

    def planned_on(self, rides: Sequence[Ride], service_date: date, now: datetime) -> tuple[Disclosure, ...]:
        """What is planned for one student on a day to come, in order; empty where there is no ride."""
        calls = sorted(self._calls(rides, service_date), key=lambda call: call.planned_at)
        return tuple(self._disclosure(call, now) for call in calls)

    def cause(self, call: CallKey) -> Cause | None:
        """Why this call is late or missed, where that is known."""
        return cause_of(self.timetable, self.fleet, call)

    def predict(
        self, run: Run, service_date: date, progress: RunProgress, call_index: int, now: datetime
    ) -> Prediction | NoPrediction:
        """What an answer about this call would rest on."""
        return predict(self.engine, run, service_date, progress, call_index, now)

    def foresee(self, key: RunKey, call_index: int, now: datetime) -> Prediction | None:
        """The same of a run that has not begun: None where its bus was not heard of, is far from it, or has no path."""
        if self.timetable.runs[key.run_id].pattern.approximate:
            return None
        return foresee(self.engine, self.fleet, key, call_index, now)

    def service_dates(self, now: datetime) -> tuple[date, ...]:
        """The service days that can have a run under way: today, and yesterday while its last runs go on."""
        today = now.astimezone(self.timetable.timezone).date()
        yesterday = today - timedelta(days=1)
        last = max((run.end_seconds for run in self.timetable.runs.values()), default=0)
        if seconds_into(yesterday, now, self.timetable.timezone) <= last + 3_600:
            return (yesterday, today)
        return (today,)

    def _calls(self, rides: Sequence[Ride], service_date: date) -> list[StudentCall]:
        calls = []
        timetable = self.plan_on(service_date)
        for ride in rides:
            run = timetable.runs.get(ride.run_id)
            if run is None or not ride.is_on(service_date):
                continue
            if not timetable.calendar.runs_on(run.service_id, service_date):
                continue
            call = run.call_at(ride.stop_id, ride.stop_sequence)
            if call is not None:
                planned_at = timetable.planned_arrival(service_date, run, call.index)
                calls.append(StudentCall(run, service_date, call.index, ride.leg, planned_at))
        return calls

    def _disclosure(self, call: StudentCall, now: datetime) -> Disclosure:
        return Disclosure(answer_call(self.timetable, self.fleet, self.engine, call, now), call.call_key)

    def _relevant_until(self, call: StudentCall, now: datetime) -> datetime:
        return relevant_until(self.fleet, call, now)
