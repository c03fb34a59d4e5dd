"""Validates arguments by the forms in a use case's signature, so that every face and file gives the same errors."""

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
BODY_PARAMETERS = frozenset({"changes", "contents"})
"""Parameters that are the body of their operation as a whole."""


def read_forms(verb: Callable[..., Any], named: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The arguments, validated and converted to their types. Raises Malformed with every fault at once."""
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
    """The parameters of a use case as one form; None if it has none."""
    hints = get_type_hints(verb, include_extras=True)
    parameters = [one for one in inspect.signature(verb).parameters.values() if one.name not in ("tx", "actor")]
    if not any(_is_form(hints[one.name]) for one in parameters):
        return None
    fields: dict[str, Any] = {
        one.name: (hints[one.name], ... if one.default is one.empty else one.default) for one in parameters
    }
    return create_model(verb.__name__, __config__=FORMS, **fields)


def _is_form(hint: Any) -> bool:
    """Whether a type is a form, also inside a list or an optional."""
    if get_origin(hint) is Annotated or (isinstance(hint, type) and issubclass(hint, Form)):
        return True
    return any(_is_form(inner) for inner in get_args(hint) if inner is not type(None))


def filled(form: type[F], **given: Any) -> F:
    """A form filled with the arguments. Raises Malformed."""
    try:
        return form(**given)
    except ValidationError as error:
        raise malformed(error) from None


def malformed(error: ValidationError) -> Malformed:
    """The errors of pydantic as the domain error that both faces show."""
    return Malformed(errors=[_fault(one) for one in error.errors(include_url=False)])


def _fault(error: Mapping[str, Any]) -> dict[str, Any]:
    """One fault as it is stored and shown: the field's public name, pydantic's code, and its values."""
    name, *inside = (error["loc"][1:] if error["loc"][0] in BODY_PARAMETERS else error["loc"]) or ("",)
    field = ".".join([to_camel(str(name)), *map(str, inside)])
    facts = {name: str(value) for name, value in error.get("ctx", {}).items() if name != "error"}
    return {"field": field, "code": error["type"], "facts": facts, "message": error["msg"]}
