"""`make` in real folders; an installation that was killed, or started twice, still works."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from app.db.embedded import EmbeddedPostgres
from tests.live import free_port

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
FOLDERS = [
    "Mijn documenten",
    "een 'aanhaling'",
    'een "aanhaling"',
    "café",
    "$HOME",
    "$(HOME)",
    "a`b` 100% # ; *",
    "-rf x",
]
BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(f"{folder}/toy-1-py3-none-any.whl", "w") as wheel:
        for name, text in (
            ("toy.py", ""),
            ("toy-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: toy\\nVersion: 1\\n"),
            ("toy-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"),
            ("toy-1.dist-info/RECORD", ""),
        ):
            wheel.writestr(name, text)
    return "toy-1-py3-none-any.whl"
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "toy"
version = "1"
"""


def make(folder: Path, *arguments: str, code: int = 0, **environment: str) -> str:
    """The output of a target, in the shell's own environment changed by `environment`."""
    chosen = os.environ | {"MAKEFLAGS": "", "PYTHON": sys.executable} | environment
    done = subprocess.run(
        ["make", *arguments], cwd=folder, env=chosen, capture_output=True, encoding="utf-8", check=False, timeout=6000
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def project(folder: Path) -> Path:
    """The files of an installation, with nothing to install but a toy."""
    (folder / "app").mkdir(parents=True)
    for name in ("Makefile", "app/install.py"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (folder / name).write_text("# nothing\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (folder / "backend.py").write_text(BACKEND, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", FOLDERS)
def test_clean_takes_away_what_is_ours_alone(tmp_path: Path, name: str) -> None:
    """Other files stay: in the folder, in those above, and under names like a part of its path."""
    folder = project(tmp_path / "boven" / name / "samen")
    ours = [folder / ".venv", folder / "build", folder / "dist"]
    stay = [folder.parent, folder.parent.parent, tmp_path, folder / "elsewhere", folder / ".samen"]
    stay += [tmp_path / "boven" / part for part in name.split() if part not in ("*", "#", ";")]
    for place in (*ours, *stay):
        place.mkdir(exist_ok=True)
        (place / "file").write_text("dear", encoding="utf-8")
    make(folder, "clean", VENV="elsewhere")
    assert [place.exists() for place in ours] == [False, False, False]
    assert [(place / "file").read_text(encoding="utf-8") for place in stay] == ["dear"] * len(stay)


def test_from_another_folder_nothing_happens(tmp_path: Path) -> None:
    folder, here = project(tmp_path / "Mijn documenten"), tmp_path / "here"
    for place in (here / ".venv", folder / ".venv"):
        place.mkdir(parents=True)
    said = make(here, "-f", str(folder / "Makefile"), "clean", code=2)
    assert "Nothing was done: start make in the folder of its Makefile" in said
    assert (here / ".venv").exists()
    make(here, "-C", str(folder), "clean")
    assert (here / ".venv").exists()
    assert not (folder / ".venv").exists()


@pytest.mark.parametrize("name", ['een "aanhaling"', "$HOME", "a`b`", "a\\b", "a:b"])
@pytest.mark.parametrize("target", ["run", "check"])
def test_what_the_tools_cannot_bear_is_refused_before_anything_happens(tmp_path: Path, name: str, target: str) -> None:
    folder = project(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    assert "cannot be installed in" in make(folder, target, code=2)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_installation_that_was_killed_starts_anew_and_only_once(tmp_path: Path) -> None:
    """Killed while the environment is made; then two at once; then killed while packages are installed."""
    folder = project(tmp_path / "Mijn café's" / "samen")
    command = [sys.executable, "app/install.py", "run"]
    environment = {name: value for name, value in os.environ.items() if name != "VENV"}
    killed = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True)
    while not (folder / ".venv" / "pyvenv.cfg").exists():
        assert killed.poll() is None
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    two = [
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=6000) for process in two]
    assert [process.returncode for process in two] == [0, 0], said
    assert sorted(out for out, _ in said) == ["", "Installing.\n"]
    found = [str(folder / ".venv" / "bin" / "python"), "-c", "import toy"]
    assert subprocess.run(found, cwd=tmp_path, check=False).returncode == 0
    half = folder / ".venv" / "half-installed"
    half.touch()
    assert make(folder, "installed", VENV="").count("Installing") == 0
    assert half.exists()
    (folder / ".venv.installing").write_text("ours", encoding="utf-8")
    make(folder, "installed", VENV="")
    assert not half.exists()


def test_a_folder_of_somebody_else_is_no_environment(tmp_path: Path) -> None:
    folder = project(tmp_path / "samen")
    theirs = tmp_path / "Mijn documenten"
    (theirs / "bin").mkdir(parents=True)
    said = make(folder, "run", code=2, VENV=str(theirs))
    assert "is no whole virtual environment" in said
    assert [path.name for path in theirs.rglob("*")] == ["bin"]


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """The project itself, in a folder with a space, quotes, an accent and a percent sign."""
    folder = tmp_path / "Mijn café's 100%" / "samen"
    folder.mkdir(parents=True)
    for name in ("app", "alembic"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "alembic.ini"):
        shutil.copy(ROOT / name, folder)
    yield folder
    if (folder / ".samen").exists():
        shutil.rmtree(EmbeddedPostgres.at(folder / ".samen").home, ignore_errors=True)


def test_of_two_that_run_in_such_a_folder_one_serves_and_the_other_says_so(copy: Path, tmp_path: Path) -> None:
    """Everything except the installation: `PYTHON=true` skips that; the environment is that of the tests."""
    (tmp_path / "de tijdelijke map").mkdir()
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMEN_")} | {
        "PYTHON": "true",
        "VENV": str(BIN.parent),
        "SAMEN_PORT": str(port),
        "TMPDIR": str(tmp_path / "de tijdelijke map"),
        "PYTHONPATH": "",
    }
    first = subprocess.Popen(
        ["make", "run"], cwd=copy, env=environment, stdout=subprocess.PIPE, encoding="utf-8", start_new_session=True
    )
    try:
        assert first.stdout is not None
        for line in first.stdout:
            if "Stop with Ctrl-C" in line:
                break
        second = subprocess.run(
            ["make", "run"], cwd=copy, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=600
        )
        assert f"Samen runs on this data already, at http://127.0.0.1:{port}." in second.stderr
        assert "Traceback" not in second.stderr
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        assert EmbeddedPostgres.at(copy / ".samen").running()
        for process in psutil.Process(first.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if "app.cli" in process.cmdline():
                    process.terminate()
        first.communicate(timeout=600)
        assert not EmbeddedPostgres.at(copy / ".samen").running()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        EmbeddedPostgres.at(copy / ".samen").stop()
