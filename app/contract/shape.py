"""Shapes: the public form of a domain object. Both faces show it; the text under a field describes it in both.

A field is read by its name. Money comes from `<name>_cents`; values that depend on the viewer come from a function.
"""

import ast
import inspect
import textwrap
import types
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Self, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.domain.actors import Actor
from app.domain.money import CURRENCY, decimal_text
from app.vocabulary import doc_of

T = TypeVar("T")
Reader = Callable[[Any, "Viewer"], Any]


def _no_token(_: UUID) -> str:
    raise RuntimeError("this viewer gets no secret links")


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """The viewer of an object, with their language and the time."""

    actor: Actor
    language: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    prefix: str = ""
    """The path prefix by which the caller reaches this API."""
    base: str = ""
    """The public address of this API (`SAMEN_PUBLIC_URL`), for links that people receive."""
    token_of: Callable[[UUID], str] = _no_token
    """Makes the token of an object's secret link."""


@dataclass(frozen=True)
class Read:
    """How to read a field that is not read by its name; and its type, if that is made at run time."""

    reader: Reader
    kind: Any = None


@dataclass(slots=True)
class MoneyOut:
    """An amount in euro as a decimal string."""

    amount: Annotated[str, Field(examples=["90.75"], description="Euros, with two decimals after a point.")]
    currency: Annotated[str, Field(description="Always EUR.")]

    @classmethod
    def of(cls, amount: int) -> "MoneyOut":
        """The amount for a number of cents."""
        return cls(decimal_text(amount), CURRENCY)


Money = MoneyOut
"""The name that shapes use."""


USUAL = {
    "id": "Its id.",
    "version": "Goes up with every change; what If-Match and expectedVersion compare.",
    "available_transitions": "The caller's next steps.",
    "verb": "The step.",
    "to": "The state that it leads to.",
    "state": "Its state.",
}
"""Descriptions of these fields in every shape without its own."""


def cents(name: str) -> Any:
    """Money from the domain's field `name`, if that is not `<field>_cents`."""
    return Read(lambda thing, _: _money(getattr(thing, name)))


def computed(reader: Reader, *, kind: Any = None) -> Any:
    """A field computed by a function of the object and its viewer; `kind` is its type, if that is made at run time."""
    return Read(reader, kind)


def shape(domain: type) -> Callable[[type[T]], type[T]]:
    """Makes the shape of a domain object from a class with annotated fields; `cls.of(thing, viewer)` returns one.

    Raises TypeError at import if the domain object lacks a field, or has another type for it.
    """

    def make(cls: type[T]) -> type[T]:
        hints = get_type_hints(cls, include_extras=True)
        hints = {name: getattr(getattr(cls, name, None), "kind", None) or hint for name, hint in hints.items()}
        made: Any = _made(cls, hints, domain)
        readers = {name: property(_reader(cls, domain, name, hint)) for name, hint in hints.items()}
        made.reading = type(cls.__name__, (made,), readers)
        return cast("type[T]", made)

    return make


def written(cls: type[T]) -> type[T]:
    """Makes a shape that the database writes as JSON from a class with annotated fields."""
    return _made(cls, get_type_hints(cls, include_extras=True), cls)


def _made(cls: type[T], hints: dict[str, Any], domain: type) -> type[T]:
    docs = docs_of(cls)
    namespace: dict[str, Any] = {
        "__annotations__": {
            name: _described(hint, docs.get(name) or USUAL.get(name) or doc_of(hint)) for name, hint in hints.items()
        },
        "__doc__": inspect.getdoc(cls),
        "__module__": cls.__module__,
        "__qualname__": cls.__qualname__,
        "__pydantic_config__": ConfigDict(alias_generator=to_camel),
        "domain": domain,
    }
    return cast("type[T]", dataclass(type(cls.__name__, (Shape,), namespace)))


class Shape:
    """The base of all shapes: `thing` and `viewer`, from which a face may read more than the shape shows."""

    thing: Any
    viewer: Viewer
    domain: ClassVar[type]
    reading: ClassVar[Any]
    """The same shape, but each field is computed when it is read: so a face pays only for what it shows."""

    @classmethod
    def of(cls, thing: Any, viewer: Viewer) -> Self:
        """The shape of a domain object, as its viewer sees it."""
        shown = cls.reading.__new__(cls.reading)
        shown.thing, shown.viewer = thing, viewer
        return cast("Self", shown)


