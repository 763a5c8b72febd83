"""The five files of a roster and their columns, as documented in docs/roster.md."""

from dataclasses import dataclass

LANGUAGES = ("en", "es", "ht", "kea", "vi", "zh", "pt", "so", "fr", "ar")
"""The languages a contact can have."""


@dataclass(frozen=True, slots=True)
class FileLayout:
    """One file. Its rows are staged in the temporary table `stage_<name>`."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    """Columns that may be missing from the file; they then read as empty."""

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


LAYOUTS = (
    FileLayout("schools", ("school_id", "name"), ("phone",)),
    FileLayout("students", ("student_id", "school_id"), ("given_name", "family_name", "grade")),
    FileLayout("contacts", ("contact_id", "phone", "language"), ("email", "alerts_by")),
    FileLayout("links", ("contact_id", "student_id", "may_ask")),
    FileLayout(
        "rides",
        ("student_id", "run_id", "stop_id", "leg", "weekdays", "start_date", "end_date"),
        ("stop_sequence",),
    ),
)
