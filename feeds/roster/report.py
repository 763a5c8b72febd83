"""What an import of a roster did, or why it did nothing."""

from dataclasses import dataclass

from feeds.problem import Problem

LISTED = 50
"""How many problems a report spells out; the rest are counted."""


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What one file changes in the roster in force."""

    name: str
    added: int
    changed: int
    removed: int
    unchanged: int

    @property
    def before(self) -> int:
        return self.unchanged + self.changed + self.removed

    @property
    def after(self) -> int:
        return self.unchanged + self.changed + self.added

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.added:,} added, {self.changed:,} changed, {self.removed:,} removed, "
            f"{self.unchanged:,} unchanged"
        )


@dataclass(frozen=True, slots=True)
class RosterReport:
    """The outcome of an import. With any problem, nothing of the roster in force was touched."""

    diff: tuple[FileDiff, ...]
    """One a file; empty where the files could not be compared for problems in them."""
    problems: tuple[Problem, ...]
    """The first `LISTED` of `problem_count`."""
    problem_count: int
    applied: bool
    """False after a dry run too."""

    def lines(self) -> tuple[str, ...]:
        """The report in plain words."""
        told = [str(diff) for diff in self.diff]
        if self.problem_count:
            what = "1 problem" if self.problem_count == 1 else f"{self.problem_count:,} problems"
            told.append(f"The roster was refused for {what}; the one in force stays in force, unchanged.")
            told += [f"  {problem}" for problem in self.problems]
            if self.problem_count > len(self.problems):
                told.append(f"  and {self.problem_count - len(self.problems):,} more")
            told.append("Correct the files and import them again.")
        elif self.applied:
            told.append("The roster is in force.")
        else:
            told.append("Nothing was changed (dry run).")
        return tuple(told)


def unchanged(problems: list[Problem], count: int, diff: tuple[FileDiff, ...] = ()) -> RosterReport:
    """The report of an import that changed nothing: refused for its problems, or a dry run without any."""
    return RosterReport(diff, tuple(problems[:LISTED]), count, applied=False)
