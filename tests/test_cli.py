"""The command line as people use it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def samen(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    env = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | environment
    command = [sys.executable, "-m", "app.cli", *arguments]
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, encoding="utf-8", check=False)


def test_split_a_file(tmp_path: Path) -> None:
    file = ROOT / "examples" / "split.yaml"
    done = samen("split", str(file), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "102.25" in done.stdout
    assert "42.25" in done.stdout
    assert "Boven € 3.000,00 gaat 50 % naar de gemeente" in done.stdout
    assert "Above €3,000.00" in samen("split", str(file), "--language", "en").stdout


def test_split_a_file_holds_the_law_of_its_first_day(tmp_path: Path) -> None:
    file, rules = tmp_path / "law.yaml", "rules: [{kind: monthly_allowance, cap: '300', law: k}, {kind: pot}]"
    file.write_text(f"{rules}\nactiveFrom: 2025-03-01\nnet: '500'\n", encoding="utf-8")
    done = samen("split", str(file))
    assert done.returncode == 0, done.stderr
    assert "210.00" in done.stdout
    assert "290.00" in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [{kind: pot, bonus: 1}]", "bonus"),
        ("rules: [{kind: lottery}]", "kind"),
        ("rules: [{kind: monthly_allowance, cap: '300', law: k}, {kind: pot}]", "1 januari 2026"),
        ("rules: [", "while parsing"),
        ("rules: [{kind: pot}]\nnet: '1.005'", "net"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "wrong.yaml").write_text(text, encoding="utf-8")
    done = samen("split", str(tmp_path / "wrong.yaml"))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_example_that_does_not_come_out_fails(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "rules: [{kind: pot}]\nexamples: [{name: Klus, net: '10.00', expected: {pot: '9.00'}}]", encoding="utf-8"
    )
    done = samen("split", str(file))
    assert (done.returncode, "WRONG" in done.stdout) == (1, True)


@pytest.mark.parametrize("arguments", [("token", "--as", "noor"), ("run",), ("serve",)])
def test_production_has_no_built_in_people_and_no_books_in_the_working_directory(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = samen(*arguments, cwd=tmp_path, SAMEN_ENVIRONMENT="production")
    assert done.returncode != 0
    assert "production" in done.stderr
    assert list(tmp_path.iterdir()) == []
