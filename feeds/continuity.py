"""Whether a message continues the ones before it: a header that goes backwards, or half of the fleet gone at once."""

from datetime import datetime

from feeds.gtfs_rt import Message, MessageFault, Unreadable

SHRINK_SHARE = 0.5
SHRINK_FROM_ENTITIES = 10
"""A drop below this share is suspect: a truncated message parses wherever it was cut between two entities. In a fleet
smaller than this it is an ordinary evening."""
BELIEVED_AFTER = 3
"""So many suspect messages in a row, each newer than the one before, are the new truth: buses do go home, and a
producer's clock may be put right. A stuck server behind a load balancer never gets there: its header stands still."""


class Continuity:
    """The memory of one feed's messages."""

    def __init__(self) -> None:
        self._header_at: datetime | None = None
        self._entities = 0
        self._suspect_at: datetime | None = None
        self._suspects = 0

    def judge(self, message: Message, now: datetime) -> Unreadable | None:
        """None where the message is to be used, and is remembered; else why not."""
        # A header from the future must not make every honest one after it look old.
        header_at = min(message.header_at or now, now)
        fault = self._fault(message, header_at)
        if fault is not None and not self._believed(header_at):
            return fault
        self._header_at = header_at
        self._entities = message.entities
        self._suspect_at, self._suspects = None, 0
        return None

    def _fault(self, message: Message, header_at: datetime) -> Unreadable | None:
        if self._header_at is not None and header_at < self._header_at:
            seconds = (self._header_at - header_at).total_seconds()
            return Unreadable(
                MessageFault.HEADER_BACKWARDS, f"The feed sent a message {seconds:.0f} s older than its last one."
            )
        if self._entities >= SHRINK_FROM_ENTITIES and message.entities < self._entities * SHRINK_SHARE:
            return Unreadable(
                MessageFault.SHRUNK,
                f"The feed's message shrank from {self._entities:,} entries to {message.entities:,} at once.",
            )
        return None

    def _believed(self, header_at: datetime) -> bool:
        newer = self._suspect_at is None or header_at > self._suspect_at
        if newer:
            self._suspect_at = header_at
            self._suspects += 1
        return newer and self._suspects >= BELIEVED_AFTER
