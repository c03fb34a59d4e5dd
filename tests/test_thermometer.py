"""The drawn thermometer: well-formed, readable by a screen reader, safe with any name."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.drawings import thermometer_svg
from app.adapters.messages import EN, NL
from app.domain.earning.thermometer import PotKind, Thermometer

ROOT = Path(__file__).parent.parent
NOOR = Thermometer(
    member_id=UUID(int=1),
    cooperative_id=UUID(int=2),
    name="Noor",
    kind=PotKind.POT,
    balance_cents=14_450,
    pending_cents=5_000,
    held_cents=0,
    year=2026,
    year_total_cents=14_450,
    threshold_cents=300_000,
    goal_text="Elektrische heggenschaar",
    goal_cents=24_900,
    movements=(),
)
NS = {"s": "http://www.w3.org/2000/svg"}


def test_it_has_a_title_and_a_description_in_the_readers_language() -> None:
    for language, words in ((NL, "In uw spaarpot: € 144,50"), (EN, "In your savings pot: €144.50")):
        root = Xml.fromstring(thermometer_svg(NOOR, language))
        assert root.get("role") == "img"
        title, description = root.find("s:title", NS), root.find("s:desc", NS)
        assert title is not None
        assert description is not None
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert words in (description.text or "")
        assert "Noor" in (title.text or "")


def test_a_collective_says_so() -> None:
    picture = thermometer_svg(replace(NOOR, kind=PotKind.COLLECTIVE, goal_text=None, goal_cents=None), NL)
    assert "spaart samen" in picture


@given(
    name=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=120),
    balance=st.integers(0, 10**10),
    goal=st.one_of(st.none(), st.integers(1, 10**10)),
)
def test_it_is_well_formed_for_everybody(name: str, balance: int, goal: int | None) -> None:
    Xml.fromstring(
        thermometer_svg(replace(NOOR, name=name, balance_cents=balance, goal_cents=goal, goal_text=name), NL)
    )


def test_the_picture_of_the_readme_is_what_is_drawn() -> None:
    assert (ROOT / "docs" / "thermometer.svg").read_text(encoding="utf-8") == thermometer_svg(NOOR, NL) + "\n"


@pytest.mark.parametrize("language", [NL, EN])
def test_full_and_empty_are_told_without_colour(language: str) -> None:
    empty = thermometer_svg(replace(NOOR, balance_cents=0, pending_cents=0), language)
    full = thermometer_svg(replace(NOOR, balance_cents=24_900, pending_cents=0), language)
    assert empty != full
    assert ("0,00" if language == NL else "0.00") in empty
