"""The one stateful step: positions in, run states out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from busline.fleet import Assignment, AssignmentSource, Fleet, RunNotice
from busline.ids import RunId, RunKey, VehicleId
from busline.match import Match, Unmatched, UnmatchedReason
from busline.position import Position, Positions, RunClaim
from busline.recognition.inference import TRUSTED, Inference, Question, Sure
from busline.timetable import Timetable
from busline.tracking.draft import Draft, Step, whole
from busline.tracking.driving import (
    CLAIM_AFTER_SECONDS,
    CLAIM_BEFORE_SECONDS,
    Choice,
    Driving,
    given_away,
)
from busline.tracking.journey import NEARLY_DONE_M, Journey
from busline.tracking.paths import Paths
from busline.tracking.rivals import takes_over
from busline.tracking.trial import Trial, Tried, match_trials, waves
from busline.tracking.under_way import UnderWay

__all__ = ["Step", "Tracker"]

KEPT_AFTER_END = timedelta(hours=3)
"""A run whose vehicle has ended it stays in the picture until so long after its planned end, ..."""
KEPT_AT_MOST = timedelta(hours=6)
"""... and any other until so long after it."""
COLD_AFTER = timedelta(minutes=15)
"""A vehicle not heard of for so long is as good as new."""
PRUNED_EVERY = timedelta(minutes=1)


class Tracker:
    """Follows every vehicle over its runs. One a process; `take` is called with each batch.

    Built on a restored fleet it goes on where the former one stopped, to the same states at the next fix.
    """

    def __init__(self, timetable: Timetable, fleet: Fleet) -> None:
        self._timetable = timetable
        self._paths = Paths(timetable)
        self._driving = Driving(timetable)
        self._fleet = whole(fleet)
        self._pruned_at = fleet.at
        self._journeys: dict[tuple[RunKey, VehicleId], Journey] = {}
        """Of every vehicle on every run it was seen or claimed on; at most one of a run is published."""
        self._newest: dict[VehicleId, Journey] = {}
        self._driver: dict[RunKey, VehicleId] = {}
        """Whose journey is published."""
        self._drove: dict[VehicleId, RunKey] = {}
        """The run each vehicle was last under way on."""
        self._inference = Inference(timetable, self._paths, self._driving)
        self._disbelieved: dict[VehicleId, RunId] = {}
        """Claims that the track has proved wrong, until the vehicle claims another run."""
        self._vehicles_on: Counter[RunKey] = Counter()
        """How many vehicles have a journey on each run."""
        self._under_way = UnderWay(timetable, self._paths)
        """Moves the plainly going along together; what their journeys say is of before they sat down there."""
        for progress in sorted(fleet.progress.values(), key=lambda progress: progress.fix_at):
            if progress.key.run_id in timetable.runs:
                journey = self._journey(Choice(progress.key, progress.source), progress.vehicle_id)
                journey.resume(progress, fleet.visits.get(progress.key, ()))
                self._keep(journey)
                self._newest[progress.vehicle_id] = journey
                self._driver[progress.key] = progress.vehicle_id
                if not journey.waiting:
                    self._drove[progress.vehicle_id] = progress.key
                    if progress.source is AssignmentSource.INFERRED:
                        self._inference.settle(progress.vehicle_id, progress.key)
        self._by_staff = _by_staff(fleet.assignments.values())

    @property
    def fleet(self) -> Fleet:
        """The newest picture."""
        return self._fleet

    def note(self, notices: Mapping[RunKey, RunNotice]) -> None:
        """Take over what staff say about runs: these notices and no others."""
        self._fleet = replace(self._fleet, notices=dict(notices))

    def assign(self, assignment: Assignment) -> Step:
        """Take over which vehicle staff say drives a run. What its track had shown of it already is in the step."""
        key, vehicle_id = assignment.key, assignment.vehicle_id
        self._fleet = replace(self._fleet, assignments={**self._fleet.assignments, key: assignment})
        self._by_staff = _by_staff(self._fleet.assignments.values())
        draft = Draft(self._fleet)
        self._stand_up([vehicle_id, *([driver] if (driver := self._driver.get(key)) is not None else [])], draft)
        if (known := self._journeys.get((key, vehicle_id))) is not None:
            known.source = AssignmentSource.STAFF
        elif key.run_id in self._timetable.runs and (shown := self._inference.evidence(vehicle_id, key)) is not None:
            self._take_up([shown], AssignmentSource.STAFF, draft)
        proposals = {one: told for one, told in self._fleet.proposals.items() if one != key}
        self._fleet = draft.publish(self._fleet.at, proposals, self._under_way)
        return draft.step(self._fleet)

    def take(self, positions: Sequence[Position], now: datetime) -> Step:
        """Place a batch on the runs it belongs to. Its order does not matter; a vehicle may be in it more than once."""
        draft = Draft(self._fleet)
        may_sit: dict[VehicleId, tuple[Journey, RunClaim]] = {}
        for wave in waves(self._take_together(positions, draft)):
            may_sit |= self._take_wave(wave, draft)
        if isinstance(positions, Positions):
            self._sit_down(may_sit, draft)
        if now - self._pruned_at >= PRUNED_EVERY:
            self._prune(draft, now)
        self._fleet = draft.publish(now, self._inference.proposals(now), self._under_way)
        return draft.step(self._fleet)

    def _take_together(self, positions: Sequence[Position], draft: Draft) -> Sequence[Position]:
        """Move along those of whom nothing is in question; the fixes of all others."""
        if isinstance(positions, Positions):
            taken = self._under_way.take(positions)
            draft.moved(positions, self._under_way.going(), taken)
            rest: Sequence[Position] = [positions[row] for row in taken.rest.tolist()]
            self._stand_up(taken.rivals, draft)
        else:
            rest = positions
            self._stand_up(self._under_way.driving({fix.claim.run_id for fix in rest if fix.claim is not None}), draft)
        self._stand_up((fix.vehicle_id for fix in rest), draft)
        return rest

    def _stand_up(self, vehicle_ids: Iterable[VehicleId], draft: Draft) -> None:
        """Follow these by their journeys again."""
        for vehicle_id in vehicle_ids:
            if vehicle_id in self._under_way:
                draft.stands_up(self._under_way.leave(vehicle_id))

    def _sit_down(self, journeys: Mapping[VehicleId, tuple[Journey, RunClaim]], draft: Draft) -> None:
        """Move those along together from now on of whom nothing is in question."""
        may_sit = []
        for journey, claim in journeys.values():
            key, vehicle_id = journey.key, journey.vehicle_id
            assignment = draft.assignments.get(key)
            if (
                self._driver.get(key) == vehicle_id
                and self._newest.get(vehicle_id) is journey
                and self._vehicles_on[key] == 1
                and vehicle_id not in self._by_staff
                and vehicle_id not in self._disbelieved
                and (assignment is None or assignment.source is not AssignmentSource.STAFF)
            ):
                may_sit.append((journey, claim))
        for journey in self._under_way.seat(may_sit):
            draft.sits(journey)

    def _take_wave(self, wave: Sequence[Position], draft: Draft) -> dict[VehicleId, tuple[Journey, RunClaim]]:
        """One fix of each of many vehicles. Returns those that drive, beyond question, what the feed claims."""
        beyond_question: dict[VehicleId, tuple[Journey, RunClaim]] = {}
        trials: list[Trial] = []
        for position in wave:
            last = draft.last_fix_at.get(position.vehicle_id)
            if last is not None and position.fix_at <= last:
                draft.unmatched[UnmatchedReason.OLD_FIX] += 1
                continue
            cold = last is None or position.fix_at - last > COLD_AFTER
            draft.last_fix_at[position.vehicle_id] = position.fix_at
            draft.whereabouts[position.vehicle_id] = position.place
            draft.positions.append(position)
            trials.append(self._trial(position, draft, cold=cold))
        match_trials(self._timetable.plane, self._paths, trials)
        questions: list[Question] = []
        known: list[VehicleId] = []
        for trial in trials:
            journey, outcome = self._settle(trial, draft)
            reason = outcome.reason if isinstance(outcome, Unmatched) else None
            if journey is not None and not self._drives(journey, draft):
                reason = UnmatchedReason.RIVAL
            if reason is not None:
                draft.unmatched[reason] += 1
            if self._inference.is_in_question(trial, journey, outcome):
                believed = None if journey is None else journey.key
                is_claimed = journey is not None and journey.source in TRUSTED
                has_ended = trial.current is not None and trial.current.ended and not trial.cold
                questions.append(Question(trial.position, trial.at, trial.xy, believed, is_claimed, has_ended))
            else:
                known.append(trial.position.vehicle_id)
                claim = trial.position.claim
                if journey is not None and claim is not None and claim.means(journey.key):
                    beyond_question[trial.position.vehicle_id] = journey, claim
        self._inference.release(known)
        if questions:
            sure = self._inference.consider(questions, self._drivers(), draft.assignments)
            self._take_up(sure, AssignmentSource.INFERRED, draft)
        return beyond_question

    def _trial(self, position: Position, draft: Draft, *, cold: bool) -> Trial:
        """Which runs the vehicle may be on, and the journeys to try its fix against."""
        vehicle_id, at = position.vehicle_id, position.fix_at.timestamp()
        current = self._newest.get(vehicle_id)
        trial = Trial(position, at, current, cold)
        claim = position.claim if not self._is_overruled(position) else None
        if claim is not None and self._disbelieved.get(vehicle_id) != claim.run_id:
            self._disbelieved.pop(vehicle_id, None)
            if (
                current is not None
                and claim.means(current.key)
                and not current.complete
                and current.start_at - CLAIM_BEFORE_SECONDS <= at <= current.end_at + CLAIM_AFTER_SECONDS
            ):
                trial.options = [current]
                return trial
            key = self._driving.claimed(claim, position.fix_at)
            if isinstance(key, RunKey):
                journey = self._journey(Choice(key, AssignmentSource.FEED), vehicle_id)
                if not journey.complete:
                    trial.options = [journey]
                    return trial
                # The tablet still shows the last run; what the bus does next, staff or the plan may know.
                trial.reason = UnmatchedReason.FINISHED
            elif key is UnmatchedReason.CANCELLED:
                trial.reason = key
                return trial
            else:
                trial.reason = key
        if (
            current is not None
            and current.source is not AssignmentSource.FEED
            and not (current.ended or current.lost)
            and (at < current.end_at or self._inference.is_settled(vehicle_id, current.key))
        ):
            trial.options = [current]
            return trial
        choices = self._driving.due(
            vehicle_id,
            position.fix_at,
            self._by_staff.get(vehicle_id, ()),
            draft.assignments,
            lambda key: self._is_taken(key, vehicle_id),
            self._drove.get(vehicle_id),
        )
        trial.options = [self._journey(choice, vehicle_id) for choice in choices]
        return trial

    def _is_overruled(self, position: Position) -> bool:
        """Staff say that the vehicle drives another run now than the one the feed names."""
        said = self._by_staff.get(position.vehicle_id, ())
        due = self._driving.due_of(said, position.fix_at) if said and position.claim is not None else []
        due = [key for key in due if not self._is_taken(key, position.vehicle_id)]
        return bool(due) and position.claim is not None and all(key.run_id != position.claim.run_id for key in due)

    def _is_taken(self, key: RunKey, vehicle_id: VehicleId) -> bool:
        """The run has been ended by this vehicle, or another one is driving it."""
        own = self._journeys.get((key, vehicle_id))
        if own is not None and own.ended:
            return True
        if key in self._by_staff.get(vehicle_id, ()):
            return False
        driver = self._driver.get(key)
        return driver is not None and driver != vehicle_id and not self._journeys[key, driver].waiting

    def _journey(self, choice: Choice, vehicle_id: VehicleId) -> Journey:
        """The journey of a vehicle on a run, made if need be; it is kept only once it is settled on."""
        journey = self._journeys.get((choice.key, vehicle_id))
        if journey is None:
            journey = Journey(self._timetable, self._paths, choice.key, vehicle_id, choice.source)
        return journey

    def _settle(self, trial: Trial, draft: Draft) -> tuple[Journey | None, Match | Unmatched]:
        """Decide which journey the fix belongs to, and let it see the fix. Returns that journey and the outcome."""
        current = trial.current
        if current is not None and len(trial.outcomes) == 1 and trial.outcomes[0][0] is current:
            # As nearly always, only the run it is on comes into question.
            self._see(trial, trial.outcomes[0], draft)
            return current, trial.outcomes[0][1]
        former = current if current is not None and current not in trial.options and not current.ended else None
        open_ = [tried for tried in trial.outcomes if tried[0] in trial.options]
        chosen = next((tried for tried in open_ if isinstance(tried[1], Match)), None)
        if former is not None:
            told = next(tried for tried in trial.outcomes if tried[0] is former)
            # A bus that signs on to its next run early, or on to a wrong one, is still on the one it is driving.
            leaves = chosen is not None or (bool(open_) and former.remaining_m <= NEARLY_DONE_M)
            if isinstance(told[1], Match) or not leaves:
                self._see(trial, told, draft)
            if not leaves:
                return former, told[1]
            draft.saw(former, former.hand_over(trial.position), self._driver)
        if not open_:
            return None, Unmatched(trial.reason)
        settled = chosen or next((tried for tried in open_ if tried[0] is current), open_[0])
        journey = settled[0]
        self._keep(journey)
        self._newest[journey.vehicle_id] = journey
        self._see(trial, settled, draft)
        return journey, settled[1]

    def _see(self, trial: Trial, tried: Tried, draft: Draft) -> None:
        journey, outcome, belief = tried
        visits = journey.see(trial.position, trial.at, trial.xy, outcome, belief, cold=trial.cold)
        draft.saw(journey, visits, self._driver)

    def _drives(self, journey: Journey, draft: Draft) -> bool:
        """Whether the vehicle is the one that drives the run: one vehicle a run."""
        key, vehicle_id = journey.key, journey.vehicle_id
        driver = self._driver.get(key)
        if not journey.waiting:
            self._drove[vehicle_id] = key
        if driver == vehicle_id:
            return True
        if driver is not None:
            self._stand_up([driver], draft)
            if not takes_over(journey, self._journeys[key, driver]):
                return False
            journey.take_over(self._journeys[key, driver])
        elif journey.waiting and given_away(draft.assignments.get(key), vehicle_id):
            return False
        self._driver[key] = vehicle_id
        draft.drives(journey)
        return True

    def _keep(self, journey: Journey) -> None:
        pair = journey.key, journey.vehicle_id
        self._vehicles_on[journey.key] += pair not in self._journeys
        self._journeys[pair] = journey

    def _drivers(self) -> dict[RunKey, Journey]:
        return {key: self._journeys[key, vehicle_id] for key, vehicle_id in self._driver.items()}

    def _take_up(self, sure: Sequence[Sure], source: AssignmentSource, draft: Draft) -> None:
        """Let vehicles drive the runs that their tracks have proved, as if it had been known from their first fix."""
        taken_up: list[tuple[Sure, Journey]] = []
        for one in sure:
            current = self._newest.get(one.vehicle_id)
            if current is not None and current.key == one.key and not (current.lost or current.ended):
                self._inference.settle(one.vehicle_id, one.key)
            else:
                journey = Journey(self._timetable, self._paths, one.key, one.vehicle_id, source)
                taken_up.append((one, journey))
        for index in range(max((len(one.trail) for one, _ in taken_up), default=0)):
            trials = [
                Trial(one.trail[index], one.trail[index].fix_at.timestamp(), None, cold=True, options=[journey])
                for one, journey in taken_up
                if index < len(one.trail)
            ]
            match_trials(self._timetable.plane, self._paths, trials)
            for trial in trials:
                [(journey, outcome, belief)] = trial.outcomes
                journey.see(trial.position, trial.at, trial.xy, outcome, belief, cold=True)
        for one, journey in taken_up:
            former = self._newest.get(one.vehicle_id)
            self._keep(journey)
            if journey.progress is None or not self._drives(journey, draft):
                del self._journeys[journey.key, journey.vehicle_id]
                self._vehicles_on[journey.key] -= 1
                continue
            self._newest[one.vehicle_id] = journey
            self._inference.settle(one.vehicle_id, one.key)
            if (claim := one.trail[-1].claim) is not None and claim.run_id != one.key.run_id:
                self._disbelieved[one.vehicle_id] = claim.run_id
            if former is not None and former.key != journey.key and self._driver.get(former.key) == one.vehicle_id:
                self._leave(former, one.trail[-1], draft)

    def _leave(self, former: Journey, fix: Position, draft: Draft) -> None:
        if former.waiting:
            del self._driver[former.key]
            draft.never_drove(former.key)
        else:
            draft.saw(former, former.hand_over(fix), self._driver)

    def _prune(self, draft: Draft, now: datetime) -> None:
        """Forget the runs that are long over, so that a process that runs for months stays small."""
        self._pruned_at = now

        def is_over(key: RunKey) -> bool:
            if key.run_id not in self._timetable.runs:
                return True
            end = self._driving.span(key)[1]
            progress = draft.progress_of(key)
            ended = progress is None or progress.ended_at is not None
            return end < now_at - (KEPT_AFTER_END if ended else KEPT_AT_MOST).total_seconds()

        # Most runs are not over for hours yet, which their journeys tell at once.
        now_at = now.timestamp()
        since = now_at - KEPT_AFTER_END.total_seconds()
        old = [journey for journey in self._journeys.values() if journey.end_at < since]
        self._stand_up((journey.vehicle_id for journey in old), draft)
        going = {journey.key for journey in self._journeys.values() if journey.end_at >= since}
        over = {key for keys in (draft.keys(), self._driver) for key in keys if key not in going and is_over(key)}
        if not over:
            return
        self._journeys = {pair: journey for pair, journey in self._journeys.items() if pair[0] not in over}
        self._vehicles_on = Counter(key for key, _ in self._journeys)
        self._newest = {vehicle: journey for vehicle, journey in self._newest.items() if journey.key not in over}
        self._driver = {key: vehicle for key, vehicle in self._driver.items() if key not in over}
        self._drove = {vehicle: key for vehicle, key in self._drove.items() if key not in over}
        draft.forget(over)
        self._by_staff = _by_staff(draft.assignments.values())


def _by_staff(assignments: Iterable[Assignment]) -> dict[VehicleId, list[RunKey]]:
    runs: dict[VehicleId, list[RunKey]] = {}
    for assignment in assignments:
        if assignment.source is AssignmentSource.STAFF:
            runs.setdefault(assignment.vehicle_id, []).append(assignment.key)
    return runs
