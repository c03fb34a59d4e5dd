"""What people read: errors, reasons and tasks, in the words of the catalogues. Codes come from the domain."""

import re
from functools import lru_cache
from typing import Any

from app.adapters.message_catalogues import DEFAULT, languages, message_catalogue
from app.domain.errors import DomainError
from app.domain.ledger import Leg

NL, EN = "nl", "en"
_WEIGHT = re.compile("(?:q=([01](?:[.][0-9]{0,3})?))?")


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
        if weight is not None and tag in (*languages(), "*"):
            weights[tag] = max(weights.get(tag, 0), float(weight[1] or 1))
    others = weights.pop("*", None)
    if others is not None:
        weights = weights | {tag: others for tag in languages() if tag not in weights}
    return max(weights, key=lambda tag: weights[tag], default=DEFAULT) if any(weights.values()) else DEFAULT


def templates(section: str, language: str) -> dict[str, str]:
    """The texts of a section of the catalogue by their codes, with the names of the facts between braces."""
    return {code: text.template for code, text in message_catalogue(language).texts[section].items()}


def say(section: str, code: str, language: str, **facts: Any) -> str:
    """A text of the catalogue. Raises KeyError."""
    return message_catalogue(language).texts[section][code].written(facts)


def euro(cents: int, language: str) -> str:
    """`€ 1.234,50` in Dutch, `€1,234.50` in English."""
    return message_catalogue(language).euro(cents)


def error_text(code: str, facts: dict[str, Any], language: str) -> str:
    """The message of an error code; of a rule or a reason, its own sentence if it has one."""
    texts = message_catalogue(language).texts
    refusals, text = texts["refusal"], None
    if code == "rule_refused":
        text = texts["rule"].get(facts.get("rule", ""))
    elif code == "wrong_state":
        text = texts["blocked"].get(facts.get("reason", ""))
    if text is None:
        closer = facts.get("how", facts.get("reason", facts.get("per")))
        if code == "wrong_state" and not facts.get("possible"):
            closer = "over"
        text = refusals.get(code, refusals["invalid"])
        if closer is not None:
            text = refusals.get(f"{code}_{closer}", text)
    return text.written(facts)


def blocked_text(refusal: DomainError | None, language: str) -> str | None:
    """Why a step is not possible now; None if it is."""
    return None if refusal is None else message_of(refusal, language)


def message_of(error: DomainError, language: str) -> str:
    """The message of a refusal."""
    return error_text(error.code, error.facts, language)


def explain(rule: str, facts: dict[str, Any], language: str) -> str:
    """Why a leg or a line of the ledger is what it is."""
    reasons = message_catalogue(language).texts["reason"]
    text = (reasons.get(f"{rule}_{facts.get('because')}") or reasons[rule]).written(facts)
    return f"{text} {say('note', 'rounded', language)}" if facts.get("rounded") else text


def explain_leg(leg: Leg, language: str) -> str:
    """Why a leg of a split is what it is."""
    return explain(leg.rule, leg.facts, language)


def task_text(what: str, facts: dict[str, Any], language: str) -> str:
    """The text of a task; another one if the customer was mailed about it, where that makes a difference."""
    texts = message_catalogue(language).texts["task"]
    mailed = texts.get(f"{what}_mailed") if facts.get("mailed") else None
    return (mailed or texts[what]).written(facts)


def mail_text(kind: str, facts: dict[str, Any], language: str) -> tuple[str, str]:
    """Subject and body of a mail about a task."""
    text = task_text(kind, facts, language)
    return text, f"{text}\n\n{say('note', 'tasks', language)}\n"
