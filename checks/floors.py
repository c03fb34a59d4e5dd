"""Sets the least versions in pyproject.toml to the locked ones: nothing older was tested. `make lock` runs it."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCKED = re.compile(r"^([a-z0-9._-]+)==([^ ]+)", re.MULTILINE)
DEPENDENCY = re.compile(r'^(    |requires = \[)"([a-z0-9._-]+)(\[[a-z]+\])?(?:>=[^",]+)?(,<[^"]+)?"', re.MULTILINE)


def raised(project: str, locked: dict[str, str]) -> str:
    """The text of pyproject.toml with the locked version as the floor of each dependency."""

    def floor(found: re.Match[str]) -> str:
        before, name, extras, ceiling = found.groups(default="")
        return f'{before}"{name}{extras}>={locked[name]}{ceiling}"' if name in locked else found[0]

    requirements, scripts, tools = project.partition("[project.scripts]")
    return DEPENDENCY.sub(floor, requirements) + scripts + tools


def main() -> None:
    locked: dict[str, str] = {}
    for name in ("requirements-dev.txt", "requirements.txt"):
        locked |= dict(LOCKED.findall((ROOT / name).read_text(encoding="utf-8")))
    file = ROOT / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    if (changed := raised(text, locked)) != text:
        file.write_text(changed, encoding="utf-8")
        print("pyproject.toml: the floors are the locked versions", file=sys.stderr)


if __name__ == "__main__":
    main()
