"""The battery of kills finds what is lost, doubled or uncalled for: the verdict over records made wrong on purpose."""

from dataclasses import replace

import pytest

from benchmarks.kill_staff import Book
from benchmarks.kill_town import CALLED_OFF_EVERY, WANTS_NEAR, Household, Town, town
from benchmarks.kill_verdict import Row, Text, Verdict, judge, outbox_id_in

FIRST_AT = 1_795_363_200.0
GAP_SECONDS = 2.0
STREETS = town(CALLED_OFF_EVERY + 1, FIRST_AT, GAP_SECONDS)
OFF = CALLED_OFF_EVERY - 1
PLAIN, NEAR, STRANDED = (
    Household(0, 0, 0),
    Household(WANTS_NEAR, 0, WANTS_NEAR),
    Household(OFF * 3, OFF, 0),
)


class Record:
    """What the carrier took and the outbox holds, where all went well; then changed."""

    def __init__(self, streets: Town = STREETS) -> None:
        self.streets = streets
        self.book = Book(
            announced={"Word 20 of the day.": frozenset({PLAIN.phone})},
            replied={"reply/4": PLAIN.phone},
            called_off={OFF},
        )
        self.rows: list[Row] = []
        self.texts: list[Text] = []
        self.calls: list[tuple[str, str]] = []
        self.said_nothing: set[str] = set()
        for family in streets.households():
            if streets.is_called_off(family.run):
                self.goes("cancelled", family.phone)
                continue
            self.goes("late", family.phone)
            if family.place == WANTS_NEAR:
                self.goes("approaching", family.phone)
        self.goes("announcement", PLAIN.phone, body="Anytown: Word 20 of the day.")
        self.goes("message", PLAIN.phone, key="reply/4")

    def goes(self, kind: str, phone: str, *, key: str | None = None, body: str = "words") -> None:
        number = len(self.rows) + 1
        sid = f"SM{number}"
        self.rows.append(Row(number, key or f"alert/{phone}/{kind}", kind, "text", phone, "sent", sid))
        self.texts.append(Text(sid, phone, body, number))

    def number_of(self, kind: str, phone: str) -> int:
        return next(at for at, row in enumerate(self.rows) if (row.kind, row.phone) == (kind, phone))

    def judged(self, known: frozenset[str] = frozenset({"late", "approaching"})) -> Verdict:
        return judge(
            self.streets,
            self.book,
            self.texts,
            self.calls,
            self.rows,
            lambda _, kind: kind in known,
            self.said_nothing,
        )


def found(verdict: Verdict) -> set[str]:
    lists = ("lost", "too_late", "doubled", "uncalled_for", "untracked", "unknown")
    return {name for name in lists if getattr(verdict, name)}


def test_where_all_went_well_nothing_is_found() -> None:
    verdict = Record().judged()
    assert found(verdict) == set()
    assert verdict.had_to_be_told == CALLED_OFF_EVERY * 4 + 3 + 2


@pytest.mark.parametrize(
    ("kind", "family"),
    [("late", PLAIN), ("approaching", NEAR), ("cancelled", STRANDED), ("announcement", PLAIN), ("message", PLAIN)],
)
def test_a_text_that_the_carrier_never_took_is_lost_though_the_outbox_says_sent(kind: str, family: Household) -> None:
    record = Record()
    del record.texts[record.number_of(kind, family.phone)]
    verdict = record.judged()
    assert found(verdict) == {"lost", "untracked"}
    assert [line.startswith(family.phone) for line in verdict.lost] == [True]


def test_a_family_that_nobody_promised_anything_is_lost() -> None:
    record = Record()
    at = record.number_of("late", PLAIN.phone)
    del record.texts[at], record.rows[at]
    assert found(record.judged()) == {"lost"}


@pytest.mark.parametrize("state", ["expired", "untrue"])
def test_news_that_was_over_before_it_could_go_is_counted_by_itself(state: str) -> None:
    record = Record()
    at = record.number_of("late", PLAIN.phone)
    del record.texts[at]
    record.rows[at] = replace(record.rows[at], state=state, sid=None)
    assert found(record.judged()) == {"too_late"}


