"""Reads what a caller gives by the forms in a verb's signature, so that every face and every file is refused alike."""

import inspect
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.alias_generators import to_camel

from app.domain.errors import Malformed
from app.vocabulary import Form

F = TypeVar("F", bound=Form)
FORMS = ConfigDict(
    arbitrary_types_allowed=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
)
WHOLE = frozenset({"changes", "contents"})
"""Names of a parameter that is the body of its operation as a whole."""


def read_forms(verb: Callable[..., Any], named: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What is given, cleaned and in its own types. Raises Malformed with every fault at once."""
    form = form_of(verb)
    if form is None:
        return dict(named)
    try:
        read = form.model_validate(named, context={"today": today})
    except ValidationError as error:
        raise malformed(error) from None
    return {name: getattr(read, name) for name in named}


@cache
def form_of(verb: Callable[..., Any]) -> type[BaseModel] | None:
    """The parameters of a verb as one form; None for a verb that states none."""
    hints = get_type_hints(verb, include_extras=True)
    parameters = [one for one in inspect.signature(verb).parameters.values() if one.name not in ("tx", "actor")]
    if not any(_is_form(hints[one.name]) for one in parameters):
        return None
    fields: dict[str, Any] = {
        one.name: (hints[one.name], ... if one.default is one.empty else one.default) for one in parameters
    }
    return create_model(verb.__name__, __config__=FORMS, **fields)


def _is_form(hint: Any) -> bool:
    """Whether a type says a form, perhaps inside a list or beside None."""
    if get_origin(hint) is Annotated or (isinstance(hint, type) and issubclass(hint, Form)):
        return True
    return any(_is_form(inner) for inner in get_args(hint) if inner is not type(None))


def filled(form: type[F], **given: Any) -> F:
    """A form with what was given. Raises Malformed."""
    try:
        return form(**given)
    except ValidationError as error:
        raise malformed(error) from None


def malformed(error: ValidationError) -> Malformed:
    """What a form found, as the refusal that both faces show."""
    return Malformed(errors=[_fault(one) for one in error.errors(include_url=False)])


def _fault(error: Mapping[str, Any]) -> dict[str, Any]:
    """A fault as it is stored and shown: the caller's name of the field, pydantic's code, and its values."""
    name, *inside = (error["loc"][1:] if error["loc"][0] in WHOLE else error["loc"]) or ("",)
    field = ".".join([to_camel(str(name)), *map(str, inside)])
    facts = {name: str(value) for name, value in error.get("ctx", {}).items() if name != "error"}
    return {"field": field, "code": error["type"], "facts": facts, "message": error["msg"]}
