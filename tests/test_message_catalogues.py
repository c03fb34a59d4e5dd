"""Texts for people: every language has all of them, with the same facts, and a third language is a file."""

import ast
import importlib
import inspect
import pkgutil
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.dates import format_date
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

import app.domain
from app.adapters import message_catalogues
from app.adapters.fields import ALIKE, FORMS, field_text
from app.adapters.message_catalogues import DEFAULT, Text, languages, message_catalogue
from app.adapters.messages import EN, NL, error_text, euro, explain, language_of, message_of, say, task_text
from app.domain import errors
from app.domain.errors import BelowMinimum, DomainError, SoldOut, WrongState
from app.domain.money import percent_text
from app.domain.transitions import Process

ROOT = Path(__file__).parent.parent
FACTS = {
    "euro": 123_450,
    "percent": 1_250,
    "day": "2026-03-05",
    "month": "2026-03",
    "list": ["a", "b"],
    "and": ["a", "b"],
    "choice": "'a' or 'b'",
    "names": [{"name": "Jo"}],
    "method": "cash",
    "state": "in_progress",
    "verbs": ["hand_on", "cancel"],
    "target": "parent",
    "": "x",
}
"""A fact for each thing that a placeholder may be."""


def messages(language: str) -> dict[str, Message]:
    """The messages of a file, by their first id."""
    with (message_catalogues.FOLDER / f"{language}.po").open("rb") as file:
        read = [message for message in read_po(file) if message.id]
    return {message.id if isinstance(message.id, str) else message.id[0]: message for message in read}


def forms_of(message: Message) -> list[str]:
    several = message.string if isinstance(message.string, tuple | list) else [message.string]
    return [form or "" for form in several]


def kinds(language: str) -> dict[str, dict[str, str]]:
    """What each fact of a text is, by the text's key: `{"gross": "euro"}`."""
    found = {}
    for key, message in messages(language).items():
        parts = [part for form in forms_of(message) for part in Formatter().parse(form)]
        found[key] = {name: spec or "" for _, name, spec, _ in parts if name}
    return found


def texts(language: str) -> Iterator[Text]:
    for section in message_catalogue(language).texts.values():
        yield from section.values()


def test_both_languages_have_all_texts_and_none_is_empty_or_unsure() -> None:
    assert languages() == (NL, EN)
    dutch, english = messages(NL), messages(EN)
    assert list(dutch) == list(english)
    assert len(dutch) > 300
    for key, message in (*dutch.items(), *english.items()):
        forms = forms_of(message)
        assert all(forms), key
        assert not message.fuzzy, key
        assert len(forms) == (1 if isinstance(message.id, str) else 2), key
    assert {key: message.id for key, message in dutch.items()} == {key: one.id for key, one in english.items()}


def test_no_text_stands_twice_in_a_file() -> None:
    """A second one would take the place of the first without a word."""
    for language in languages():
        lines = (message_catalogues.FOLDER / f"{language}.po").read_text(encoding="utf-8").splitlines()
        keys = [line for line in lines if line.startswith("msgid ") and line != 'msgid ""']
        assert len(keys) == len(set(keys)) == len(messages(language))


def test_both_languages_name_the_same_facts() -> None:
    assert kinds(NL) == kinds(EN)


@pytest.mark.parametrize("language", [NL, EN])
def test_every_text_is_written_with_its_facts(language: str) -> None:
    facts_of = kinds(language)
    for text in texts(language):
        for count in (1, 2):
            facts = {name: FACTS[kind] for name, kind in facts_of[text.key].items()}
            facts |= {text.count: count} if text.count else {}
            said = text.written(facts)
            assert said, text.key
            assert not set(said) & set("{}…") or text.key in {"note.facts", "refusal.unauthenticated"}, said
        for name in text.names:
            with pytest.raises(KeyError):
                text.written({other: fact for other, fact in facts.items() if other != name})


@pytest.mark.parametrize(
    ("name", "ending"),
    [("Breda U.A.", "bij Breda U.A."), ("Breda", "bij Breda."), ("Wacht...", "bij Wacht...")],
)
def test_a_name_with_a_full_stop_ends_the_sentence(name: str, ending: str) -> None:
    assert say("status", "on_request", "nl", cooperative=name).endswith(ending)


