"""What people read: errors, reasons and tasks, in Dutch (B1) and English. Codes come from the domain."""

import re
from datetime import date
from functools import lru_cache
from typing import Any

from app.adapters.reasons import BLOCKED, RULES, TARGETS, TASKS
from app.adapters.refusals import ERRORS
from app.adapters.rules import RULE_TEXTS
from app.domain.errors import DomainError
from app.domain.ledger import Leg
from app.domain.money import percent_text

NL, EN = "nl", "en"
_WEIGHT = re.compile("(?:q=([01](?:[.][0-9]{0,3})?))?")
_CENTS = frozenset(
    {
        "before",
        "owes",
        "is_owed",
        "more_cents",
        "fixed_cents",
        "whole_cents",
        "limit_cents",
        "open_cents",
        "after",
        "remitted_before",
        "remitted_after",
        "threshold",
        "surplus",
        "gross",
        "net",
        "rest",
        "cap",
        "left_cents",
        "ledger_cents",
        "stated_cents",
        "computed_cents",
        "price_cents",
        "low_cents",
        "high_cents",
    }
)

_DAYS = frozenset({"first", "last", "earliest", "day", "date"})
"""Facts that are days, written as 2026-03-05."""
_MONTHS = {
    NL: [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    EN: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


LOOK = {NL: "Kijk bij uw taken in de app.", EN: "Look at your tasks in the app."}


def mail_text(kind: str, facts: dict[str, Any], language: str) -> tuple[str, str]:
    """Subject and body of a mail about a task."""
    text = task_text(kind, facts, language)
    return text, f"{text}\n\n{LOOK[language]}\n"


@lru_cache(maxsize=64)
def language_of(accept_language: str | None) -> str:
    """The language that is wanted most, by the weights of the header (RFC 9110, section 12.5.4); Dutch if none is ours.

    `en-GB` wants English too. `*` stands for those that are not named.
    """
    weights: dict[str, float] = {}
    for one in (accept_language or "").lower().split(","):
        name, _, rest = one.partition(";")
        weight = _WEIGHT.fullmatch(rest.replace(" ", ""))
        tag = name.strip().partition("-")[0]
        if weight is not None and tag in (NL, EN, "*"):
            weights[tag] = max(weights.get(tag, 0), float(weight[1] or 1))
    others = weights.pop("*", None)
    if others is not None:
        weights = weights | {tag: others for tag in (NL, EN) if tag not in weights}
    return max(weights, key=lambda tag: weights[tag], default=NL) if any(weights.values()) else NL


def error_text(code: str, facts: dict[str, Any], language: str) -> str:
    """The message of an error code; of a rule, its own sentence where it has one."""
    if code == "rule_refused" and facts.get("rule") in RULE_TEXTS:
        return _render(RULE_TEXTS[facts["rule"]], facts, language)
    if code == "wrong_state" and facts.get("reason") in BLOCKED:
        return _render(BLOCKED[facts["reason"]], facts, language)
    own = f"{code}_{facts.get('how', facts.get('reason'))}"
    return _render(ERRORS.get(own, ERRORS.get(code, ERRORS["invalid"])), facts, language)


def blocked_text(refusal: DomainError | None, language: str) -> str | None:
    """Why a step is not possible now; None if it is."""
    return None if refusal is None else message_of(refusal, language)


def message_of(error: DomainError, language: str) -> str:
    """The message of a refusal."""
    return error_text(error.code, error.facts, language)


def explain(rule: str, facts: dict[str, Any], language: str) -> str:
    """Why a leg or a line of the ledger is what it is."""
    rounded = {
        NL: " Afgerond op hele centen, zonder dat er een cent verdwijnt.",
        EN: " Rounded to whole cents, so that none is lost.",
    }
    text = RULES.get(f"{rule}_{facts.get('because')}", RULES[rule])
    return _render(text, facts, language) + (rounded[language] if facts.get("rounded") else "")


def explain_leg(leg: Leg, language: str) -> str:
    """Why a leg of a split is what it is."""
    return explain(leg.rule, leg.facts, language)


def task_text(what: str, facts: dict[str, Any], language: str) -> str:
    """What has to be done."""
    return _render(TASKS[what], facts, language)


def euro(cents: int, language: str) -> str:
    """`€ 1.234,50` in Dutch, `€1,234.50` in English."""
    text = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    sign = "-" if cents < 0 else ""
    if language == EN:
        return f"{sign}€{text}"
    return f"{sign}€ {text.translate(str.maketrans(',.', '.,'))}"


def day_text(day: str, language: str) -> str:
    """`5 maart 2026` in Dutch, `5 March 2026` in English; what is no day stays as it is."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{found.day} {_MONTHS[language][found.month - 1]} {found.year}"


class _Shown(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _render(texts: tuple[str, str], facts: dict[str, Any], language: str) -> str:
    index = 1 if language == EN else 0
    if "{" not in texts[index]:
        return texts[index]
    shown = _Shown()
    for key, value in facts.items():
        if key in _CENTS and isinstance(value, int):
            shown[key] = euro(value, language)
        elif key == "basis_points" and isinstance(value, int):
            shown["percent"] = percent_text(value).replace(".", "." if language == EN else ",")
        elif key in _DAYS and isinstance(value, str):
            shown[key] = day_text(value, language)
        elif key == "to":
            shown[key] = TARGETS.get(value, (value, value))[index]
        else:
            shown[key] = _listed(value)
    return texts[index].format_map(shown)


def _listed(value: Any) -> Any:
    """Lists and pairs as people write them."""
    if isinstance(value, dict):
        value = [f"{name}: {amount}" for name, amount in value.items()]
    return ", ".join(map(str, value)) or "-" if isinstance(value, list) else value
