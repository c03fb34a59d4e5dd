"""Errors in a field of a request or of a file's row, in Dutch and English; by pydantic's code of the error."""

from collections.abc import Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from app.adapters.messages import NL, error_text, euro
from app.adapters.refusals import ERRORS
from app.domain.errors import Malformed
from app.domain.money import AMOUNT
from app.vocabulary import HTTP

_WHOLE = ("Vul een heel getal in.", "Give a whole number.")
_DAY = ("Vul een dag in, zoals 2026-03-01.", "Give a day, such as 2026-03-01.")
_MOMENT = (
    "Vul een moment in, zoals 2026-03-01T10:00:00Z.",
    "Give a moment, such as 2026-03-01T10:00:00Z.",
)
_ID = ("Vul een id in, zoals die uit een ander antwoord komt.", "Give an id, as another answer gave it.")
_CHOICE = ("Kies een van {expected}.", "Choose one of {expected}.")
_YES_NO = ("Vul true of false in.", "Give true or false.")
_OBJECT = ("Hier hoort een object met velden.", "An object with fields belongs here.")
TEXTS: dict[str, tuple[str, str]] = {
    "missing": ("Dit ontbreekt.", "This is missing."),
    "extra_forbidden": ("Dit veld is hier niet bekend.", "This field is not known here."),
    "string_type": ("Vul tekst in.", "Give text."),
    "string_too_short": ("Vul minstens {min_length} teken(s) in.", "Give at least {min_length} character(s)."),
    "string_too_long": (
        "Dit mag hoogstens {max_length} tekens zijn.",
        "This may have {max_length} characters at most.",
    ),
    "string_pattern_mismatch": ("Dit heeft niet de goede vorm.", "This does not have the right form."),
    "too_short": ("Geef er minstens {min_length}.", "Give at least {min_length}."),
    "too_long": ("Geef er hoogstens {max_length}.", "Give {max_length} at most."),
    "greater_than_equal": ("Dit moet minstens {ge} zijn.", "This must be at least {ge}."),
    "less_than_equal": ("Dit mag hoogstens {le} zijn.", "This may be {le} at most."),
    "greater_than": ("Dit moet meer dan {gt} zijn.", "This must be more than {gt}."),
    "less_than": ("Dit moet minder dan {lt} zijn.", "This must be less than {lt}."),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _WHOLE),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DAY),
    **dict.fromkeys(("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_aware"), _MOMENT),
    "time_is_text": (
        "Schrijf een dag of moment als tekst, zoals 2026-03-01.",
        "Write a day or moment as text, such as 2026-03-01.",
    ),
    **dict.fromkeys(("uuid_type", "uuid_parsing"), _ID),
    **dict.fromkeys(("enum", "literal_error"), _CHOICE),
    "union_tag_invalid": (
        "Kies als {discriminator} een van {expected_tags}.",
        "Choose one of {expected_tags} as {discriminator}.",
    ),
    "union_tag_not_found": ("Vul {discriminator} in.", "Give {discriminator}."),
    **dict.fromkeys(("bool_type", "bool_parsing"), _YES_NO),
    "yes_or_no": ("Vul ja of nee in.", "Give yes or no."),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), _OBJECT),
    "not_an_amount": ("Vul een bedrag in, zoals 12,50 of 12.50.", "Give an amount, such as 12,50 or 12.50."),
    "member_missing": (
        "Noem het lid dat dit maakt in memberId, of voor alle rijen met ?memberId= in het adres.",
        "Name the member who makes it in memberId, or for all rows with ?memberId= in the address.",
    ),
    "more_cells": ("Deze rij heeft meer cellen dan kolommen.", "This row has more cells than there are columns."),
    "list_type": ("Hier hoort een lijst.", "A list belongs here."),
    "row_too_long": (
        "Deze rij is langer dan {longest} bytes. Maak de rij korter.",
        "This row is longer than {longest} bytes. Make it shorter.",
    ),
    "not_csv": (
        "Deze rij is geen CSV. Kijk naar de aanhalingstekens.",
        "This row is not CSV. Look at its quotes.",
    ),
    "amount_out_of_range": (
        "Vul een bedrag in van {low_cents} tot en met {high_cents}.",
        "Give an amount from {low_cents} to {high_cents}.",
    ),
    "citizen_number_in_text": (
        "In '{field}' staat een burgerservicenummer. Haal het weg: wij bewaren dat niet.",
        "There is a citizen number (BSN) in '{field}'. Take it out: we do not keep those.",
    ),
    "text_malformed": (
        "In '{field}' staan tekens die niet kunnen, zoals een regeleinde. Haal ze weg.",
        "There are characters in '{field}' that cannot be, such as a line break. Take them out.",
    ),
    "email_malformed": (
        "Vul een e-mailadres in, zoals jo@example.org.",
        "Give an e-mail address, such as jo@example.org.",
    ),
    "key_not_kept": (
        "Hier wordt geen antwoord bewaard onder een sleutel. Laat deze header weg.",
        "No answer is kept under a key here. Leave this header out.",
    ),
    "version_not_checked": (
        "Hier wordt niet naar een versie gekeken. Laat deze header weg.",
        "No version is checked here. Leave this header out.",
    ),
    "json_invalid": ("Dit is geen geldige JSON.", "This is not valid JSON."),
}
_AMOUNT = ("Vul een bedrag in met een punt, zoals 12.50.", "Give an amount with a point, such as 12.50.")
_MONTH = ("Vul een maand in, zoals 2026-03.", "Give a month, such as 2026-03.")
FORMS: dict[str, tuple[str, str]] = {
    r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$": _MONTH,
    r"^([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(0[1-9]|1[0-2])$": _MONTH,
    r"^GM[0-9]{4}$": ("Vul de code van het CBS in, zoals GM0758.", "Give the code of CBS, such as GM0758."),
    r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$": (
        "Vul een percentage in van 0 tot en met 100, met een punt, zoals 12.5.",
        "Give a percentage from 0 to 100 with a point, such as 12.5.",
    ),
    rf"^{AMOUNT}$": _AMOUNT,
    rf"^-?{AMOUNT}$": _AMOUNT,
    r"^EUR$": ("Alle bedragen zijn in EUR.", "All amounts are in EUR."),
    r"^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$": (
        "Vul een e-mailadres in, zoals jo@example.org.",
        "Give an e-mail address, such as jo@example.org.",
    ),
    r"^\+?([ ()./\-]*[0-9]){6,15}[ ()./\-]*$": (
        "Vul een telefoonnummer in, zoals 06 12345678.",
        "Give a telephone number, such as +31 6 12345678.",
    ),
    rf"^{HTTP}://[!-~]+$": (
        "Vul een webadres in, zoals https://example.org.",
        "Give a URL, such as https://example.org.",
    ),
    r"^[a-z0-9]+(-[a-z0-9]+)*$": (
        "Gebruik kleine letters, cijfers en streepjes, zoals tuin-en-park.",
        "Use small letters, digits and hyphens, such as tuin-en-park.",
    ),
    r"^[0-9]{8}$": ("Vul acht cijfers in.", "Give eight digits."),
    r"^[0-9]{1,18}$": (
        "Vul de `cursor` van het vorige antwoord in, zoals 1042.",
        "Give the `cursor` of the answer before, such as 1042.",
    ),
    r"^[A-Za-z0-9._~:@-]{1,100}$": (
        "Gebruik alleen letters, cijfers en . _ ~ : @ -, hoogstens 100.",
        "Use letters, digits and . _ ~ : @ - only, 100 at most.",
    ),
}
"""The error text of `string_pattern_mismatch`, by pattern."""