@pytest.mark.parametrize("state", ["failed", "barred", "superseded", "waiting"])
def test_any_other_end_without_a_text_is_a_loss(state: str) -> None:
    record = Record()
    at = record.number_of("late", PLAIN.phone)
    del record.texts[at]
    record.rows[at] = replace(record.rows[at], state=state, sid=None)
    assert found(record.judged()) == {"lost"}


def test_one_message_taken_twice_is_doubled_and_one_of_the_two_is_not_known() -> None:
    record = Record()
    at = record.number_of("late", PLAIN.phone)
    record.texts.append(replace(record.texts[at], sid="SM again"))
    assert found(record.judged()) == {"doubled", "untracked"}


def test_two_messages_that_say_the_same_are_doubled() -> None:
    record = Record()
    record.goes("late", PLAIN.phone, key="another key")
    assert found(record.judged()) == {"doubled"}


def test_a_text_that_the_outbox_knows_by_no_id_is_told() -> None:
    record = Record()
    at = record.number_of("late", PLAIN.phone)
    record.rows[at] = replace(record.rows[at], state="unknown", sid=None, trouble="It cannot be asked.")
    assert found(record.judged()) == {"untracked", "unknown"}


def test_a_text_whose_outcome_is_still_being_found_out_may_be_at_the_carrier_or_not_but_once() -> None:
    record = Record()
    at = record.number_of("late", PLAIN.phone)
    record.rows[at] = replace(record.rows[at], state="waiting", sid=None, in_doubt=True, is_old=False)
    assert found(record.judged()) == set()
    text = record.texts.pop(at)
    assert found(record.judged()) == set()
    record.texts += [text, replace(text, sid="SM again")]
    assert found(record.judged()) == {"doubled"}


@pytest.mark.parametrize("kind", ["approaching", "cancelled", "later_still", "outage"])
def test_what_a_family_should_not_have_heard_is_told(kind: str) -> None:
    record = Record()
    record.goes(kind, PLAIN.phone)
    assert found(record.judged()) == {"uncalled_for"}


def test_a_text_that_names_no_message_of_ours_is_told() -> None:
    record = Record()
    record.texts.append(Text("SM0", PLAIN.phone, "who knows", None))
    assert found(record.judged()) == {"uncalled_for", "untracked"}


def test_of_runs_that_nobody_could_know_of_families_may_hear_once_or_not_at_all() -> None:
    record = Record()
    record.rows.clear()
    record.texts.clear()
    record.book = Book()
    assert found(record.judged(known=frozenset())) == set()
    record.goes("late", PLAIN.phone)
    assert found(record.judged(known=frozenset())) == set()
    record.goes("late", PLAIN.phone)
    assert found(record.judged(known=frozenset())) == {"doubled"}


def test_that_a_bus_was_seen_for_long_enough_to_be_late_does_not_say_so_of_its_being_near() -> None:
    record = Record()
    del record.texts[record.number_of("approaching", NEAR.phone)]
    del record.rows[record.number_of("approaching", NEAR.phone)]
    assert found(record.judged(frozenset({"late"}))) == set()
    assert found(record.judged()) == {"lost"}


def test_a_call_may_follow_that_no_bus_comes_and_only_one_and_only_that() -> None:
    record = Record()
    record.rows.append(Row(999, "alert/voice", "cancelled", "voice", STRANDED.phone, "sent", "CA1"))
    record.calls.append(("CA1", STRANDED.phone))
    assert found(record.judged()) == set()
    record.calls.append(("CA2", STRANDED.phone))
    assert found(record.judged()) == {"doubled", "untracked"}
    record.said_nothing = {"CA2"}
    assert found(record.judged()) == set(), "one that broke off before a word of it is made again"
    record.said_nothing = set()
    record.calls = [("CA1", STRANDED.phone), ("CA2", PLAIN.phone)]
    record.rows.append(Row(1000, "alert/other/voice", "late", "voice", PLAIN.phone, "sent", "CA2"))
    assert found(record.judged()) == {"uncalled_for"}


def test_the_address_of_a_report_names_the_message() -> None:
    assert outbox_id_in("http://localhost/twilio/status?o=17&k=abc") == 17
    assert outbox_id_in("http://localhost/twilio/status") is None
    assert outbox_id_in(None) is None