def test_people_read_no_codes_of_processes() -> None:
    modules = [importlib.import_module(one.name) for one in pkgutil.walk_packages(app.domain.__path__, "app.domain.")]
    processes = {
        id(one): one for module in modules for one in vars(module).values() if isinstance(one, Process)
    }.values()
    assert len(processes) > 15
    names = message_catalogue(NL).texts
    assert {str(state) for one in processes for state in one.states} == set(names["state"])
    assert {str(verb) for one in processes for verb in one.verbs} == set(names["verb"])
    refused = WrongState(verb="hand_on", state="in_progress", possible=["take_over", "cancel"])
    assert message_of(refused, NL).endswith("de stand is 'bezig'. Dit kan wel: overnemen, annuleren.")


def test_a_fact_that_is_missing_stops_no_answer_in_production(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(message_catalogues, "STRICT", False)
    assert message_of(SoldOut(title="Taart"), NL) == "Van 'Taart' zijn er nog …. Bestel er minder."
    changed = error_text("price_changed", {"title": ["Taart", "Brood"], "price_cents": None}, EN)
    assert changed.startswith("The price of 'Taart, Brood' has changed: now …. Show it")
    assert {record.getMessage() for record in caplog.records} == {"a text lacks a fact"}
    monkeypatch.setattr(message_catalogues, "STRICT", True)
    for facts in ({"title": "Taart"}, {"title": ["Taart"], "left": 2}, {"title": None, "left": 2}):
        with pytest.raises((KeyError, TypeError)):
            message_of(SoldOut(**facts), NL)


def calls() -> Iterator[tuple[str, type[DomainError], dict[str, ast.expr]]]:
    """Where the code makes a refusal of which it names all the facts."""
    known = {name: one for name, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, DomainError)}
    for file in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in known and all(keyword.arg for keyword in node.keywords):
                yield f"{file.name}:{node.lineno}", known[name], {str(k.arg): k.value for k in node.keywords}


def test_every_refusal_has_the_facts_that_its_text_names() -> None:
    refusals, rules = message_catalogue(NL).texts["refusal"], message_catalogue(NL).texts["rule"]
    checked = 0
    for place, error, facts in calls():
        closer = facts.get("how", facts.get("reason", facts.get("per")))
        if not hasattr(error, "code") or not isinstance(closer, ast.Constant | None):
            continue
        text = refusals[error.code]
        if closer is not None:
            text = refusals.get(f"{error.code}_{ast.literal_eval(closer)}", text)
        if isinstance(facts.get("rule"), ast.Constant):
            text = rules[ast.literal_eval(facts["rule"])]
        if error.code == "rule_refused" and text is refusals["rule_refused"]:
            continue
        assert text.names <= set(facts) | ({"possible"} if error.code == "wrong_state" else set()), place
        checked += 1
    assert checked > 150


def test_every_name_that_a_field_text_has_in_the_code_is_a_text() -> None:
    found = message_catalogue(NL).texts
    assert set(ALIKE.values()) <= set(found["field"])
    assert set(FORMS.values()) == set(found["form"])
    assert field_text({"code": "string_too_short", "facts": {"min_length": "1"}}, NL) == "Vul minstens 1 teken in."
    assert field_text({"code": "string_too_short", "facts": {"min_length": "2"}}, EN) == "Give at least 2 characters."


@pytest.mark.parametrize(
    ("code", "facts", "dutch", "english"),
    [
        ("sold_out", {"title": "Taart", "left": 1}, "is er nog 1.", "There is 1 left"),
        ("sold_out", {"title": "Taart", "left": 0}, "zijn er nog 0.", "There are 0 left"),
        ("sold_out", {"title": "Taart", "left": 2}, "zijn er nog 2.", "There are 2 left"),
        ("not_filling", {"missing": 1}, "Er mist 1 stuk;", "1 unit is missing"),
        ("stock_held", {"held": 1}, "Er is er 1 gereserveerd.", "1 of them is held."),
        ("rule_refused", {"rule": "seats_are_taken", "value": "1"}, "Er doet al 1 persoon mee.", "1 person has"),
        ("rule_refused", {"rule": "seats_are_taken", "value": "3"}, "Er doen al 3 mensen mee.", "3 people have"),
    ],
)
def test_one_is_no_plural(code: str, facts: dict[str, Any], dutch: str, english: str) -> None:
    assert dutch in error_text(code, facts, NL)
    assert english in error_text(code, facts, EN)


