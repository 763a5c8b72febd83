"""One thing wrong in one place of an imported file, in plain words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where. It never holds a person's name, phone or ID: the line leads to them."""

    file: str
    """Empty where the fault lies with the whole folder or zip."""
    line: int | None
    """As an editor counts them: the header is line 1."""
    reason: str

    def __str__(self) -> str:
        place = f"{self.file} line {self.line:,}" if self.line is not None else self.file
        return f"{place}: {self.reason}" if place else self.reason
