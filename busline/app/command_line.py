"""What can be typed after `busline`: every command with its words, and no doing."""

import argparse
from pathlib import Path

from busline.app import typed
from busline.app.announce_commands import add_announce_parser
from busline.app.case_commands import add_case_parsers
from busline.app.commands import AS_PLANNED, DAY_KINDS
from busline.cause import SAID_BY_STAFF
from busline.store.staff import Role


def parser() -> argparse.ArgumentParser:
    """Reads what is typed after `busline`, and says in words what is wrong with it."""
    reader = argparse.ArgumentParser(prog="busline", description="Answers “where is my child's bus?”")
    commands = reader.add_subparsers(dest="command", required=True, metavar="COMMAND")

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

    notice = commands.add_parser(
        "notice", help="say that a run is cancelled or has no bus, or take that back; tells its families"
    )
    notice.add_argument("run", help="the run's id in the plan")
    notice.add_argument("kind", choices=["cancelled", "uncovered", "clear"])
    notice.add_argument("--date", type=typed.day, help="the service day (default: today)")
    told = ", ".join(cause.value for cause in SAID_BY_STAFF)
    notice.add_argument("--cause", default="", help=f"why; families are told {told}, other words are for staff alone")

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

    add_announce_parser(commands)
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
    return reader


def _serving(command: argparse.ArgumentParser, speed: float) -> None:
    command.add_argument("--speed", type=typed.speed, default=speed, help=f"how fast its time runs (default {speed:g})")
    command.add_argument("--port", type=typed.port, help="of Busline; the phone page and the feed take the next two")
    command.add_argument("--data-dir", type=Path, help="where the embedded database lives")
    command.add_argument("--json", action="store_true", help="print one JSON line once ready, and nothing else")
    command.add_argument("--no-browser", action="store_true", help="do not open the phone page")
