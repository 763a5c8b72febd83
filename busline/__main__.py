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

from busline.app.announce_commands import run_announce_command
from busline.app.backtest import BacktestOptions, run_backtest
from busline.app.case_commands import run_case_command
from busline.app.command_line import parser
from busline.app.commands import (
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


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit status 0 is done, 1 is refused or found wanting, 2 is a mistake in the words typed."""
    options = parser().parse_args(argv)
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
        case "announce" | "messages":
            return run_announce_command(_settings(options, quiet=True), options, _say)
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
    """To whoever reads. One who has read enough, as `head` has, stops no work."""
    try:
        print(words, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
