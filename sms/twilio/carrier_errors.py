"""What an error of the carrier means for a message, by its number: https://www.twilio.com/docs/api/errors.

The same numbers come as the answer to a request and, later, in a report about a message that was taken.
"""

from busline.outbound import Lasting, Later, Refused, Unheard

TOO_FAST = frozenset({20429, 14107, 21611, 30001, 30022, 63018})
"""Too many requests; a full queue; more than the campaign may send: a matter of seconds."""
NOT_TODAY = frozenset({30023, 30027})
"""The day's allowance for one carrier is used up."""
ANOTHER_TIME = frozenset({30017})
"""The carrier's network was congested: it did not arrive."""
NOBODY_KNOWS = frozenset({20500, 20503, 30008, 30410})
"""The other side failed, and whether the message went on is not said."""
ACCOUNT = frozenset({20003, 20005, 20006, 30002})
"""The account is not let in, or suspended. Whatever is tried meanwhile is only refused: it waits."""
SETTING_UP = frozenset({21212, 21408, 21601, 21603, 21606, 21609, 21612, 21701, 30007, 30032, 30034})
"""Our number or its registration is not in order, or a carrier takes our texts for spam: others will fare alike."""
OUR_ANSWERS = frozenset({11200, 11205, 12100, 12300, 13331, 13512})
"""Where the carrier asked us what to say, it found nobody, or could not read the answer."""
OPTED_OUT = frozenset({21610})
LANDLINE = frozenset({21614, 30006})
SUSPECT = frozenset({21211, 21214, 21217, 30003, 30005})
"""There is nobody, or nobody there any more. The reports of three running suspend the phone."""
NEVER = frozenset({21602, 21604, 21617, 30004, 30036})
"""No words, no phone, too many words; blocked by the phone; too old when its turn came."""


def meaning(code: int | None, status: int | None = None) -> Later | Refused | Unheard:
    """What to do about an error. `status` is that of the HTTP answer; None for a report."""
    words = _words(code, status)
    if code in NOBODY_KNOWS or (status or 0) >= 500:
        # https://www.twilio.com/docs/api/errors/20500: after such an answer it may be under way.
        return Unheard(words)
    if code in TOO_FAST or status == 429:
        return Later(words, slow_down=True)
    if code in NOT_TODAY:
        return Later(words, not_today=True)
    if code in ACCOUNT or status in (401, 403):
        return Later(words, alarm=code or status)
    if code in ANOTHER_TIME:
        return Later(words)
    if code in SETTING_UP or code in OUR_ANSWERS:
        return Refused(words, Lasting.ALARM, code)
    if code in OPTED_OUT:
        told = "The family has asked the carrier for no more texts from this number."
        return Refused(told, Lasting.OPTED_OUT, code)
    if code in LANDLINE:
        return Refused(words, Lasting.LANDLINE, code)
    if code in SUSPECT:
        return Refused(words, Lasting.CONTACT_SUSPECT, code)
    return Refused(words, Lasting.NOTHING, code)


def _words(code: int | None, status: int | None) -> str:
    # Without the carrier's own words, which may hold the phone.
    if code is None:
        return "The carrier could not bring it to the phone." if status is None else f"The carrier answered {status}."
    see = f"https://www.twilio.com/docs/api/errors/{code}"
    if status is None:
        return f"The carrier could not bring it to the phone ({see})."
    return f"The carrier answered {status} ({see})."
