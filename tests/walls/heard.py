"""The private words of the sample: who may hear which, and what was said to whom."""

import re

from tests.walls.inputs import SAID
from tests.walls.sample import Sample

_ORDER = frozenset({"contact", "email", "street", "organisation", "note"})
_MEMBER = frozenset({"goal", "name", "receipt", "reason", "spending", "supplier"})
_HOUSE = frozenset({"agreement", "barter", "draft"})
EARS: dict[str, frozenset[str]] = {
    "app": _ORDER | {"refund"},
    "partner": _ORDER | {"draft"},
    "member": _ORDER | _MEMBER | _HOUSE | {"permission"},
    "coordinator": _ORDER | _MEMBER | _HOUSE | {"permission", "refund", "hours", "fund"},
    "treasurer": _ORDER | _MEMBER | _HOUSE | {"refund", "hours", "fund", "delivery"},
    "network": frozenset({"agreement", "app"}),
    "controller": frozenset({"agreement"}),
    "case-manager": frozenset({"permission", "spending", "supplier"}),
    "colleague": _HOUSE,
    "voter": frozenset({"ballot"}),
    **{f"sister-{role}": frozenset({"hours"}) for role in ("member", "coordinator", "treasurer")},
}
"""Exactly this, from all answers together; who is not named hears nothing."""


class Heard:
    """The places whose word stood in an answer to somebody, and where they heard it first."""

    def __init__(self, sample: Sample) -> None:
        self.mark, self.places = sample.mark, dict[str, dict[str, str]]()

    def listen(self, column: str, where: str, text: str) -> None:
        for place in re.findall(rf"{self.mark}-([a-z]+)", text):
            self.places.setdefault(column, {}).setdefault(place, where)

    def too_much(self) -> list[tuple[str, str, str]]:
        """Who, which word, and where."""
        found = self.places.items()
        return [(c, p, where) for c, heard in found for p, where in heard.items() if p not in EARS.get(c, ())]

    def too_little(self, column: str) -> frozenset[str]:
        """The control: what somebody may hear and did not."""
        return EARS.get(column, frozenset()) - set(self.places.get(column, ()))


def whispered(sample: Sample, lines: list[str]) -> list[str]:
    """Lines of the log in which a private word stands, or a text that somebody sent."""
    return [line for line in lines if sample.mark in line or SAID in line]
