"""The rooms: each import contract holds, and is proved by an inserted violation."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.adapters.messages import EN, templates

ROOT = Path(__file__).parent.parent
PLANTS = {
    "The rooms, from the outside in": ("app/usecases/platform/tasks.py", "import app.api.deps"),
    "The rooms, from the outside in, the other way round": ("app/db/vat.py", "import app.usecases.platform.tasks"),
    "The outside world does not know the database": ("app/adapters/mail.py", "import app.db.people.persons"),
    "The domain is pure Python": ("app/domain/money.py", "import pydantic"),
    "Use cases know domain, database and vocabulary": ("app/usecases/ledger.py", "import asyncpg"),
    "The faces know no SQL": ("app/graphql/context.py", "import app.db.platform.outbox"),
    "The faces know no SQL, nor its library": ("app/api/deps.py", "import asyncpg"),
    "Only use cases touch the ledger's tables": ("app/db/selling/orders.py", "import app.db.ledger"),
    "No circles within a room": ("app/domain/money.py", "import app.domain.earning.split"),
    "Verbs do not call verbs of another noun": ("app/usecases/platform/tasks.py", "import app.usecases.selling.orders"),
    "Verbs do not call verbs of another noun, of the same wing": (
        "app/usecases/platform/tasks.py",
        "import app.usecases.platform.feed",
    ),
    "The wings, in every room": ("app/domain/people/members.py", "import app.domain.earning.agreements"),
    "The wings, in every room, of the database": ("app/db/market/offerings.py", "import app.db.selling.orders"),
    "The wings, in every room, books and platform": (
        "app/contract/books/seals.py",
        "import app.contract.platform.apps",
    ),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)


def test_the_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", PLANTS)
def test_each_contract_bites(tmp_path: Path, name: str) -> None:
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file, line = PLANTS[name]
    (tmp_path / file).write_text((tmp_path / file).read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    done = lint(tmp_path)
    told = [line.partition(" (")[0] for line in done.stdout.splitlines()]
    assert done.returncode == 1, done.stdout
    assert any(line.endswith("BROKEN") and name.startswith(line[: -len(" BROKEN")]) for line in told), done.stdout


def test_only_the_run_commits() -> None:
    """Only `Run`, start-up and migrations open a transaction."""
    openers = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "app").rglob("*.py")
        if ".transaction(" in file.read_text(encoding="utf-8")
    }
    migrations = {f"app/db/{name}.py" for name in ("definitions", "revisions", "roles")}
    starts = {"app/keys.py", "app/migrations.py"}
    assert openers == {"app/db/engine.py", "app/running/run.py"} | starts | migrations


def test_every_rule_that_can_refuse_has_words() -> None:
    """The rules in the code; a violated database constraint is reported by its own name."""
    calls = [
        node
        for file in (ROOT / "app").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        # Its rule is the reason of a booking.
        if isinstance(node, ast.Call) and ast.unparse(node.func) != "Leg"
    ]
    stated = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "rule"]
    # A number is the length of a column.
    named = {value.value for value in stated if isinstance(value, ast.Constant) and isinstance(value.value, str)}
    assert len(named) > 50
    assert sorted(named - templates("rule", EN).keys()) == []


def test_functions_and_modules_stay_small() -> None:
    for file in (ROOT / "app").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert len([line for line in text.splitlines() if line.strip()]) <= 400, file
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1 <= 40, f"{file}: {node.name}"


def packed(tree: ast.AST) -> list[int]:
    """The lines of unclear long calls: a star or splat of a literal, a large dataclass by position."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Starred) and isinstance(node.value, ast.Tuple | ast.List):
            found.append(node.lineno)
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found += [value.lineno for key, value in pairs if key is None and isinstance(value, ast.Dict)]
        if isinstance(node, ast.ClassDef) and sum(isinstance(inner, ast.AnnAssign) for inner in node.body) > 5:
            decorators = [ast.unparse(one) for one in node.decorator_list]
            found += [node.lineno for one in decorators if "dataclass" in one and "kw_only" not in one]
    return found


def test_long_calls_are_written_out() -> None:
    for file in [*(ROOT / "app").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        found = packed(ast.parse(file.read_text(encoding="utf-8")))
        assert found == [], file


@pytest.mark.parametrize(
    "code",
    [
        "call(*(1, 2), *rest)",
        "call(*[1, 2])",
        "table = {**{'a': 1}, 'b': 2}",
        "@dataclass\nclass Wide:\n" + "".join(f"    field_{n}: int\n" for n in range(6)),
    ],
)
def test_packed_calls_are_found(code: str) -> None:
    assert len(packed(ast.parse(code))) == 1


def test_public_functions_say_what_they_do() -> None:
    for room in ("domain", "usecases"):
        for file in (ROOT / "app" / room).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            assert ast.get_docstring(tree), file
            for node in tree.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                    assert ast.get_docstring(node), f"{file}: {node.name}"


def test_every_path_that_the_docs_name_exists() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]
    path = re.compile(r"(?<![\w/.-])(?:app|tests|alembic|bench|checks|deploy|docs|examples|openapi)/[\w./-]*\w")
    named = {(page.name, found) for page in pages for found in path.findall(page.read_text(encoding="utf-8"))}
    assert len(named) > 40
    assert [(page, found) for page, found in sorted(named) if not (ROOT / found).exists()] == []
