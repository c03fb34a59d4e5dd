"""The components of the product, as `make sbom` lists them: every locked package, with version and licence."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from packaging.utils import canonicalize_name, canonicalize_version

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def recipe() -> list[list[str]]:
    """The commands of `make sbom`, with the interpreter of this test."""
    command = ["make", "-n", "-o", "tools", "sbom"]
    environment = os.environ | {"VENV": str(BIN.parent), "PYTHON": sys.executable}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=True)
    shown = done.stdout.replace("\\\n", " ").replace('"${VENV:-.venv}/bin/python"', shlex.quote(sys.executable))
    return [shlex.split(line) for line in shown.splitlines() if not line.startswith("make")]


def test_the_document_is_made_of_what_is_locked_and_of_nothing_else() -> None:
    """A clean environment gets the locked packages by their hashes, and the document describes it."""
    clean, install, *_, describe = recipe()
    home = clean[-1]
    assert clean[1:] == ["-m", "venv", "--clear", "build/sbom"]
    assert install[:3] == [f"{home}/bin/python", "-m", "pip"]
    assert install[-4:] == ["install", "--require-hashes", "-r", "requirements.txt"]
    assert describe[:5] == [sys.executable, "-m", "cyclonedx_py", "environment", f"{home}/bin/python"]


def test_the_document_names_every_package_that_is_locked(tmp_path: Path) -> None:
    """The recipe's own command, on the present environment; some of it is validated by the schema of CycloneDX."""
    # It is slow to load, and every process of the tests reads this file.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    *_, command = recipe()
    described, written = command.index("environment") + 1, command.index("--output-file") + 1
    command[described], command[written] = sys.executable, str(tmp_path / "sbom.cdx.json")
    subprocess.run([*command, "--no-validate"], cwd=ROOT, capture_output=True, check=True)
    document = json.loads((tmp_path / "sbom.cdx.json").read_text(encoding="utf-8"))
    found = {(canonicalize_name(one["name"]), _version(one.get("version"))): one for one in document["components"]}
    locked = re.findall(r"^([a-z0-9._-]+)==([^ ]+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    assert len(locked) > 50
    assert [pair for pair in locked if (canonicalize_name(pair[0]), _version(pair[1])) not in found] == []
    assert document["metadata"]["component"]["name"] == "samen"
    assert len([one for one in found.values() if one.get("licenses")]) > len(locked)
    names = {pair[0] for pair in locked[:5]}
    some = [one for one in document["components"] if canonicalize_name(one["name"]) in names]
    # All of it would take half a minute.
    part = json.dumps(document | {"components": some, "dependencies": []})
    validator = JsonStrictValidator(SchemaVersion.from_version(document["specVersion"]))
    assert validator.validate_str(part) is None
    assert validator.validate_str(part.replace('"name": "samen"', '"name": 7')) is not None


def _version(text: str | None) -> str:
    """A version in its usual form: a package may name itself `2.012`."""
    return canonicalize_version(text or "0")
