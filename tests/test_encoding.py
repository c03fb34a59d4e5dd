"""Every file is read and written as UTF-8, whatever the locale of the machine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    file
    for folder in ("alembic", "app", "bench", "checks", "examples", "tests")
    for file in (ROOT / folder).rglob("*.py")
) + sorted(ROOT.glob("*.py"))
TEXT_MODE = re.compile(r"[rwax]\+?t?|t[rwax]\+?")
MODE_AT = {"open": 1, "fdopen": 1, "TemporaryFile": 0, "NamedTemporaryFile": 0, "SpooledTemporaryFile": 1}
"""Where the mode stands among the positional arguments."""
BINARY = {"TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile"}
"""Binary unless a mode says otherwise."""


def _is_text(call: ast.Call) -> bool:
    """Whether the call opens a file or a process as text."""
    method = isinstance(call.func, ast.Attribute)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in ("read_text", "write_text"):
        return True
    if "text" in keywords or "universal_newlines" in keywords:
        return ast.unparse(call.func).startswith("subprocess.")
    if name not in MODE_AT or ast.unparse(call.func) == "os.open":
        return False
    place = 0 if name == "open" and method else MODE_AT[name]
    mode = keywords.get("mode") or (call.args[place] if len(call.args) > place else None)
    if mode is None:
        return name == "fdopen" or (name == "open" and not method)
    return isinstance(mode, ast.Constant) and TEXT_MODE.fullmatch(str(mode.value)) is not None


def _without_encoding(source: str) -> Iterator[int]:
    """The lines of calls that leave the encoding to the locale."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _is_text(node) and all(k.arg != "encoding" for k in node.keywords):
            yield node.lineno


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("path.read_text()", 1),
        ("path.write_text(text)", 1),
        ("open(name)", 1),
        ("path.open('w')", 1),
        ("os.fdopen(number, 'w')", 1),
        ("tempfile.TemporaryFile('w+')", 1),
        ("subprocess.run(command, text=True)", 1),
        ("path.read_text(encoding='utf-8')", 0),
        ("path.open('rb')", 0),
        ("subprocess.run(command, encoding='utf-8')", 0),
        ("tempfile.TemporaryFile()", 0),
        ("os.open(name, flags)", 0),
        ("database.open()", 0),
    ],
)
def test_the_check_sees_what_leaves_the_encoding_to_the_locale(source: str, found: int) -> None:
    assert len(list(_without_encoding(source))) == found


def test_every_file_names_its_encoding() -> None:
    assert len(SOURCES) > 200
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in SOURCES
        if "node_modules" not in file.parts
        for line in _without_encoding(file.read_text(encoding="utf-8"))
    ]
    assert found == []
