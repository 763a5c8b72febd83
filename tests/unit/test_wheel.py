"""What is installed is what was written: the wheel lacks no file that Busline reads while it runs."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("busline", "feeds", "notifier", "sms", "migrations")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    copy = tmp_path / "source"
    copy.mkdir()
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=LEFT_OUT)
    written = {str(path.relative_to(copy)) for name in PACKAGES for path in (copy / name).rglob("*") if path.is_file()}
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    made = subprocess.run(
        [*pip, "--no-build-isolation", "--wheel-dir", str(tmp_path), str(copy)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("busline-*.whl")
    with zipfile.ZipFile(wheel) as opened:
        held = set(opened.namelist())
    assert {"busline/cases/history.sql", "sms/languages/en.ftl", "migrations/0001_plan.sql"} <= written
    assert sorted(written - held) == []
