"""Students, the phones that may ask about them, and the rides that place them on runs."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from busline.ids import ContactId, Phone, RunId, StopId, StudentId


class Leg(StrEnum):
    """Which way a student is travelling: it decides whether an early bus or a late one does harm."""

    TO_SCHOOL = "to_school"
    FROM_SCHOOL = "from_school"


@dataclass(frozen=True, slots=True)
class Ride:
    """A student's place on a run at a stop, on certain weekdays, between dates (both included)."""

    student_id: StudentId
    run_id: RunId
    stop_id: StopId
    stop_sequence: int | None
    leg: Leg
    weekdays: int
    """Bit 0 is Monday, bit 6 Sunday."""
    start_date: date
    end_date: date

    def is_on(self, service_date: date) -> bool:
        return self.start_date <= service_date <= self.end_date and bool(self.weekdays >> service_date.weekday() & 1)


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone number with a language. It may ask about the students it is linked to, and no others."""

    contact_id: ContactId
    phone: Phone
    language: str
    """BCP 47, one of the catalogue's languages."""
