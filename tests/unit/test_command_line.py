"""What is typed after `busline` is read strictly, and refused in words that say what to type instead."""

import socket

import pytest

from busline.__main__ import main
from busline.app.database import Refused
from busline.app.listening import free_ports

HOST = "127.0.0.1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["demo", "--speed", "0"], "a number above 0"),
        (["demo", "--speed", "-1"], "a number above 0"),
        (["demo", "--speed", "nan"], "a number above 0"),
        (["demo", "--speed", "inf"], "a number above 0"),
        (["demo", "--speed", "fast"], "'fast' is not a speed"),
        (["demo", "--start", "25:00"], "one such as 07:10"),
        (["demo", "--date", "2026-13-01"], "one such as 2026-09-08"),
        (["demo", "--port", "65534"], "up to 65533"),
        (["demo", "--port", "-1"], "up to 65533"),
        (["demo", "--port", "web"], "'web' is not a port"),
        (["simulate", "roster", "--plan", "x", "--out", "y", "--students", "0"], "a whole number from 1"),
        (["day", "2026-10-05", "holiday"], "invalid choice: 'holiday'"),
        (["notice", "run", "cancelled", "--date", "today"], "'today' is not a date"),
    ],
)
def test_a_slip_of_the_fingers_is_told_what_to_type(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_port_that_is_taken_is_named_before_anything_starts() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=f"{HOST}:{port}: address already in use. Nothing was changed"):
            free_ports(HOST, port, 3)


def test_ports_that_nobody_named_are_looked_for() -> None:
    with socket.create_server((HOST, 0)) as taken:
        usual = taken.getsockname()[1]
        row = free_ports(HOST, None, 3, usual)
    assert usual not in row
    assert row == list(range(row[0], row[0] + 3))
