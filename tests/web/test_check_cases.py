"""`busline check` tries the mail server and Zammad, and says what is wrong with them."""

from dataclasses import replace

from busline.app.casework import cases_probe
from busline.check import Finding, Verdict
from busline.environment import Secret
from busline.settings import Settings, read_settings
from tests.web.case_systems import TOKEN, mail_server, zammad

BASE = replace(read_settings({}), secret_key=Secret("k" * 32))


def with_mail(port: int, **more: object) -> Settings:
    at_server = {"mail_host": "127.0.0.1", "mail_port": port, "mail_security": "none", "mail_from": "cases@x.org"}
    return replace(BASE, **at_server | {"mail_in_key": Secret("i" * 32)} | more)  # type: ignore[arg-type]


def with_zammad(url: str, token: str = TOKEN) -> Settings:
    return replace(
        BASE,
        zammad_url=url,
        zammad_token=Secret(token),
        zammad_customer="f@x.org",
        zammad_webhook_key=Secret("h" * 32),
    )


async def test_without_a_connector_nothing_is_tried() -> None:
    assert await cases_probe(BASE) == []


async def test_a_mail_server_that_lets_us_in_is_well_and_gets_no_mail() -> None:
    async with mail_server() as mailbox:
        assert await cases_probe(with_mail(mailbox.port)) == [Finding("Mail about cases", Verdict.OK, "It lets us in.")]
        (finding,) = await cases_probe(with_mail(mailbox.port, mail_security="starttls"))
    assert finding.verdict is Verdict.PROBLEM
    assert mailbox.mails == []


async def test_a_mail_server_that_is_not_there_is_a_problem_and_a_way_back_that_is_not_a_warning() -> None:
    away, one_way = await cases_probe(with_mail(9, mail_in_key=None))
    assert away.verdict is Verdict.PROBLEM
    assert "Cases wait here" in away.says
    assert (one_way.verdict, "BUSLINE_MAIL_IN_KEY" in one_way.remedy) == (Verdict.WARNING, True)


async def test_zammad_is_asked_whether_it_knows_us() -> None:
    async with zammad() as site:
        (well,) = await cases_probe(with_zammad(site.url))
        (stranger,) = await cases_probe(with_zammad(site.url, "another token"))
    (away,) = await cases_probe(with_zammad("http://127.0.0.1:9"))
    assert well.verdict is Verdict.OK
    assert (stranger.verdict, "401" in stranger.says) == (Verdict.PROBLEM, True)
    assert "another token" not in stranger.says + stranger.remedy
    assert (away.verdict, "cannot be reached" in away.says) == (Verdict.PROBLEM, True)


async def test_a_way_on_which_families_words_can_be_read_is_a_warning() -> None:
    webhook = replace(BASE, case_webhook_url="http://desk.example.org/in", case_webhook_key=Secret("w" * 32))
    (finding,) = await cases_probe(webhook)
    assert (finding.verdict, "BUSLINE_CASE_WEBHOOK_URL" in finding.says) == (Verdict.WARNING, True)
    for private in ("https://desk.example.org/in", "http://127.0.0.1:8080/in"):
        assert await cases_probe(replace(webhook, case_webhook_url=private)) == []
    away = await cases_probe(with_mail(9, mail_host="mail.invalid"))
    assert [one.verdict for one in away] == [Verdict.PROBLEM, Verdict.WARNING]
    assert "BUSLINE_MAIL_SECURITY" in away[1].says