def field_error(found: Mapping[str, Any], skip: int = 0) -> dict[str, Any]:
    """A pydantic error in stored form: field (without its first `skip` parts), code, facts, and pydantic's words."""
    place = ["".join(letter for letter in str(part) if letter.isprintable())[:60] for part in found["loc"]]
    facts = {name: str(value) for name, value in found.get("ctx", {}).items()}
    if found["type"] == "json_invalid":
        place = place[:1]
    # The name in the other face.
    if place[:1] == ["path"]:
        place = [to_camel(part) for part in place]
    field = ".".join(place[skip:]) or (place[0] if place else "")
    return {"field": field, "code": found["type"], "facts": facts, "message": found["msg"]}


def faults_of(refused: Malformed, language: str) -> list[dict[str, str]]:
    """The error text of each field, in a person's language."""
    return [
        {"field": one["field"], "code": one["code"], "message": field_text(one, language)}
        for one in refused.facts["errors"]
    ]


def field_text(error: Mapping[str, Any], language: str) -> str:
    """The text of an error with a code and facts, from pydantic or the domain."""
    code, facts = error["code"], error.get("facts", {})
    text = FORMS.get(facts.get("pattern", ""), TEXTS.get(code))
    if text is None:
        if code in ERRORS:
            return error_text(code, {"field": error.get("field", "")} | facts, language)
        return error.get("message") or error_text(code, facts, language)
    shown = {name: _shown(name, value, language) for name, value in facts.items()} | {"field": error.get("field", "")}
    return text[0 if language == NL else 1].format_map(shown)


def _shown(name: str, value: str, language: str) -> str:
    """A value of an error, as people write it."""
    return euro(int(value), language) if name.endswith("_cents") else value
