"""The private words of the sample: who may see which, and who saw which."""

import re

from tests.walls.inputs import SAID
from tests.walls.sample import Sample

_ORDER = frozenset({"contact", "email", "street", "organisation", "note"})
_MEMBER = frozenset({"goal", "name", "receipt", "reason", "spending", "supplier", "payee"})
_HOUSE = frozenset({"agreement", "barter", "draft"})
EARS: dict[str, frozenset[str]] = {
    "app": _ORDER | {"credit"},
    "partner": _ORDER | {"draft"},
    "member": _ORDER | _MEMBER | _HOUSE | {"permission"},
    "coordinator": _ORDER
    | _MEMBER
    | _HOUSE
    | {
        "permission",
        "power",
        "credit",
        "loss",
        "account",
        "statement",
        "hours",
        "fund",
        "floor",
        "debt",
        "merchant",
        "bill",
        "payout",
        "payment",
    },
    "treasurer": _ORDER
    | _MEMBER
    | _HOUSE
    | {
        "power",
        "credit",
        "loss",
        "account",
        "statement",
        "line",
        "hours",
        "fund",
        "floor",
        "debt",
        "delivery",
        "correction",
        "merchant",
        "bill",
        "payout",
        "payment",
        "rule",
    },
    "approver": frozenset(
        {"draft", "loss", "account", "statement", "spending", "supplier", "payee", "floor", "debt", "bill", "payment"}
    ),
    "umbrella-treasurer": frozenset({"loss", "account", "statement", "payee", "floor", "debt", "bill", "payment"}),
    "network": frozenset({"agreement", "app", "power"}),
    "controller": frozenset({"agreement"}),
    "case-manager": frozenset({"permission", "spending", "supplier"}),
    "colleague": _HOUSE,
    "voter": frozenset({"ballot"}),
    **{f"sister-{role}": frozenset({"hours"}) for role in ("member", "coordinator", "treasurer")},
}
"""The exact words in all answers together; callers that are not listed see none."""
IN_EXPORTS = frozenset({("member", "payout")})
"""Words that a caller reads in their export only, which REST has and GraphQL has not."""


class Heard:
    """The words that were in answers to a caller, and where they were seen first."""

    def __init__(self, sample: Sample) -> None:
        self.mark, self.places = sample.mark, dict[str, dict[str, str]]()

    def listen(self, column: str, where: str, text: str) -> None:
        for place in re.findall(rf"{self.mark}-([a-z]+)", text):
            self.places.setdefault(column, {}).setdefault(place, where)

    def too_much(self) -> list[tuple[str, str, str]]:
        """Caller, word and place of each leak."""
        found = [(c, p, where) for c, heard in self.places.items() for p, where in heard.items()]
        return [one for one in found if one[1] not in EARS.get(one[0], ()) and one[:2] not in IN_EXPORTS]

    def too_little(self, column: str) -> frozenset[str]:
        """The control: the words that a caller may see and did not."""
        return EARS.get(column, frozenset()) - set(self.places.get(column, ()))


def whispered(sample: Sample, lines: list[str]) -> list[str]:
    """The log lines with a private word, or a text that somebody sent, without those of the tests' own client."""
    told = (line for line in lines if '"logger": "httpx"' not in line)
    return [line for line in told if sample.mark in line or SAID in line]
