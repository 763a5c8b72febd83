"""What makes a day unlike others for every bus at once: weather, and a school year that has only begun."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conditions:
    """Factors on what is usual. `USUAL` changes nothing."""

    flow: float | None = None
    """The share of its usual speed that all traffic has; None: whatever the weather of the date makes it."""
    unrest: float = 1.0
    """How many times as much the quarters of the city differ, and change, as usual."""
    jams: float = 1.0
    """How many times as many accidents and road works."""
    dwell: float = 1.0
    """How many times as long children take to get on and off."""
    dwell_scatter: float = 0.28
    """How much one stop's time differs from another's for the same number, as a standard deviation of its logarithm."""
    obstructions_per_km: float = 0.0
    """How often a bus is held up in the street by something that holds up no other."""
    present_share: float = 0.92
    """Of the children on the list."""
    late_child_share: float = 0.0
    """How often a bus in the morning is held up at a stop by a child that comes running."""


USUAL = Conditions()
