"""What is wrong with a plan: every problem with its file and line, all of them gathered before one refusal."""

from collections.abc import Sequence

from feeds.problem import Problem

LISTED = 20
"""How many problems a refusal spells out; the rest are counted."""


class PlanRefusedError(Exception):
    """The plan cannot be used, and nothing of it was. `problems` holds the first `LISTED` of `count`."""

    def __init__(self, problems: Sequence[Problem], count: int | None = None) -> None:
        self.problems = tuple(problems[:LISTED])
        self.count = len(problems) if count is None else count
        super().__init__(self._text())

    def _text(self) -> str:
        what = "1 problem" if self.count == 1 else f"{self.count:,} problems"
        lines = [f"The plan was refused for {what}, and nothing was changed. Correct the files and try again."]
        lines += [f"  {problem}" for problem in self.problems]
        if self.count > len(self.problems):
            lines.append(f"  and {self.count - len(self.problems):,} more")
        return "\n".join(lines)


class Problems:
    """Gathers faults (which refuse the plan) and notes (which do not) while a plan is read."""

    def __init__(self) -> None:
        self._faults: list[Problem] = []
        self._fault_count = 0
        self._notes: list[Problem] = []

    def fault(self, file: str, line: int | None, reason: str) -> None:
        """Something that makes what a family would be told unknowable."""
        self._fault_count += 1
        if len(self._faults) < LISTED:
            self._faults.append(Problem(file, line, reason))

    def note(self, file: str, line: int | None, reason: str) -> None:
        """Something that was read around; the reason says how."""
        self._notes.append(Problem(file, line, reason))

    @property
    def notes(self) -> tuple[Problem, ...]:
        return tuple(self._notes)

    def refuse_if_any(self) -> None:
        """Raise `PlanRefusedError` with every fault so far."""
        if self._fault_count:
            raise PlanRefusedError(self._faults, self._fault_count)
