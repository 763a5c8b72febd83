"""The conversations in English: everything a family can do, and what must not happen."""

from busline.alert import AlertKind
from busline.fleet import NoticeKind
from tests.transcripts import scenes
from tests.transcripts.script import FAMILIES, Conversation, Meanwhile, Says, StaffDo, Step, Told


def father(*texts: str) -> list[Step]:
    """Father texts, one after the other."""
    return [Says("Father", text) for text in texts]


def after(words: str, scene: scenes.Scene, *texts: str, minutes: float = 0) -> list[Step]:
    """Something happens, and then Father texts."""
    return [Meanwhile(words, minutes=minutes, do=scene), *father(*texts)]


EARLY = Meanwhile("It is 6:30, before the bus sets off.", minutes=-32, do=scenes.nowhere)

WHERE_IS_THE_BUS = [
    Conversation("The first text of a phone: the answer, and the languages", father("bus", "bus"), is_first=True),
    Conversation("The shortest question", father("bus")),
    Conversation("One student of two", father("100235")),
    Conversation(
        "Typed in a hurry",
        father("wher is teh buss??", "#100234 eta", "id 100 234"),
    ),
    Conversation("Before the bus has set off", [EARLY, Says("Father", "where is the bus")]),
    Conversation(
        "A bus that runs late",
        [
            Meanwhile("The bus stands in traffic.", minutes=10, do=scenes.seen(700)),
            Says("Father", "is the bus late?"),
            Says("Father", "why"),
        ],
    ),
    Conversation(
        "A bus that set off late, and the reason is seen",
        [
            Meanwhile("The bus left the yard at 7:10.", minutes=11, do=scenes.set_off_late(600)),
            Says("Father", "why is it late"),
        ],
    ),
    Conversation(
        "A promise that only jitters is held, and one that moves says what it was",
        [
            Says("Father", "100234"),
            Meanwhile("The bus stood at a light.", minutes=0.5, do=scenes.seen(700)),
            Says("Father", "100234"),
            Meanwhile("It stands still.", minutes=6, do=scenes.seen(720)),
            Says("Father", "100234"),
        ],
    ),
    Conversation("Is it late? It is not", father("is it late", "did the bus come already?")),
    Conversation("Which bus", father("which bus is it today")),
    Conversation(
        "Another bus drives the route today",
        after("Bus 52 drives for bus 47.", scenes.seen(800, bus="52"), "which bus"),
    ),
    Conversation("The bus is at the stop", after("7:06.", scenes.at_the_stop, "bus", minutes=4)),
    Conversation(
        "Did we miss it",
        after("The bus came and went.", scenes.gone, "did we miss the bus", minutes=8),
    ),
    Conversation(
        "The bus is past the stop and was not seen to stop",
        after("Seen beyond the stop.", scenes.seen(3_700), "did it come", minutes=6),
    ),
    Conversation(
        "News that is three minutes old",
        [
            Meanwhile("The bus was last seen three minutes ago.", do=scenes.seen(900, ago_seconds=180)),
            Says("Father", "bus"),
        ],
    ),
    Conversation(
        "A bus that fell silent",
        [
            Meanwhile("No signal for ten minutes.", minutes=12, do=scenes.seen(900, ago_seconds=600)),
            Says("Father", "bus?"),
        ],
    ),
    Conversation(
        "A bus that left its route",
        [
            Meanwhile("Seen away from its route.", do=scenes.seen(900, off_route=True)),
            Says("Father", "where is the bus"),
        ],
    ),
    Conversation(
        "No bus on the run",
        after("Nobody drives the run.", scenes.nowhere, "where is the bus", minutes=10),
    ),
    Conversation(
        "Staff confirm that no bus has been found, and why",
        [
            Meanwhile("Staff say so: no driver.", do=scenes.said(NoticeKind.UNCOVERED, "driver")),
            Says("Father", "where is the bus"),
            Says("Father", "why is there no bus"),
        ],
    ),
    Conversation(
        "A ride that is called off",
        [
            Meanwhile("Cancelled: weather.", do=scenes.said(NoticeKind.CANCELLED, "weather")),
            Says("Father", "why no bus today"),
        ],
    ),
    Conversation(
        "The buses cannot be seen",
        after("The feed is down.", scenes.no_feed, "bus", minutes=8),
    ),
    Conversation("Tomorrow", father("what time is the bus tomorrow")),
    Conversation("The ride home", father("what time is the bus home this afternoon", "bus pm")),
    Conversation("Two children by their numbers", father("100234 and 100235 where are they")),
    Conversation("The number of another family's child beside one's own", father("100234 100777")),
]

