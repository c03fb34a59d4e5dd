"""What the product is made of, as `make sbom` writes it: every locked package, by its version and licence."""

import json
import re
import subprocess
import sys
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def test_the_document_names_every_package_that_is_locked() -> None:
    """The tool validates what it writes against the schema of CycloneDX, and fails where it does not fit."""
    command = [Path(sys.executable).with_name("cyclonedx-py"), "environment", "--output-reproducible", "--validate"]
    made = subprocess.run(
        [*map(str, command), "--pyproject", str(ROOT / "pyproject.toml"), sys.executable],
        capture_output=True,
        check=True,
    )
    document = json.loads(made.stdout)
    found = {(canonicalize_name(one["name"]), one.get("version")): one for one in document["components"]}
    locked = re.findall(r"^([a-z0-9._-]+)==([^ ]+)", (ROOT / "requirements.txt").read_text(), re.M)
    assert len(locked) > 50
    assert [pair for pair in locked if (canonicalize_name(pair[0]), pair[1]) not in found] == []
    assert document["metadata"]["component"]["name"] == "samen"
    assert len([one for one in found.values() if one.get("licenses")]) > len(locked)
