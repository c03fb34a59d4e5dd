"""Message catalogues in gettext's PO format, one file a language; the head of each says how a text is written."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol, get_minus_sign_symbol

from app.domain.money import CURRENCY, percent_text

FOLDER = Path(__file__).parent.parent / "locales"
DEFAULT = "nl"
"""The language of those who want none of ours, and of what a catalogue lacks."""
STRICT = False
"""Whether a fact that is missing, or no such thing as its placeholder says, is an error. The tests set it."""
PLURALS = ("zero", "one", "two", "few", "many", "other")
"""The names of plural forms in the order of CLDR."""

Facts = Mapping[str, Any]
Writer = Callable[[Any], str]
log = logging.getLogger("samen.texts")


class Text:
    """A text in one or more plural forms, with its placeholders read."""

    def __init__(self, key: str, forms: Sequence[str], counts: Sequence[str], catalogue: "MessageCatalogue") -> None:
        self.key, self.count = key, counts[0] if counts else None
        self._plural = catalogue.plural
        self._forms = [_parts(form, catalogue.writers) for form in forms]
        self._plain = None if any(name for form in self._forms for _, name, _ in form) else self.template

    @property
    def names(self) -> set[str]:
        """The facts that it names."""
        counted = {self.count} if self.count else set()
        return {name for form in self._forms for _, name, _ in form if name} | counted

    @property
    def template(self) -> str:
        """The text of several, with the names of its facts between braces."""
        return "".join(literal + (f"{{{name}}}" if name else "") for literal, name, _ in self._forms[-1])

    def written(self, facts: Facts) -> str:
        """The text with its facts. One that is missing is `…`.

        Raises KeyError, TypeError or ValueError for it in strict mode.
        """
        if self._plain is not None:
            return self._plain
        try:
            form = self._forms[0 if self.count is None else self._plural(int(facts[self.count]), len(self._forms))]
            return _joined([(literal, write(facts[name]) if name else "") for literal, name, write in form]).rstrip()
        except (KeyError, TypeError, ValueError):
            if STRICT:
                raise
            log.warning("a text lacks a fact", extra={"text": self.key, "given": sorted(facts)})
            return "".join([literal + _as_well_as_can(name, write, facts) for literal, name, write in self._forms[-1]])


class MessageCatalogue:
    """The texts of one language, and how it writes amounts, days and numbers. `texts` has them by section and code."""

    def __init__(self, language: str) -> None:
        with (FOLDER / f"{language}.po").open("rb") as file:
            read = read_po(file)
        self.locale = locale = read.locale or Locale.parse(language)
        amount = locale.currency_formats["standard"]
        sign = get_currency_symbol(CURRENCY, locale)
        self._before, self._after = (
            part[0].replace("¤", sign).replace("\xa0", " ") for part in (amount.prefix, amount.suffix)
        )
        self._minus = get_minus_sign_symbol(locale)
        self._group, self._decimal = get_group_symbol(locale), get_decimal_symbol(locale)
        self._tags = [tag for tag in PLURALS if tag in locale.plural_form.tags or tag == "other"]
        self.plural = lru_cache(maxsize=1000)(self._plural)
        self.writers: dict[str, Writer] = {
            "": _plain,
            "euro": self.euro,
            "percent": self._percent,
            "day": lru_cache(maxsize=1000)(self._day),
            "month": self._month,
            "list": _listed,
            "and": self._all,
            "choice": self._choice,
            "method": lambda method: self._named("method", method),
            "state": lambda state: self._named("state", state),
            "verbs": lambda verbs: _listed([self._named("verb", verb) for verb in verbs]),
            "names": _names,
            "target": lambda who: self._named("target", who),
        }
        rest = {} if language == DEFAULT else message_catalogue(DEFAULT).texts
        self.texts: dict[str, dict[str, Text]] = {section: dict(texts) for section, texts in rest.items()}
        for message in read:
            key, *counts = _several(message.id)
            forms = _several(message.string)
            if key and all(forms) and not message.fuzzy:
                section, _, code = key.partition(".")
                self.texts.setdefault(section, {})[code] = Text(key, forms, counts, self)

    def euro(self, cents: int | str) -> str:
        """`€ 1.234,50` in Dutch, `€1,234.50` in English: the pattern of the locale, with a minus in front."""
        cents = int(cents)
        whole, rest = divmod(abs(cents), 100)
        amount = f"{self._before}{whole:,}".replace(",", self._group)
        return f"{self._minus if cents < 0 else ''}{amount}{self._decimal}{rest:02d}{self._after}"

    def _plural(self, number: int, forms: int) -> int:
        """Which of so many forms a number takes."""
        return min(self._tags.index(self.locale.plural_form(number)), forms - 1)

    def _percent(self, basis_points: int) -> str:
        return percent_text(int(basis_points)).replace(".", self._decimal)

    def _day(self, day: str) -> str:
        return format_date(date.fromisoformat(day), "long", locale=self.locale)

    def _month(self, month: str) -> str:
        return format_skeleton("yMMMM", date.fromisoformat(f"{month[:7]}-01"), locale=self.locale)

    def _all(self, things: Sequence[Any]) -> str:
        """All of them, with the language's own word before the last."""
        return format_list([str(thing) for thing in things], locale=self.locale)

    def _choice(self, expected: str) -> str:
        """What pydantic expects (`'a', 'b' or 'c'`), with the language's own word before the last."""
        return format_list(re.findall(r"'[^']*'", expected) or [expected], style="or", locale=self.locale)

    def _named(self, section: str, code: str) -> str:
        """What people call a code; a code without a name stays as it is."""
        return self.texts[section][code].written({}) if code in self.texts[section] else code


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a catalogue, Dutch first."""
    return tuple(sorted((file.stem for file in FOLDER.glob("*.po")), key=lambda name: (name != DEFAULT, name)))


@cache
def message_catalogue(language: str) -> MessageCatalogue:
    """The catalogue of a language, read once."""
    return MessageCatalogue(language)


def _several(texts: object) -> tuple[str, ...]:
    """What Babel has as one text, or as several for plural forms."""
    several = texts if isinstance(texts, tuple | list) else [texts]
    return tuple(str(text or "") for text in several)


def _parts(form: str, writers: Mapping[str, Writer]) -> list[tuple[str, str | None, Writer]]:
    """The literal text before each placeholder, with the fact's name and how it is written."""
    return [(literal, name, writers[spec or ""]) for literal, name, spec, _ in Formatter().parse(form)]


