"""Forms as no page of ours sends them: refused in words, whoever sends them, and never an error of ours."""

import pytest

from busline.store.pool import Pool
from tests.web.desk import open_desk, words


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded; charset=foo", b"username=a", 415),
        ("application/x-www-form-urlencoded; charset=unicode_escape", b"username=\\ud800&password=x", 415),
        ("application/x-www-form-urlencoded", b"username=\xff\xfe&password=\xed\xa0\x80", 400),
        ("application/x-www-form-urlencoded", b"username=%ff%00%ed%a0%80&password=%00", 401),
        ("multipart/form-data", b"x", 415),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: text/plain; charset=foo\r\n\r\nx\r\n--x--", 415),
        ("application/json", b"{}", 415),
    ],
)
async def test_a_form_that_no_page_of_ours_sends_is_refused_and_is_no_error_of_ours(
    pool: Pool, kind: str, body: bytes, status: int
) -> None:
    async with (
        open_desk(pool) as desk,
        desk.client().post("/sign-in", data=body, headers={"Content-Type": kind}, allow_redirects=False) as answer,
    ):
        assert answer.status == status, await words(answer)
