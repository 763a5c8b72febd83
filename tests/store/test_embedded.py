import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from benchmarks.postgres_kills import ORDER, kill_cycles
from busline.store import cluster
from busline.store.cluster import SOCKET_PATH_MAX_BYTES
from busline.store.embedded import EmbeddedError, embedded_postgres
from busline.store.pool import DatabaseAddress, DatabaseUnavailableError, Pool, open_pool, transaction
from busline.store.unprivileged import ServerUser

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="says what happens when root starts Busline")


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path that the database's user may pass through, which pytest's own folders are not."""
    path = Path(tempfile.mkdtemp(prefix="busline-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data directory with a database in it, to copy: quicker than making one for every test."""
    path = Path(tempfile.mkdtemp(prefix="busline-test-"))
    path.chmod(0o711)

    async def make() -> None:
        async with embedded_postgres(path / "data"):
            pass

    asyncio.run(make())
    yield path / "data"
    shutil.rmtree(path)


@pytest.fixture
def data_dir(home: Path, made: Path) -> Path:
    """A data directory of its own, not new, with nothing running on it."""
    subprocess.run(["cp", "-a", made, home / "data"], check=True)
    return home / "data"


@asynccontextmanager
async def served(data_dir: Path) -> AsyncIterator[tuple[DatabaseAddress, Pool]]:
    async with embedded_postgres(data_dir) as address, open_pool(address, size=2) as pool:
        yield address, pool


def postmaster(data_dir: Path) -> int:
    """0 while there is none."""
    try:
        return int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    except FileNotFoundError:
        return 0