JOINING = [
    Conversation(
        "A code from the letter",
        [Says("Stranger", "join {code}"), Says("Stranger", "bus")],
        codes_for="100777",
    ),
    Conversation(
        "A code that was used already, and one with a slip",
        [Says("Stranger", "{code}"), Says("Grandmother", "{code}"), Says("Grandmother", "7KM4C-RX9DW")],
        codes_for="100777",
    ),
    Conversation(
        "The family says yes",
        [Says("Grandmother", "where is the bus of 100234"), Says("Father", "yes"), Says("Grandmother", "bus")],
    ),
    Conversation("The family says no", [Says("Stranger", "100234"), Says("Father", "no"), Says("Stranger", "bus")]),
    Conversation("A yes to nothing", father("yes")),
    Conversation(
        "A stranger learns nothing: a real number, an invented one, and others' business",
        [
            Says("Stranger", "100234"),
            Says("Stranger", "999999"),
            Says("Stranger", "bus"),
            Says("Stranger", "students"),
            Says("Stranger", "status 4821-7"),
        ],
    ),
    Conversation(
        "A stranger who keeps asking hears nothing any more",
        [Says("Stranger", number) for number in ("100234", "100235", "100777", "100778", "100779", "100780")],
    ),
    Conversation(
        "On file without the right to ask: the words for strangers", [Says("Aunt", "100234"), Says("Aunt", "bus")]
    ),
]

SETTINGS = [
    Conversation("What can I text", father("how does this work")),
    Conversation(
        "Alerts",
        father("alerts", "alerts 15", "alerts off", "alerts", "ALERTS ON"),
    ),
    Conversation("Of which buses, and how", father("alerts late 20", "ALERTS ARRIVALS ON", "alerts by mail", "alerts")),
    Conversation("What cannot be set is answered by what can", father("alerts 90", "alerts late 3", "alerts by call")),
    Conversation("Quiet hours", father("quiet", "QUIET 21-6", "quiet", "quiet off")),
    Conversation("Who is linked to this phone", father("students")),
    Conversation(
        "Another language, chosen by its name; a number never switches it",
        father("language", "español", "100234", "english"),
    ),
    Conversation(
        "No more texts, and texts again",
        [
            Says("Father", "please stop texting me"),
            Says("Father", "bus"),
            Says("Father", "START"),
            Says("Father", "bus"),
        ],
    ),
    Conversation("The carrier answers its own word", father("STOP", "bus", "start")),
    Conversation("My stop is not a stop", father("where is my bus stop bus", "the bus did not stop")),
]

TOLD = [
    Conversation(
        "A late bus, told before anybody asks; the first alert says how to end them",
        [
            Meanwhile("The bus stands in traffic.", minutes=15, do=scenes.seen(800)),
            Told("Father", AlertKind.LATE, first=True),
            Says("Father", "why"),
            Meanwhile("It was on another street, and is nearly there.", minutes=-4, do=scenes.seen(2_500)),
            Told("Father", AlertKind.ON_TIME_AGAIN, turn=2),
        ],
    ),
    Conversation(
        "The bus is near, for a family that wants to know",
        [
            Says("Father", "ALERTS 5"),
            Meanwhile("The bus comes closer.", do=scenes.seen(200)),
            Told("Father", AlertKind.APPROACHING),
        ],
    ),
    Conversation(
        "No bus, and then one after all",
        [
            Meanwhile("Staff say that no driver was free.", do=scenes.said(NoticeKind.UNCOVERED, "driver")),
            Told("Father", AlertKind.NOT_COVERED),
            Meanwhile("Bus 52 drives the run.", minutes=3, do=scenes.seen(700, bus="52")),
            Told("Father", AlertKind.COMING_AFTER_ALL, turn=2),
        ],
    ),
    Conversation(
        "The ride is cancelled",
        [
            Meanwhile("Staff cancel the ride.", do=scenes.said(NoticeKind.CANCELLED, "weather")),
            Told("Father", AlertKind.CANCELLED),
        ],
    ),
    Conversation(
        "Another bus to look for",
        [
            Meanwhile("Bus 52 drives for bus 47.", do=scenes.seen(800, bus="52")),
            Told("Father", AlertKind.SUBSTITUTE),
        ],
    ),
    Conversation(
        "The buses cannot be seen",
        [Meanwhile("The feed is silent.", do=scenes.no_feed), Told("Father", AlertKind.OUTAGE)],
    ),
    Conversation("The bus is at school", [Told("Father", AlertKind.AT_SCHOOL)]),
    Conversation(
        "What has stopped being true is not sent",
        [
            Meanwhile("The bus stands in traffic.", minutes=15, do=scenes.seen(800)),
            Meanwhile("It was at the stop before the news of its delay could leave.", do=scenes.gone),
            Told("Father", AlertKind.LATE),
        ],
    ),
    Conversation(
        "Whoever wants no alerts gets none, and is answered as ever",
        [
            Says("Father", "ALERTS OFF"),
            Meanwhile("The bus stands in traffic.", minutes=15, do=scenes.seen(800)),
            Told("Father", AlertKind.LATE),
            Says("Father", "bus"),
        ],
    ),
    Conversation(
        "One late bus in ten languages",
        [
            Meanwhile("The bus stands in traffic.", minutes=15, do=scenes.seen(800)),
            *(Told(who, AlertKind.LATE) for who in FAMILIES.values()),
        ],
    ),
]