def _joined(parts: Sequence[tuple[str, str]]) -> str:
    """The literals, each with the fact after it; a sentence that ends with `U.A.` gets no second full stop."""
    text = ""
    for literal, fact in parts:
        text += (literal[1:] if literal.startswith(".") and text.endswith(".") else literal) + fact
    return text


def _plain(value: Any) -> str:
    """A text or a number. Raises TypeError for what people do not read so: lists, and nothing at all."""
    if value is None or isinstance(value, bool | list | dict):
        raise TypeError(f"this is not for people: {value!r}")
    return str(value)


def _as_well_as_can(name: str | None, write: Writer, facts: Facts) -> str:
    """A fact of a text that lacks another one."""
    try:
        return write(facts[name]) if name else ""
    except (KeyError, TypeError, ValueError):
        return _anyhow(facts.get(str(name)))


def _anyhow(value: Any) -> str:
    """A fact of which it is not known what it is."""
    return "…" if value is None else _listed(value) if isinstance(value, list | dict) else str(value)


def _listed(values: Any) -> str:
    """Lists and pairs as people write them."""
    if isinstance(values, dict):
        values = [f"{name}: {amount}" for name, amount in values.items()]
    return ", ".join(map(str, values)) or "-"


def _names(things: Sequence[Mapping[str, Any]]) -> str:
    return _listed([thing["name"] for thing in things])