def is_alive(pid: int) -> bool:
    """Running; a zombie is not."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  the world outside sets no event
            await asyncio.sleep(0.02)


async def test_what_was_written_is_there_at_the_next_start_and_nothing_runs_between(home: Path) -> None:
    async with served(home / "data") as (_, pool):
        await pool.execute("create table kept (x integer)")
        pid = postmaster(home / "data")
        assert is_alive(pid)
    assert not is_alive(pid)
    async with served(home / "data") as (_, pool):
        assert await pool.fetchval("select count(*) from kept") == 0


async def test_it_is_durable_checked_and_speaks_to_nobody_outside(data_dir: Path) -> None:
    async with served(data_dir) as (_, pool):
        settings = {row["name"]: row["setting"] for row in await pool.fetch("select name, setting from pg_settings")}
        assert settings["server_version"].startswith("18.")
        expected = {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "data_checksums": "on",
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "server_encoding": "UTF8",
            "TimeZone": "UTC",
        }
        assert {name: settings[name] for name in expected} == expected
        methods = await pool.fetch("select distinct type, auth_method from pg_hba_file_rules")
        assert [tuple(row) for row in methods] == [("local", "peer")]
        assert stat.S_IMODE((data_dir / "postgres").stat().st_mode) == 0o700


async def test_the_server_log_holds_no_values_of_a_failing_statement(data_dir: Path) -> None:
    async with served(data_dir) as (_, pool):
        await pool.execute("create table contact (phone text primary key)")
        await pool.execute("insert into contact values ('+16175550100')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await pool.execute("insert into contact values ('+16175550100')")
    log = (data_dir / "postgres.log").read_text()
    assert "contact_pkey" in log
    assert "6175550100" not in log


async def test_a_second_busline_on_the_same_data_is_refused_by_name_and_the_first_goes_on(data_dir: Path) -> None:
    async with served(data_dir) as (_, pool):
        with pytest.raises(EmbeddedError, match=rf"Another Busline \(process {os.getpid()}\) already runs"):
            async with embedded_postgres(data_dir):
                pass
        assert await pool.fetchval("select 1") == 1


async def test_a_command_beside_a_running_busline_joins_its_server_and_leaves_it_running(data_dir: Path) -> None:
    async with served(data_dir) as (address, pool):
        async with embedded_postgres(data_dir, join_running=True) as joined:
            assert joined == address
        assert await pool.fetchval("select 1") == 1


async def test_without_a_running_busline_joining_starts_one(home: Path) -> None:
    async with embedded_postgres(home / "data", join_running=True):
        pid = postmaster(home / "data")
    assert not is_alive(pid)


async def test_a_pid_file_that_names_somebody_elses_living_process_is_no_obstacle(data_dir: Path) -> None:
    async with served(data_dir) as (_, pool):
        files = data_dir / "postgres"
        left = (files / "postmaster.pid").read_text()
        owner = files.stat()
    # As after a crash in a container: the pid is in use again, by a process of the very same user.
    same_user = ServerUser(owner.st_uid, owner.st_gid, "owner").run_as()
    stranger = await asyncio.create_subprocess_exec("sleep", "60", cwd="/", **same_user)
    try:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (files / name).write_text(left.replace(left.splitlines()[0], str(stranger.pid), 1))
            os.chown(files / name, owner.st_uid, owner.st_gid)
        async with served(data_dir) as (_, pool):
            assert await pool.fetchval("select 1") == 1
        assert stranger.returncode is None
    finally:
        stranger.kill()
        await stranger.wait()


async def test_a_server_left_by_a_killed_busline_is_stopped_and_its_rows_are_kept(data_dir: Path) -> None:
    script = (
        "import asyncio, pathlib, sys\n"
        "from busline.store.embedded import embedded_postgres\n"
        "from busline.store.pool import open_pool\n"
        "async def main():\n"
        "    async with embedded_postgres(pathlib.Path(sys.argv[1])) as address, open_pool(address) as pool:\n"
        "        await pool.execute('create table kept (x integer)')\n"
        "        await pool.execute('insert into kept values (1)')\n"
        "        print('written', flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    busline = await asyncio.create_subprocess_exec(sys.executable, "-c", script, str(data_dir), stdout=subprocess.PIPE)
    assert busline.stdout is not None
    async with asyncio.timeout(60):
        while b"written" not in (line := await busline.stdout.readline()):
            assert line, "it ended before it wrote"
    busline.kill()
    await busline.wait()
    orphan = postmaster(data_dir)
    assert is_alive(orphan)
    async with served(data_dir) as (_, pool):
        assert not is_alive(orphan)
        assert await pool.fetchval("select count(*) from kept") == 1


async def test_a_killed_server_comes_back_under_a_pool_that_was_told_nothing(data_dir: Path) -> None:
    async with served(data_dir) as (_, pool):
        await pool.execute("create table kept (x integer)")
        before = postmaster(data_dir)
        os.kill(before, signal.SIGKILL)
        since = time.monotonic()
        while True:
            try:
                async with transaction(pool) as connection:
                    await connection.execute("insert into kept values (1)")
                break
            except DatabaseUnavailableError:
                assert time.monotonic() - since < 30
                await asyncio.sleep(0.02)
        await until(lambda: postmaster(data_dir) not in (0, before))


async def test_no_acknowledged_row_is_lost_through_each_way_of_being_killed(home: Path) -> None:
    report = await kill_cycles(home / "data", len(ORDER))
    assert report.acknowledged_rows > 0
    assert report.lost_rows == 0
    assert [one.kill for one in report.absences] == list(ORDER)


async def test_a_path_too_long_for_a_socket_gets_a_private_one_elsewhere(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    data_dir = home / ("long" * 25)
    async with served(data_dir) as (address, pool):
        assert await pool.fetchval("select 1") == 1
        assert address.host is not None
        socket_dir = Path(address.host)
        assert len(os.fsencode(socket_dir / ".s.PGSQL.5432")) <= SOCKET_PATH_MAX_BYTES
        assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
        async with embedded_postgres(data_dir, join_running=True) as joined:
            assert joined == address
    assert not socket_dir.exists()


async def test_a_first_start_that_was_cut_short_begins_again(home: Path) -> None:
    half = home / "data" / "postgres.unfinished"
    half.mkdir(parents=True)
    (home / "data").chmod(0o711)
    (half / "PG_VERSION").write_text("18\n")
    async with served(home / "data") as (_, pool):
        assert await pool.fetchval("select 1") == 1


async def test_a_data_directory_that_cannot_be_used_is_named_with_what_to_do(home: Path) -> None:
    (home / "data").write_text("a file stands here")
    with pytest.raises(EmbeddedError, match=r"data cannot be used by \w+: .*give it another data directory"):
        async with embedded_postgres(home / "data"):
            pass


async def test_a_server_that_cannot_start_says_what_it_said_and_where_its_log_is(data_dir: Path) -> None:
    async with served(data_dir):
        pass
    with (data_dir / "postgres" / "postgresql.conf").open("a") as conf:
        conf.write("max_connections = plenty\n")
    with pytest.raises(EmbeddedError, match=r"(?s)max_connections.*postgres\.log"):
        async with embedded_postgres(data_dir):
            pass


async def test_data_moved_away_behind_a_link_is_reported_and_not_replaced_by_an_empty_database(home: Path) -> None:
    (home / "data").mkdir()
    (home / "data" / "postgres").symlink_to(home / "gone")
    with pytest.raises(EmbeddedError, match=r"was kept in .*gone, and that is gone"):
        async with embedded_postgres(home / "data"):
            pass
    assert not (home / "gone").exists()


@AS_ROOT
async def test_started_by_root_the_server_is_an_unprivileged_user_with_no_group_of_roots(data_dir: Path) -> None:
    async with served(data_dir) as (_, pool):
        status = Path(f"/proc/{postmaster(data_dir)}/status").read_text()
        ids = {line.split(":")[0]: line.split()[1:] for line in status.splitlines()}
        assert set(ids["Uid"]) == {str((data_dir / "postgres").stat().st_uid)}
        assert "0" not in {*ids["Uid"], *ids["Gid"], *ids["Groups"]}
        assert await pool.fetchval("select system_user") == "peer:root"


@AS_ROOT
async def test_below_a_folder_only_root_may_enter_the_database_lies_elsewhere_and_no_folder_is_opened(
    home: Path,
) -> None:
    private = home / "private"
    private.mkdir(mode=0o700)
    async with served(private / "project" / "data") as (_, pool):
        await pool.execute("create table kept (x integer)")
        link = private / "project" / "data" / "postgres"
        assert link.is_symlink()
        elsewhere = link.resolve()
        assert not elsewhere.is_relative_to(private)
        assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    async with served(private / "project" / "data") as (_, pool):
        assert await pool.fetchval("select count(*) from kept") == 0
    shutil.rmtree(elsewhere.parent)


@AS_ROOT
async def test_another_user_of_the_machine_is_not_let_in(data_dir: Path) -> None:
    async with served(data_dir) as (address, _):
        nobody = pwd.getpwnam("nobody")
        assert address.host is not None
        assert not ServerUser(nobody.pw_uid, nobody.pw_gid, "nobody").can_enter(Path(address.host))


@AS_ROOT
async def test_programs_installed_where_only_root_can_read_are_copied_once_for_the_user_that_runs_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = importlib.util.find_spec(cluster.WHEEL)
    assert installed is not None
    assert installed.origin is not None
    private = home / "root" / "site-packages"
    for part in cluster.COPIED_PARTS:
        if (site := Path(installed.origin).parent.parent / part).exists():
            shutil.copytree(site, private / part)
    (private / cluster.WHEEL / "__init__.py").touch()
    (home / "root").chmod(0o700)
    monkeypatch.syspath_prepend(str(private))
    monkeypatch.setattr(cluster, "SYSTEM_HOME", home / "lib")
    async with served(home / "data") as (_, pool):
        assert await pool.fetchval("select 1") == 1
        (copied,) = (home / "lib").iterdir()
        made_at = copied.stat().st_mtime_ns
    async with served(home / "data"):
        assert copied.stat().st_mtime_ns == made_at
    assert stat.S_IMODE((home / "root").stat().st_mode) == 0o700


async def test_a_command_that_waits_for_a_busline_that_is_ending_takes_over_from_it(data_dir: Path) -> None:
    ready, end = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with embedded_postgres(data_dir):
            ready.set()
            await end.wait()

    running = asyncio.create_task(first())
    await ready.wait()
    # What a server that is not ready looks like: held, and silent about it.
    pid_file = data_dir / "postgres" / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace("ready", "stopping"))
    async with asyncio.TaskGroup() as group:
        joining = group.create_task(start_and_ask(data_dir))
        await asyncio.sleep(0.2)
        assert not joining.done()
        end.set()
        await running
    assert joining.result() == 1


async def start_and_ask(data_dir: Path) -> int:
    async with embedded_postgres(data_dir, join_running=True) as address, open_pool(address) as pool:
        answer = await pool.fetchval("select 1")
        assert isinstance(answer, int)
        return answer