SOMETHING_ELSE = [
    Conversation(
        "Something left on the bus, and then a person",
        [
            Says("Father", "my son left his backpack on the bus"),
            Says("Father", "1"),
            Says("Father", "can I talk to a person"),
            Says("Father", "it is blue with a dinosaur"),
            Says("Father", "status"),
        ],
    ),
    Conversation("A new address", father("we moved, how do I change our address", "1")),
    Conversation("A hello", father("good morning")),
    Conversation(
        "A heart tapped on a text of ours", father("Loved “Saved: no alerts. To get alerts, text ALERTS ON.”")
    ),
    Conversation("The driver", father("the driver was rude to my daughter")),
    Conversation("Am I eligible", father("is my child eligible for a bus, we live 1 mile from school")),
    Conversation("Who do I call about IEP transport", father("who do I call about IEP transport")),
    Conversation(
        "A stranger asks something else", [Says("Stranger", "my child is new, when does the bus letter come")]
    ),
    Conversation(
        "Nobody could read it: three ways on",
        father("flurb grommet zzzz", "1", "2"),
    ),
    Conversation(
        "An offer that is ten minutes old means nothing",
        [Says("Father", "flurb grommet zzzz"), Meanwhile("Eleven minutes later.", minutes=11), Says("Father", "2")],
    ),
    Conversation(
        "A case from the first word to the last",
        [
            Says("Father", "I want to speak to someone"),
            Meanwhile("Two hours later.", minutes=120),
            StaffDo("answers", "Your stop has moved to the corner of the school side."),
            Says("Father", "no"),
            Meanwhile("The next hour.", minutes=60),
            StaffDo("answers", "We have moved it back."),
            Says("Father", "yes"),
            Says("Father", "status"),
        ],
    ),
    Conversation(
        "A member of staff writes with the family",
        [
            Says("Father", "agent please"),
            StaffDo("takes over"),
            StaffDo("writes", "Good morning, this is the bus office. What happened?"),
            Says("Father", "the bus drove past our stop twice this week"),
            Says("Father", "bus"),
            StaffDo("hands back"),
            Says("Father", "bus"),
        ],
    ),
    Conversation("The reference of somebody else", [Says("Father", "person"), Says("Stranger", "status 4821-7")]),
    Conversation("A child is not home", father("my daughter did not get off the bus!!")),
    Conversation("A child is not home, from a phone that is not on file", [Says("Stranger", "100777 never came home")]),
    Conversation("Thank you", father("bus", "thank you!", "👍")),
]

ODD = [
    Conversation("A picture without words", [Says("Father", "", media=1)]),
    Conversation("Nothing, a question mark, and buses", father("", "?", "🚌🚌")),
    Conversation("Marks that hide a number", father("\u202e100234\u202c", "１００２３４")),
    Conversation("A very long text", [Says("Father", "and then she said that it was not her fault but " * 33)]),
    Conversation("Code instead of words", father("'; drop table inquiry; --", "<b>bus</b>")),
    Conversation("Ten numbers at once", [Says("Father", " ".join(f"1002{number}" for number in range(34, 44)))]),
    Conversation("Far too many texts", father(*["bus"] * 32)),
]
