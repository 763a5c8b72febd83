"""What families read, with the district's own wording in it: `busline languages`, and the catalogue of the service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import phonenumbers
import structlog

from busline.app.database import Refused
from busline.app.loads import Say
from busline.check import Finding, Verdict
from busline.ids import Phone
from busline.settings import Settings
from sms.catalogue import Catalogue, shipped_sources
from sms.catalogue.budget import Measure, examples
from sms.catalogue.overrides import Overridden, OverridesError, merged, overridden
from sms.catalogue.review import (
    Review,
    Standing,
    fingerprint,
    read_by_people,
    shipped_reviews,
    standing,
    unreviewed,
)
from sms.catalogue.shape import LanguageSource, read_source
from sms.outgoing.clips import NAMES, Clips

log = structlog.get_logger(__name__)

_ENGLISH = "en"
_NAMED = 4
"""So many of the missing clips are named."""
_NOBODY_TO_CALL = Finding(
    "Messages",
    Verdict.PROBLEM,
    "Texts tell families to call the district, and no number is set.",
    "Set BUSLINE_DISTRICT_PHONE.",
)


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """What `busline languages` shows."""

    language: str | None = None
    everything: bool = False
    """Also what has been reviewed."""
    keys: tuple[str, ...] = ()
    reviewed_by: str | None = None
    on: date | None = None


def district_catalogue(settings: Settings) -> Catalogue:
    """The languages that the district offers, in its own words where it has some. Refused, with every problem named."""
    try:
        found = _overridden(settings)
    except OverridesError as fault:
        listing = "\n".join(f"  - {problem}" for problem in fault.problems)
        raise Refused(
            f"The messages in {settings.messages_dir} cannot be used, so nothing was started:\n{listing}\n"
            "Mend them, or unset BUSLINE_MESSAGES_DIR; docs/languages.md describes the files."
        ) from fault
    for language, measure in found.too_long:
        log.warning(
            "an own message costs more than its budget",
            language=language,
            message=measure.key,
            segments=measure.size.count,
            budget=measure.budget,
        )
    return Catalogue({code: _as_offered(code, found.sources[code], settings) for code in settings.languages})


def _as_offered(language: str, source: str, settings: Settings) -> str:
    """Its messages, without the hint at another language where that one is not offered."""
    hinted_at = "es" if language == _ENGLISH else _ENGLISH
    return source if hinted_at in settings.languages else merged(source, 'other-languages = {""}\n')


async def messages_probe(settings: Settings) -> Sequence[Finding]:
    """For `busline check`: whether texts have a number to name, whose words can be used, which clips are missing."""
    found = [*_own_wording(settings), *_clips(settings)]
    if settings.district_phone is None and settings.twilio_number is not None:
        return [_NOBODY_TO_CALL, *found]
    return found


def _clips(settings: Settings) -> Sequence[Finding]:
    """Of the languages that are offered and that no voice speaks."""
    if settings.clips_dir is None:
        return []
    catalogue, clips, found = Catalogue(shipped_sources()), Clips(settings.clips_dir), []
    for language in settings.languages:
        if catalogue.voice(language) is not None:
            continue
        missing, item = clips.missing(language), f"Clips in {language}"
        if not missing:
            found.append(Finding(item, Verdict.OK, f"All {len(NAMES)} are there: families are called in it."))
            continue
        named = ", ".join(missing[:_NAMED]) + (", ..." if len(missing) > _NAMED else "")
        says = f"{len(missing)} of {len(NAMES)} are missing in {settings.clips_dir / language} ({named})."
        remedy = "Until they are recorded nobody is called in it; docs/calls.md lists what they say."
        found.append(Finding(item, Verdict.WARNING, says, remedy))
    return found


def _own_wording(settings: Settings) -> Sequence[Finding]:
    if settings.messages_dir is None:
        return []
    try:
        found = _overridden(settings)
    except OverridesError as fault:
        remedy = "Mend it, or unset BUSLINE_MESSAGES_DIR; docs/languages.md describes the files."
        return [Finding("Messages", Verdict.PROBLEM, problem, remedy) for problem in fault.problems]
    counts = ", ".join(f"{len(keys)} in {language}" for language, keys in found.changed.items()) or "none"
    own = Finding("Messages", Verdict.OK, f"The district's own, from {settings.messages_dir}: {counts}.")
    return [own, *(_dear(language, measure) for language, measure in found.too_long)]


def _dear(language: str, measure: Measure) -> Finding:
    size, over = measure.size, f"{measure.budget} segment{'' if measure.budget == 1 else 's'}"
    says = (
        f"“{measure.key}” in {language} takes up to {size.count} segments ({size.units} characters of {size.encoding}),"
        f" where {over} would do."
    )
    return Finding("Messages", Verdict.WARNING, says, "Shorten it, or accept that each such text costs more.")


def _overridden(settings: Settings) -> Overridden:
    if settings.messages_dir is None:
        return Overridden(shipped_sources(), {}, {}, ())
    return overridden(shipped_sources(), settings.messages_dir)


async def languages(settings: Settings, options: LanguageOptions, say: Say) -> int:
    """`busline languages`: what a native speaker still has to read, language by language or message by message."""
    try:
        found = _overridden(settings)
    except OverridesError as fault:
        raise Refused("\n".join(fault.problems)) from fault
    shown = found.sources.keys() if options.language is None else {options.language, _ENGLISH}
    read = {code: read_source(source) for code, source in found.sources.items() if code in shown}
    # What comes with Busline: a district's own English is no reason to read everything again.
    english = read_source(shipped_sources()[_ENGLISH])
    reviewing = _Reviewing(found, Catalogue(found.sources), read, english, {**shipped_reviews(), **found.reviews})
    if options.language is None:
        if options.keys or options.reviewed_by is not None:
            raise Refused("Say which language this is about, with --language.")
        reviewing.summarise(say)
        return 0
    if options.language not in read:
        raise Refused(f"There is no language {options.language!r}. There are {', '.join(found.sources)}.")
    if unknown := [key for key in options.keys if key not in read[options.language].shapes]:
        raise Refused(f"There is no message {unknown[0]!r} in {options.language}. List them without a name.")
    if options.reviewed_by is not None:
        reviewing.sign(options, options.reviewed_by, say)
    else:
        reviewing.show(options, say)
    return 0


@dataclass(frozen=True, slots=True)
class _Reviewing:
    found: Overridden
    catalogue: Catalogue
    read: Mapping[str, LanguageSource]
    english: LanguageSource
    reviews: Mapping[tuple[str, str], Review]

    def summarise(self, say: Say) -> None:
        say(f"{'':<5} {'':<11} {'messages':>8} {'to read':>8} {'changed':>8} {'own':>5}")
        english = self.english
        for code, source in self.read.items():
            name = self.catalogue.raw(code, "own-name")
            own = len(self.found.changed.get(code, ()))
            if code == _ENGLISH:
                say(f"{code:<5} {name:<11} {len(read_by_people(source)):>8} {'source':>8} {'':>8} {own:>5}")
                continue
            waiting = [state for _, state in unreviewed(code, source, english, self.reviews)]
            changed = waiting.count(Standing.CHANGED)
            say(f"{code:<5} {name:<11} {len(read_by_people(source)):>8} {len(waiting):>8} {changed:>8} {own:>5}")
        say("")
        say("To read: no native speaker has read these words yet; changed: one had, before the words or the English")
        say("ones changed; own: the district's. See the words: busline languages --language so")

    def show(self, options: LanguageOptions, say: Say) -> None:
        code, english = options.language or _ENGLISH, self.english
        source = self.read[code]
        shown = 0
        for key in read_by_people(source):
            state = standing(code, key, source, english, self.reviews)
            wanted = key in options.keys if options.keys else options.everything or state is not Standing.REVIEWED
            if not wanted:
                continue
            shown += 1
            own = ", the district's own" if key in self.found.changed.get(code, ()) else ""
            say(f"{key}  ({self._state(code, key, state)}{own})")
            if key in english.shapes and code != _ENGLISH:
                self._examples(_ENGLISH, english, key, say)
            self._examples(code, source, key, say)
            say("")
        say(f"{shown} message{'' if shown == 1 else 's'}." if shown else "Nothing is left to read.")

    def _state(self, code: str, key: str, state: Standing) -> str:
        review = self.reviews.get((code, key))
        return "the source" if code == _ENGLISH else state if review is None else f"{state} {review.on} by {review.by}"

    def _examples(self, code: str, source: LanguageSource, key: str, say: Say) -> None:
        for text in examples(self.catalogue, code, source, key):
            say(f"  {code:<4} {text}")

    def sign(self, options: LanguageOptions, by: str, say: Say) -> None:
        code, english = options.language or _ENGLISH, self.english
        source = self.read[code]
        keys = options.keys or tuple(key for key, _ in unreviewed(code, source, english, self.reviews))
        on = options.on or datetime.now(UTC).date()
        for key in keys:
            say(Review(code, key, by, on, fingerprint(key, source, english)).as_toml())


def readable_phone(settings: Settings) -> str:
    """The district's phone as families dial it; empty for a district that gave none."""
    if settings.district_phone is None:
        return ""
    return as_dialled(settings.district_phone)


def as_dialled(phone: Phone) -> str:
    """A number as families dial it."""
    return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.NATIONAL)
