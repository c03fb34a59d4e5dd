"""Errors in a field of a request or of a file's row, in words; by pydantic's code of the error."""

from collections.abc import Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from app.adapters.message_catalogues import message_catalogue
from app.adapters.messages import error_text
from app.domain.errors import Malformed
from app.domain.money import AMOUNT
from app.vocabulary import HTTP

ALIKE = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "whole_number"),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), "day"),
    **dict.fromkeys(("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_aware"), "moment"),
    **dict.fromkeys(("uuid_type", "uuid_parsing"), "id"),
    **dict.fromkeys(("enum", "literal_error"), "choice"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true_or_false"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "object"),
}
"""Codes of pydantic that get the same text, with its name in the section `field` of the catalogues."""
FORMS = {
    r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$": "month",
    r"^([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(0[1-9]|1[0-2])$": "month",
    r"^GM[0-9]{4}$": "cbs_code",
    r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$": "percent",
    rf"^{AMOUNT}$": "amount",
    rf"^-?{AMOUNT}$": "amount",
    r"^EUR$": "eur",
    r"^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$": "email",
    r"^\+?([ ()./\-]*[0-9]){6,15}[ ()./\-]*$": "phone",
    rf"^{HTTP}://[!-~]+$": "url",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "slug",
    r"^[0-9]{8}$": "eight_digits",
    r"^[0-9]{20}$": "twenty_digits",
    r"^[A-Z]{2}$": "country",
    r"^[A-Z]{2}[0-9A-Z+*]{2,13}$": "vat_id",
    r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$": "iban",
    r"^[A-Z]{1,6}$": "invoice_prefix",
    r"^[A-Z]{1,6}[0-9]{4}-[0-9]{5,}$": "invoice_number",
    r"^[0-9]{1,18}$": "cursor",
    r"^[A-Za-z0-9._~:@-]{1,100}$": "external_id",
}
"""The text of `string_pattern_mismatch`, by pattern: its name in the section `form` of the catalogues."""


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
    code, texts = error["code"], message_catalogue(language).texts
    facts = {"field": error.get("field", ""), **error.get("facts", {})}
    text = texts["form"].get(FORMS.get(facts.get("pattern", ""), ""), texts["field"].get(ALIKE.get(code, code)))
    if text is not None:
        return text.written(facts)
    if code in texts["refusal"] or not error.get("message"):
        return error_text(code, facts, language)
    return str(error["message"])
