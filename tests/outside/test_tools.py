"""If third-party tools are missing: a test is skipped only for a reason that nobody here can fix."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import tools

Plant = Callable[[Path], Path]
WHEEL = "thing-1.0-py3-none-any.whl"
NOBODY = "http://127.0.0.1:1/"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A registry that does not answer, on a developer's machine without installed tools."""
    monkeypatch.setattr(tools, "HOME", tmp_path / "home")
    monkeypatch.delenv("CI", raising=False)
    for name in ("npm_config_registry", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, NOBODY)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)


def wheel(folder: Path, name: str = WHEEL) -> str:
    """A package that is nearly empty; its hash."""
    with zipfile.ZipFile(folder / name, "w") as file:
        file.writestr("thing.py", "")
        file.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        file.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr("thing-1.0.dist-info/RECORD", "")
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()


def npm_lock(folder: Path) -> Path:
    (folder / ".npmrc").touch()
    root = {"name": "x", "dependencies": {"left": "1.0.0"}}
    (folder / "package.json").write_text(json.dumps(root), encoding="utf-8")
    left = {"version": "1.0.0", "resolved": f"{NOBODY}left.tgz", "integrity": "sha512-AAAA"}
    lock = {"name": "x", "lockfileVersion": 3, "packages": {"": root, "node_modules/left": left}}
    (folder / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return folder / "package-lock.json"


def npm_away(folder: Path) -> Path:
    return tools.npm(npm_lock(folder))


def npm_unfit(folder: Path) -> Path:
    """The package was never locked."""
    (folder / "right").mkdir()
    (folder / "right" / "package.json").write_text(json.dumps({"name": "right", "version": "1.0.0"}), encoding="utf-8")
    lock = npm_lock(folder)
    lock.write_text(json.dumps({"name": "x", "lockfileVersion": 3, "packages": {"": {"name": "x"}}}), encoding="utf-8")
    (folder / "package.json").write_text(
        json.dumps({"name": "x", "dependencies": {"right": f"file:{folder}/right"}}), encoding="utf-8"
    )
    return tools.npm(lock)


def npm_forged(folder: Path) -> Path:
    """The package differs from the locked one."""
    (folder / "left.tgz").write_bytes(b"forged")
    lock = npm_lock(folder)
    lock.write_text(
        lock.read_text(encoding="utf-8").replace(f"{NOBODY}left.tgz", f"file:{folder}/left.tgz"), encoding="utf-8"
    )
    return tools.npm(lock)


def pip_lock(folder: Path, line: str) -> Path:
    (folder / "lock.txt").write_text(f"{line}\n", encoding="utf-8")
    return folder / "lock.txt"


def pip_away(folder: Path) -> Path:
    return tools.pip(pip_lock(folder, f"thing==1.0 --hash=sha256:{'0' * 64}"))


def pip_forged(folder: Path) -> Path:
    wheel(folder)
    return tools.pip(pip_lock(folder, f"thing @ file://{folder}/{WHEEL} --hash=sha256:{'0' * 64}"))


def pip_unknown(folder: Path) -> Path:
    """A registry that answers, but does not have the package."""
    return tools.pip(pip_lock(folder, f"--no-index\nthing==1.0 --hash=sha256:{'0' * 64}"))


needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


def verdict(planted: Plant, folder: Path) -> tuple[str, str]:
    """The result of a test that needs this, and the reason."""
    with pytest.raises((pytest.skip.Exception, pytest.fail.Exception)) as ended:
        planted(folder)
    return ("skipped" if ended.errisinstance(pytest.skip.Exception) else "failed", str(ended.value))


@pytest.mark.parametrize("planted", [pytest.param(npm_away, marks=needs_npm), pip_away])
def test_a_registry_that_cannot_be_reached_skips_the_test(planted: Plant, tmp_path: Path) -> None:
    how, reason = verdict(planted, tmp_path)
    assert how == "skipped"
    assert "cannot be reached" in reason


@needs_npm
def test_ci_skips_nothing_that_it_could_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    how, reason = verdict(pip_away, tmp_path)
    assert how == "failed"
    assert "cannot be reached" in reason


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        pytest.param(npm_unfit, "EUSAGE", marks=needs_npm),
        pytest.param(npm_forged, "EINTEGRITY", marks=needs_npm),
        (pip_forged, "DO NOT MATCH THE HASHES"),
        (pip_unknown, "No matching distribution"),
    ],
)
def test_what_does_not_fit_its_lock_file_fails(planted: Plant, said: str, tmp_path: Path) -> None:
    how, reason = verdict(planted, tmp_path)
    assert how == "failed"
    assert said in reason


def test_without_npm_even_ci_skips(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert verdict(npm_away, tmp_path) == ("skipped", "npm is not installed")


def test_what_is_installed_stays_until_its_lock_file_says_otherwise(tmp_path: Path) -> None:
    line = f"thing @ file://{tmp_path}/{WHEEL} --hash=sha256:{wheel(tmp_path)}"
    first = tools.pip(pip_lock(tmp_path, line))
    (first / "here").touch()
    assert (tools.pip(tmp_path / "lock.txt") / "here").exists()
    renewed = tools.pip(pip_lock(tmp_path, f"# newer\n{line}"))
    assert not (renewed / "here").exists()
    # Another run may be using it.
    assert (first / "here").exists()