def show(shape: type[T], thing: Any, viewer: Viewer) -> T:
    """A domain object in its shape, as the viewer sees it."""
    return cast("T", cast("type[Shape]", shape).of(thing, viewer))


def is_shape(hint: Any) -> bool:
    """Whether a type is a shape."""
    return isinstance(hint, type) and issubclass(hint, Shape)


def bare(hint: Any) -> Any:
    """The type without its annotations."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def optional(hint: Any) -> tuple[Any, bool]:
    """The type without None, and whether it may be None. Other unions stay unchanged."""
    kept = [one for one in get_args(hint) if one is not type(None)]
    if get_origin(hint) not in (Union, types.UnionType) or len(kept) > 1:
        return hint, False
    return kept[0], True


def docs_of(cls: type) -> dict[str, str]:
    """The text under each field of a class and its bases."""
    docs = {}
    for base in reversed(cls.__mro__[:-1]):
        try:
            (node,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        # A class that was made at run time has no source text.
        except OSError:
            continue
        for one, text in pairwise(cast("ast.ClassDef", node).body):
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and isinstance(text, ast.Expr):
                docs[one.target.id] = " ".join(str(ast.literal_eval(text.value)).split())
    return docs


def _described(hint: Any, doc: str | None) -> Any:
    return Annotated[hint, Field(description=doc)] if doc else hint


def _reader(cls: type, domain: type, name: str, hint: Any) -> Callable[[Any], Any]:
    """Returns the function that reads a field from a shape."""
    given = getattr(cls, name, MISSING)
    if isinstance(given, Read):
        reader = given.reader
        return lambda shown: reader(shown.thing, shown.viewer)
    if given is not MISSING:
        raise TypeError(f"{cls.__name__}.{name}: a field has no default")
    kind = bare(optional(hint)[0])
    source = f"{name}_cents" if kind is Money else name
    _check(cls, domain, source, hint)
    return _reader_of(kind, attrgetter(f"thing.{source}"))


def _reader_of(kind: Any, get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Returns the function that shows a value of this type; `get` finds the value."""
    if kind is Money:
        return lambda shown: _money(get(shown))
    if is_shape(kind):
        return lambda shown: None if (one := get(shown)) is None else kind.of(one, shown.viewer)
    if get_origin(kind) is list:
        item = bare(get_args(kind)[0])
        if is_shape(item):
            return lambda shown: [item.of(one, shown.viewer) for one in get(shown)]
        return lambda shown: list(get(shown))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        members = {None: None} | {one.value: one for one in kind}
        return lambda shown: members[get(shown)]
    return get


def _money(amount: int | None) -> MoneyOut | None:
    return None if amount is None else MoneyOut(decimal_text(amount), CURRENCY)


def _check(cls: type, domain: type, name: str, hint: Any) -> None:
    """Raises TypeError if the domain object lacks a field, or if its type differs from the shape's."""
    known = _known(domain, name)
    if known is MISSING:
        raise TypeError(f"{cls.__name__}: {domain.__name__} has no {name}")
    if not _fits(_plain(hint), _plain(known)):
        raise TypeError(f"{cls.__name__}.{name} is {_plain(hint)}, but {domain.__name__} has {_plain(known)}")


def _known(domain: type, name: str) -> Any:
    """The type of a domain object's field or property; MISSING if there is none of that name."""
    attribute = getattr(domain, name, None)
    if isinstance(attribute, property):
        return get_type_hints(attribute.fget)["return"]
    return get_type_hints(domain).get(name, MISSING)


def _fits(shown: Any, known: Any) -> bool:
    """Whether a shape's type equals the domain's, or is an enumeration where the domain has a text."""
    narrower = isinstance(shown, type) and issubclass(shown, StrEnum) and known is str
    return narrower or bool(shown == known)


def _plain(hint: Any) -> Any:
    """A type in the form to compare: cents for money, one kind of sequence, the domain object for its shape."""
    hint = bare(hint)
    inner, may_be_none = optional(hint)
    if may_be_none:
        return (_plain(inner), None)
    if hint is Money:
        return int
    if is_shape(hint):
        return hint.domain
    if get_origin(hint) in (list, tuple, Sequence):
        return (list, _plain(get_args(hint)[0]))
    return hint