def test_what_a_fact_is_stands_in_the_text() -> None:
    assert explain("opening", {"day": "2026-03-05"}, NL) == "Dit bracht de coöperatie mee op 5 maart 2026."
    assert explain("opening", {"day": "2026-03-05"}, EN) == "The cooperative brought this along on 5 March 2026."
    share = {"to": "parent", "basis_points": 1_250, "surplus": 10_000, "rounded": True}
    assert explain("share_of_surplus", share, NL).startswith("12,5 % van € 100,00 is voor de koepel. Afgerond")
    assert explain("share_of_surplus", share, EN).startswith("12.5 % of €100.00 goes to the umbrella cooperative. R")
    assert "(Garen: 3, Wol: 1)" in message_of(BelowMinimum(missing={"Garen": 3, "Wol": 1}), NL)
    assert "tot en met maart 2026" in task_text("settle_remittance", {"through": "2026-03"}, NL)
    assert "een andere uitkomst: Een. " in error_text("examples_fail", {"examples": [{"name": "Een"}]}, NL)


@pytest.mark.parametrize(
    ("cents", "dutch", "english"),
    [
        (0, "€ 0,00", "€0.00"),
        (5, "€ 0,05", "€0.05"),
        (-5, "-€ 0,05", "-€0.05"),
        (99_999, "€ 999,99", "€999.99"),
        (123_450, "€ 1.234,50", "€1,234.50"),
        (-123_456_789, "-€ 1.234.567,89", "-€1,234,567.89"),
    ],
)
def test_an_amount_has_one_form(cents: int, dutch: str, english: str) -> None:
    assert (euro(cents, NL), euro(cents, EN)) == (dutch, english)


@given(cents=st.integers(0, 10**13), points=st.integers(0, 10**6), day=st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_numbers_and_days_are_as_babel_writes_them(cents: int, points: int, day: date) -> None:
    """`euro` applies the pattern of the locale itself, which is eight times as fast."""
    for language in (NL, EN):
        one = message_catalogue(language)
        euros = format_currency(percent_text(cents), "EUR", locale=one.locale)
        assert one.euro(cents) == euros.replace("\xa0", " ")
        assert one.euro(-cents).lstrip("-") == one.euro(cents)
        percent = format_decimal(percent_text(points), locale=one.locale, group_separator=False)
        assert one.writers["percent"](points) == percent
        assert one.writers["day"](day.isoformat()) == format_date(day, "d MMMM y", locale=one.locale)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the catalogues, to add to."""
    shutil.copytree(message_catalogues.FOLDER, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(message_catalogues, "FOLDER", tmp_path)
    cached = (message_catalogue, languages, language_of)
    for function in cached:
        function.cache_clear()
    yield tmp_path
    for function in cached:
        function.cache_clear()


POLISH = """msgid ""
msgstr ""
"Language: pl\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "refusal.sold_out"
msgid_plural "left"
msgstr[0] "Została {left} sztuka: {title}."
msgstr[1] "Zostały {left} sztuki: {title}."
msgstr[2] "Zostało {left} sztuk: {title}."

msgid "reason.customer"
msgstr "Klient płaci {gross:euro}."

#, fuzzy
msgid "refusal.forbidden"
msgstr "Nie wolno."
"""


def test_a_third_language_is_a_file(folder: Path) -> None:
    """What it lacks, or is unsure of, is said in Dutch."""
    (folder / "pl.po").write_text(POLISH, encoding="utf-8")
    assert languages() == (DEFAULT, EN, "pl")
    assert language_of("pl-PL, nl;q=0.5") == "pl"
    assert language_of("*") == DEFAULT
    said = [message_of(SoldOut(title="Tort", left=left), "pl") for left in (1, 2, 5, 22)]
    assert [text.split()[:3:2] for text in said] == [
        ["Została", "sztuka:"],
        ["Zostały", "sztuki:"],
        ["Zostało", "sztuk:"],
        ["Zostały", "sztuki:"],
    ]
    assert explain("customer", {"gross": 123_450}, "pl") == "Klient płaci 1\xa0234,50 €."
    for code in ("forbidden", "hold_gone"):
        assert error_text(code, {}, "pl") == error_text(code, {}, NL)


def test_a_placeholder_that_is_no_such_thing_stops_the_start(folder: Path) -> None:
    (folder / "fy.po").write_text('msgid "reason.customer"\nmsgstr "{gross:guilders}"\n', encoding="utf-8")
    with pytest.raises(KeyError, match="guilders"):
        message_catalogue("fy")
