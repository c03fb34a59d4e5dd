"""Every row of docs/security.md names tests that are there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_row_is_held_by_a_test_that_exists() -> None:
    text = (ROOT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| (\d+) \|.*$", text, re.MULTILINE)
    assert [int(number) for number in rows] == list(range(1, 26))
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) > 30
    for file, test in named:
        tree = ast.parse((ROOT / file).read_text())
        known = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert not test or test in known, f"{file}::{test}"
