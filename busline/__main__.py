"""The command line: `busline COMMAND`, also `python -m busline COMMAND`."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from busline.app import typed
from busline.app.backtest import BacktestOptions, run_backtest
from busline.app.case_commands import add_case_parsers, run_case_command
from busline.app.commands import (
    AS_PLANNED,
    DAY_KINDS,
    add_user,
    assign,
    bring_up_to_date,
    check,
    declare_day,
    list_users,
    notice,
    set_password,
)
from busline.app.database import Refused
from busline.app.deflecting import deflection
from busline.app.demo import DemoOptions, demo
from busline.app.enrolling import LetterOptions, add_link, letters, list_links, remove_link, suspend
from busline.app.loads import load_plan, load_roster, simulate_district, simulate_history, simulate_roster
from busline.app.messages import LanguageOptions, languages
from busline.app.nightly import score
from busline.app.prepared_answers import edit_answer, list_answers, list_unanswered, load_answers, show_answer
from busline.app.purging import forget
from busline.app.replay import ReplayOptions, replay
from busline.app.service import serve
from busline.logs import configure_logging
from busline.settings import Settings, SettingsError, read_settings
from busline.store.staff import Role


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit status 0 is done, 1 is refused or found wanting, 2 is a mistake in the words typed."""
    options = _parser().parse_args(argv)
    try:
        return _run(_command(options))
    except (SettingsError, Refused) as refused:
        print(refused, file=sys.stderr)
        return 1


def _run(command: Coroutine[object, object, int]) -> int:
    """Run until done, or until SIGINT or SIGTERM: then everything is closed in order, and that is no error."""
    told_to_stop = False

    async def until_told_to_stop() -> int:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs has one

        def stop() -> None:
            nonlocal told_to_stop
            told_to_stop = True
            task.cancel()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        return await command

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(until_told_to_stop())
    except asyncio.CancelledError:
        if told_to_stop:
            return 0
        raise


def _command(options: argparse.Namespace) -> Coroutine[object, object, int]:
    match options.command:
        case "demo":
            data_dir = options.data_dir or _settings(options, quiet=True).data_dir / "demo"
            return demo(
                DemoOptions(
                    data_dir=data_dir,
                    port=options.port,
                    service_date=options.date,
                    start=options.start,
                    speed=options.speed,
                    seed=options.seed,
                    as_json=options.json,
                    open_browser=not options.no_browser,
                ),
                _say,
            )
        case "serve":
            return serve(_settings(options))
        case "migrate":
            return bring_up_to_date(_settings(options), _say)
        case "check":
            return check(dict(os.environ), _say)
        case "import":
            settings = _settings(options)
            if options.what == "plan":
                return load_plan(settings, options.source, _say, dry_run=options.dry_run)
            return load_roster(
                settings, options.folder, _say, dry_run=options.dry_run, allow_shrink=options.allow_shrink
            )
        case "replay":
            return replay(
                ReplayOptions(
                    plan=options.plan,
                    positions=options.positions,
                    roster=options.roster,
                    speed=options.speed,
                    port=options.port,
                    as_json=options.json,
                    feed_only=options.feed_only,
                    stay=options.stay,
                    forget_later=options.forget_later,
                ),
                _settings(options, quiet=True),
                _say,
            )
        case "backtest":
            return run_backtest(
                BacktestOptions(
                    plan=options.plan[0] if options.plan else None,
                    later_plans=options.plan[1:] if options.plan else (),
                    positions=options.positions,
                    history=options.history,
                    fit_routes=options.fit_routes,
                    json=options.json,
                    report=options.report,
                    predictions_out=options.predictions_out,
                    agency_predictions=options.agency_predictions,
                    zone=options.timezone,
                ),
                _say,
            )
        case "simulate":
            if options.what == "district":
                return simulate_district(options.out, options.date or datetime.now(UTC).date(), options.seed, _say)
            if options.what == "history":
                return simulate_history(options.out, options.date, options.days, options.seed, options.buses, _say)
            return simulate_roster(
                options.plan, options.out, options.date, options.students, options.families, options.seed, _say
            )
        case "score":
            return score(_settings(options), options.date, _say)
        case "deflection":
            return deflection(_settings(options, quiet=True), options.days, _say)
        case "notice":
            return notice(_settings(options), options.run, options.kind, options.date, options.cause, _say)
        case "day":
            return declare_day(_settings(options), options.date, options.kind, options.minutes, _say)
        case "assign":
            return assign(_settings(options), options.run, options.bus, options.date, _say)
        case "purge":
            return forget(_settings(options, quiet=True), _say, dry_run=options.dry_run)
        case "letters":
            return letters(
                _settings(options, quiet=True),
                LetterOptions(options.out, options.school, options.student, options.days, options.keep_earlier),
                _say,
            )
        case "link":
            return _link(options)
        case "faq":
            return _faq(options)
        case "case" | "department":
            return run_case_command(_settings(options, quiet=True), options, _say)
        case "languages":
            shown = LanguageOptions(
                options.language, options.all, tuple(options.message), options.reviewed_by, options.date
            )
            return languages(_settings(options), shown, _say)
        case "user":
            if options.what == "list":
                return list_users(_settings(options), _say)
            if options.what == "password":
                return set_password(_settings(options), options.name, _say)
            return add_user(_settings(options), options.name, options.role, _say)
        case unknown:  # pragma: no cover - argparse has refused it
            raise AssertionError(unknown)


