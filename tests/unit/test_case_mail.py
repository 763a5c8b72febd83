"""Answers of departments as they really come: quoted, wrapped, automatic, and sent to addresses that were made up."""

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from busline.cases.reference import Reference
from notifier.connectors.incoming import Means, UnreadableError, text_of_html
from notifier.connectors.mail_in import ABOVE_THIS_LINE, read_mail
from notifier.connectors.reply_address import ReplyAddresses

ADDRESSES = ReplyAddresses("cases@bus.example.org", b"k" * 32)
REFERENCE = Reference("57240")
TO = ADDRESSES.of(REFERENCE)
OURS = f"{ABOVE_THIS_LINE}\nWhat you reply is texted to the family.\n\nThe family wrote: perdió su mochila"


def mail(text: str, to: str = TO, *, subtype: str = "plain", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Lost & Found <lost@schools.example.org>"
    message["To"] = to
    message["Message-ID"] = "<abc@schools.example.org>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text, subtype=subtype)
    return message.as_bytes()


def words(raw: bytes) -> str:
    incoming = read_mail(raw, ADDRESSES)
    assert incoming is not None
    return incoming.words


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def test_a_reply_is_an_answer_from_whoever_wrote_it() -> None:
    incoming = read_mail(mail(f"It is at the depot.\n\n{quoted(OURS)}"), ADDRESSES)
    assert incoming is not None
    assert (incoming.reference, incoming.means, incoming.words) == (REFERENCE, Means.ANSWER, "It is at the depot.")
    assert (incoming.by, incoming.source_key) == ("lost@schools.example.org", "mail:<abc@schools.example.org>")


@pytest.mark.parametrize(
    "above",
    [
        "",
        "On Tue, Oct 6, 2026 at 11:00 AM Anytown buses <cases@bus.example.org> wrote:\n",
        "On Tue, Oct 6, 2026 at 11:00 AM Anytown buses\n<cases+57240.x@bus.example.org> wrote:\n",
        "-----Original Message-----\nFrom: Anytown buses\n",
        "________________________________\nFrom: Anytown buses <cases@bus.example.org>\nSent: Tuesday\n",
        "From: Anytown buses <cases@bus.example.org>\nSent: Tuesday, October 6, 2026 11:00 AM\n",
        "-- \nLost and Found, room 12\n",
    ],
)
@pytest.mark.parametrize("quote", [quoted, str])
def test_only_what_was_newly_written_counts(above: str, quote: object) -> None:
    below = quoted(OURS) if quote is quoted else OURS
    assert words(mail(f"It is at the depot.\nAsk for Sam.\n\n{above}{below}")) == "It is at the depot.\nAsk for Sam."


def test_an_html_mail_is_read_as_its_words() -> None:
    html = f"<html><head><style>p{{}}</style></head><body><p>It is <b>here</b>.</p><br><blockquote>{OURS}</blockquote>"
    assert words(mail(html, subtype="html")) == "It is here."


def test_the_word_note_keeps_it_for_staff() -> None:
    for text in ("NOTE: ask the driver", "Note - ask the driver", "note ask the driver"):
        incoming = read_mail(mail(text), ADDRESSES)
        assert incoming is not None
        assert (incoming.means, incoming.words) == (Means.NOTE, "ask the driver")
    incoming = read_mail(mail("Noted, thanks."), ADDRESSES)
    assert incoming is not None
    assert incoming.means is Means.ANSWER


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "auto_reply"},
        {"Return_Path": "<>"},
    ],
)
def test_what_a_program_sent_is_never_an_answer_to_a_family(headers: dict[str, str]) -> None:
    incoming = read_mail(mail("I am away until Monday.", **headers), ADDRESSES)
    assert incoming is not None
    assert incoming.means is Means.NOTE
    assert "I am away until Monday." in incoming.words


@pytest.mark.parametrize(
    "to",
    [
        "cases@bus.example.org",
        "cases+57240@bus.example.org",
        "cases+57240.0000000000000000@bus.example.org",
        TO.replace("57240", "12823"),
        TO.replace("57240", "57241"),
        TO.replace("bus.example.org", "bus.example.com"),
        "evil" + TO,
        "",
    ],
)
def test_an_address_that_we_did_not_make_is_no_case(to: str) -> None:
    assert read_mail(mail("It is here.", to=to), ADDRESSES) is None


def test_an_address_is_read_from_any_header_a_mail_server_leaves_it_in_and_in_any_case_of_letters() -> None:
    assert read_mail(mail("Hi", to="staff@x.org", Delivered_To=TO), ADDRESSES) is not None
    assert read_mail(mail("Hi", to=f"Somebody <{TO.upper()}>, other@x.org"), ADDRESSES) is not None


def test_another_installations_address_is_not_ours() -> None:
    assert ReplyAddresses("cases@bus.example.org", b"x" * 32).read(TO) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"To: " + TO.encode() + b"\n\n",
        b"To: " + TO.encode() + b"\nContent-Type: text/plain; charset=klingon\n\nQapla'",
        b"To: " + TO.encode() + b"\nContent-Type: multipart/mixed; boundary=x\n\n--x\n--x--\n",
        b"To: " + TO.encode() + b"\nContent-Type: text/plain; charset=utf-8\n\n\xff\xfe",
        b"To: " + TO.encode() + b"\nContent-Transfer-Encoding: base64\n\n!!!",
    ],
)
def test_what_is_hardly_a_mail_breaks_nothing(raw: bytes) -> None:
    incoming = read_mail(raw, ADDRESSES)
    assert incoming is None or incoming.reference == REFERENCE


def test_html_becomes_words_without_what_is_not_shown() -> None:
    assert text_of_html("<p>a&nbsp;b &lt;c&gt;</p><script>evil()</script><div>d<br>e</div>") == "a b <c>\nd\ne"


def test_a_mail_without_an_id_is_known_by_its_bytes() -> None:
    raw = b"To: " + TO.encode() + b"\n\nIt is here."
    first, again, other = (read_mail(one, ADDRESSES) for one in (raw, raw, raw + b"!"))
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.source_key == again.source_key != other.source_key


ODD = (
    *(b'"', b"<", b">", b"@", b"(", b")", b";", b"=", b"*", b",", b":", b"\\", b"[", b"]", b"--x", b"=?", b"?=", b"''"),
    *(b"\x00", b"\xff", b"\r\n", b"\r\n\r\n", b" ", b"\t", b"charset*=", b"*0*=", b"utf-16", b"idna", b"undefined"),
    *(b"unicode_escape", b"base64", b"x-uuencode", b"multipart/alternative", b"message/partial", b"text/plain"),
)
WHOLE = (
    f'From: "Lost, Found" <lost@x.org>\r\nTo: {TO}\r\nCc: a@b (c), <d>\r\nMessage-ID: <abc@x>\r\n'
    "Subject: =?utf-8?q?hi?= =?utf-8?b?aGk=?=\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="x"; a*0=b; a*1=c\r\n\r\n--x\r\n'
    "Content-Transfer-Encoding: quoted-printable\r\nContent-Disposition: inline\r\n"
    "Content-Type: text/plain; charset=\"iso-8859-1\"; name*=utf-8''a\r\n\r\nIt is =E9.\r\n"
    "--x\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nz\r\n--x\r\n"
    "Content-Type: text/html; charset=utf-7\r\n\r\n<p>&#xD800;</p>\r\n--x--\r\n"
).encode()


@given(st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 20), st.sampled_from((*ODD, b""))), max_size=8))
@settings(max_examples=400)
def test_a_mail_however_broken_is_read_or_is_none_of_ours(wounds: list[tuple[int, int, bytes]]) -> None:
    raw = bytearray(WHOLE)
    for at, lost, odd in wounds:
        raw[at : at + lost] = odd
    incoming = read_mail(bytes(raw), ADDRESSES)
    assert incoming is None or incoming.reference == REFERENCE


def test_the_words_are_found_among_parts_and_an_attached_mail_is_none_of_them() -> None:
    incoming = read_mail(WHOLE.replace(b"auto-replied", b"no"), ADDRESSES)
    assert incoming is not None
    assert (incoming.means, incoming.words) == (Means.ANSWER, "It is \xe9.")


@pytest.mark.parametrize(
    "header", ["To: cases@[", "Message-ID: <", "Cc: a@", 'Cc: "', "Content-Type: text/plain; charset*0", "From: @"]
)
def test_a_header_that_is_none_keeps_no_answer_from_its_case(header: str) -> None:
    raw = f"Delivered-To: {TO}\n{header}\n\nIt is here.\n".encode()
    assert words(raw) == "It is here."


def test_parts_within_parts_without_end_are_refused() -> None:
    parts = "".join(f"Content-Type: multipart/mixed; boundary={n}\n\n--{n}\n" for n in range(3_000))
    with pytest.raises(UnreadableError, match="without end"):
        read_mail(f"To: {TO}\n{parts}".encode(), ADDRESSES)