def _link(options: argparse.Namespace) -> Coroutine[object, object, int]:
    settings = _settings(options, quiet=True)
    match options.what:
        case "add":
            return add_link(settings, options.phone, options.student, options.language, _say)
        case "remove":
            return remove_link(settings, options.phone, options.student, _say)
        case "list":
            return list_links(settings, options.phone_or_student, _say)
        case what:
            return suspend(settings, options.phone, _say, lift=what == "resume")


def _faq(options: argparse.Namespace) -> Coroutine[object, object, int]:
    settings = _settings(options, quiet=True)
    match options.what:
        case "list":
            return list_answers(settings, options.language, _say)
        case "show":
            return show_answer(settings, options.topic, options.language, _say)
        case "edit":
            return edit_answer(settings, options.topic, options.language, options.file, _say)
        case "unanswered":
            return list_unanswered(settings, options.days, _say)
        case _:
            return load_answers(settings, _say)


def _settings(options: argparse.Namespace, *, quiet: bool = False) -> Settings:
    settings = read_settings(os.environ)
    data_dir: Path | None = getattr(options, "data_dir", None)
    if data_dir is not None:
        settings = replace(settings, data_dir=data_dir.absolute())
    if not quiet:
        configure_logging(settings)
    return settings


def _say(words: str) -> None:
    print(words, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="busline", description="Answers “where is my child's bus?”")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="everything at once, with a simulated district and no set-up")
    _serving(demo, speed=1.0)
    demo.add_argument("--start", type=typed.time_of_day, metavar="HH:MM", help="the district's time at the start")
    demo.add_argument("--date", type=typed.day, help="the district's day (default: the nearest school day)")
    demo.add_argument("--seed", type=int, default=1, help="another number is another city")

    commands.add_parser("serve", help="the service, from BUSLINE_* settings")
    commands.add_parser("check", help="try the settings, the database, the feeds and Twilio, and say what is wrong")
    commands.add_parser("migrate", help="bring the database up to date")

    load = commands.add_parser("import", help="load a plan or a roster").add_subparsers(
        dest="what", required=True, metavar="plan|roster"
    )
    plan = load.add_parser("plan", help="a GTFS folder, zip or https address")
    plan.add_argument("source")
    plan.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    roster = load.add_parser("roster", help="a folder of CSV files (docs/roster.md)")
    roster.add_argument("folder", type=Path)
    roster.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    roster.add_argument("--allow-shrink", action="store_true", help="even if over 10 %% of the students would leave")

    replay = commands.add_parser("replay", help="a recorded day through the real pipeline")
    _serving(replay, speed=60.0)
    replay.add_argument("--plan", required=True, help="the GTFS the day was recorded under")
    replay.add_argument("--positions", required=True, type=Path, help="recorded positions: CSV, CSV.gz or Parquet")
    replay.add_argument("--roster", type=Path, help="a folder of CSV files; without it students are made up")
    replay.add_argument("--feed-only", action="store_true", help="serve the recording as a GTFS-realtime feed, no more")
    replay.add_argument("--forget-later", action="store_true", help="even if the database holds later positions")
    replay.add_argument("--stay", action="store_true", help="keep answering after the recording is over")

    backtest = commands.add_parser("backtest", help="score the arrival times on recorded days")
    backtest.add_argument(
        "--plan",
        nargs="+",
        metavar="GTFS",
        help="the GTFS the days were recorded under, then versions that replaced it as DATE=GTFS; "
        "without it, a BusTime recording",
    )
    backtest.add_argument("--positions", required=True, type=Path, help="the day to score: CSV, CSV.gz or Parquet")
    backtest.add_argument(
        "--history", nargs="+", type=Path, default=[], metavar="FILE", help="earlier days, to learn from"
    )
    backtest.add_argument("--agency-predictions", type=Path, metavar="FILE", help="theirs, to hold ours against (CSV)")
    backtest.add_argument(
        "--fit-routes", nargs="+", default=[], metavar="ROUTE", help="calibrate on these routes, score the others"
    )
    backtest.add_argument(
        "--timezone", type=typed.zone, metavar="ZONE", help="where a BusTime recording's times are (default: UTC)"
    )
    backtest.add_argument("--json", type=Path, metavar="FILE", help="write every figure")
    backtest.add_argument("--report", type=Path, metavar="DIR", help="write a page with plots")
    backtest.add_argument("--predictions-out", type=Path, metavar="FILE", help="write every prediction (CSV, .gz)")

    simulate = commands.add_parser("simulate", help="made-up people and districts").add_subparsers(
        dest="what", required=True, metavar="district|history|roster"
    )
    district = simulate.add_parser("district", help="write the plan and the roster of a simulated district")
    district.add_argument("--out", required=True, type=Path)
    district.add_argument("--date", type=typed.day, help="its school day (default: today)")
    district.add_argument("--seed", type=int, default=1)
    history = simulate.add_parser(
        "history", help="write weeks of a simulated September: plans, positions and the truth"
    )
    history.add_argument("--out", required=True, type=Path)
    history.add_argument("--days", type=typed.count, default=20, help="how many school days (default 20: four weeks)")
    history.add_argument("--date", type=typed.day, help="the first school day (default: in September)")
    history.add_argument("--seed", type=int, default=1, help="another number is another city")
    history.add_argument("--buses", type=typed.count, default=48, help="how large the district is (default 48)")
    people = simulate.add_parser("roster", help="place made-up students at the stops of any plan")
    people.add_argument("--plan", required=True)
    people.add_argument("--out", required=True, type=Path)
    people.add_argument("--date", type=typed.day, help="only this day of the plan (default: every kind of day it has)")
    people.add_argument("--students", type=typed.count, default=600)
    people.add_argument("--families", type=typed.count, default=400)
    people.add_argument("--seed", type=int, default=1)

    night = commands.add_parser("score", help="how good a day's predictions and promises were: what every night does")
    night.add_argument("--date", type=typed.day, help="the service day (default: yesterday)")

    settled = commands.add_parser("deflection", help="how many questions were settled without a person")
    settled.add_argument("--days", type=typed.count, default=28, help="up to yesterday (default: 28)")

    notice = commands.add_parser("notice", help="say that a run is cancelled or has no bus, or take that back")
    notice.add_argument("run", help="the run's id in the plan")
    notice.add_argument("kind", choices=["cancelled", "uncovered", "clear"])
    notice.add_argument("--date", type=typed.day, help="the service day (default: today)")
    notice.add_argument("--cause", default="", help="why, for the board")

    day = commands.add_parser("day", help="say what kind of day a whole school day is")
    day.add_argument("date", type=typed.day)
    day.add_argument("kind", choices=[*DAY_KINDS, AS_PLANNED])
    day.add_argument(
        "--minutes", type=typed.count, help="by how much a delay is later (default 120), or an early release earlier"
    )

    assign = commands.add_parser("assign", help="say which bus drives a run")
    assign.add_argument("run", help="the run's id in the plan")
    assign.add_argument("bus", help="the number painted on it, as the feed gives it")
    assign.add_argument("--date", type=typed.day, help="the service day (default: today)")

    purge = commands.add_parser("purge", help="forget what is past its time (docs/privacy.md): what every night does")
    purge.add_argument("--dry-run", action="store_true", help="say what would be forgotten, and forget nothing")

    letters = commands.add_parser("letters", help="printable letters with one-time codes, one page a student")
    letters.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the pages go, a file a school")
    letters.add_argument("--school", metavar="ID", help="only this school")
    letters.add_argument("--student", metavar="ID", help="only this student")
    letters.add_argument("--days", type=typed.count, default=60, help="how long the codes work (default 60)")
    letters.add_argument("--keep-earlier", action="store_true", help="codes of earlier letters go on working")

    link = commands.add_parser("link", help="which phones may ask about which student").add_subparsers(
        dest="what", required=True, metavar="add|remove|list|suspend|resume"
    )
    link_add = link.add_parser("add", help="let a phone ask about a student")
    link_add.add_argument("phone")
    link_add.add_argument("student")
    link_add.add_argument("--language", help="the language it is spoken to in (default: the district's)")
    link_remove = link.add_parser("remove", help="take back what was granted outside the roster")
    link_remove.add_argument("phone")
    link_remove.add_argument("student")
    link_list = link.add_parser("list", help="who may ask about a student, or whom a phone may ask about")
    link_list.add_argument("phone_or_student")
    link.add_parser("suspend", help="tell a phone nothing until it is known whose it is").add_argument("phone")
    link.add_parser("resume", help="answer a suspended phone again").add_argument("phone")

    faq = commands.add_parser("faq", help="the prepared answers to questions beside the bus").add_subparsers(
        dest="what", required=True, metavar="list|show|edit|load|unanswered"
    )
    faq.add_parser("list", help="every topic and its languages").add_argument("--language")
    faq_show = faq.add_parser("show", help="one answer, in the form in which it is edited")
    faq_edit = faq.add_parser("edit", help="a new version of an answer")
    for command in (faq_show, faq_edit):
        command.add_argument("topic")
        command.add_argument("language")
    faq_edit.add_argument("file", type=Path, help="in the form that `busline faq show` prints")
    faq.add_parser("load", help="bring in what came with this version; what staff wrote stays")
    unanswered = faq.add_parser("unanswered", help="what families asked and no answer was sure about")
    unanswered.add_argument("--days", type=typed.count, default=14)

    add_case_parsers(commands)

    tongues = commands.add_parser("languages", help="what a native speaker still has to read, language by language")
    tongues.add_argument("message", nargs="*", help="only these (with --language)")
    tongues.add_argument("--language", metavar="CODE", help="show the words, with the English beside them")
    tongues.add_argument("--all", action="store_true", help="also what has been reviewed")
    tongues.add_argument("--reviewed-by", metavar="NAME", help="print what to add to reviews.toml for this reader")
    tongues.add_argument("--date", type=typed.day, help="the day of the reading (default: today)")

    user = commands.add_parser("user", help="staff accounts").add_subparsers(
        dest="what", required=True, metavar="add|list|password"
    )
    add = user.add_parser("add", help="a person who may sign in; prints a password to hand over")
    add.add_argument("name")
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.VIEWER.value)
    user.add_parser("list", help="everybody who may sign in, and when they last did")
    password = user.add_parser("password", help="a new password for somebody who may sign in; ends every session")
    password.add_argument("name")
    return parser


def _serving(command: argparse.ArgumentParser, speed: float) -> None:
    command.add_argument("--speed", type=typed.speed, default=speed, help=f"how fast its time runs (default {speed:g})")
    command.add_argument("--port", type=typed.port, help="of Busline; the phone page and the feed take the next two")
    command.add_argument("--data-dir", type=Path, help="where the embedded database lives")
    command.add_argument("--json", action="store_true", help="print one JSON line once ready, and nothing else")
    command.add_argument("--no-browser", action="store_true", help="do not open the phone page")


if __name__ == "__main__":
    sys.exit(main())
