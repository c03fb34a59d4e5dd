"""Shapes: what the world sees of a domain object. Both faces show it; the text under a field describes it in both.

A field is read by its name. Money comes from `<name>_cents`; what depends on the viewer comes from a function.
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
from typing import Annotated, Any, ClassVar, TypeVar, Union, cast, get_args, get_origin, get_type_hints
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


@dataclass(frozen=True)
class Viewer:
    """Who looks at a thing, in which language and when."""

    actor: Actor
    language: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    prefix: str = ""
    """The path below which the caller reaches this API."""
    token_of: Callable[[UUID], str] = _no_token
    """Makes the token of the secret link of a thing."""


@dataclass(frozen=True)
class Read:
    """A field that is not read by its name: how it is read instead, and its type, if that is made at run time."""

    reader: Reader
    kind: Any = None


@dataclass(slots=True)
class MoneyOut:
    """An amount in euro as a decimal string."""

    amount: Annotated[str, Field(examples=["90.75"], description="Euros, with two decimals after a point.")]
    currency: Annotated[str, Field(description="Always EUR.")]

    @classmethod
    def of(cls, amount: int) -> "MoneyOut":
        """Cents as they are shown."""
        return cls(decimal_text(amount), CURRENCY)


Money = MoneyOut
"""How shapes name it."""


USUAL = {
    "id": "Its id.",
    "version": "Goes up with every change; what If-Match and expectedVersion compare.",
    "available_transitions": "What the caller can do next.",
    "verb": "What is done.",
    "to": "The state that it leads to.",
    "state": "How far it is.",
}
"""What these fields are in every shape that says nothing else of them."""


def cents(name: str) -> Any:
    """Money from the domain's field `name`, if it is not called `<field>_cents`."""
    return Read(lambda thing, _: _money(getattr(thing, name)))


def seen(reader: Reader, *, kind: Any = None) -> Any:
    """A field that a function of the thing and its viewer gives; `kind` is its type, if that is made at run time."""
    return Read(reader, kind)


def shape(domain: type) -> Callable[[type[T]], type[T]]:
    """Make the shape of a domain object from a class of annotated fields. `cls.of(thing, viewer)` reads one.

    Raises TypeError at import if the domain object lacks a field, or has it with another type.
    """

    def make(cls: type[T]) -> type[T]:
        hints, docs = get_type_hints(cls, include_extras=True), docs_of(cls)
        hints = {name: getattr(getattr(cls, name, None), "kind", None) or hint for name, hint in hints.items()}
        readers = [_reader(cls, domain, name, hint) for name, hint in hints.items()]
        namespace: dict[str, Any] = {
            "__annotations__": {
                name: _described(hint, docs.get(name) or USUAL.get(name) or doc_of(hint))
                for name, hint in hints.items()
            },
            "__doc__": inspect.getdoc(cls),
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__pydantic_config__": ConfigDict(alias_generator=to_camel),
            "domain": domain,
            "of": classmethod(lambda made, thing, viewer: _read(made, readers, thing, viewer)),
        }
        namespace["__annotations__"]["domain"] = ClassVar[type]
        return cast("type[T]", dataclass(slots=True)(type(cls.__name__, (Shape,), namespace)))

    return make


class Shape:
    """What all shapes have: `thing` and `viewer`, from which a face may read more than the shape shows."""

    __slots__ = ("thing", "viewer")
    domain: ClassVar[type]

    @classmethod
    def of(cls, thing: Any, viewer: Viewer) -> Any:
        """The shape of a domain object, as its viewer sees it."""
        raise NotImplementedError


def show(shape: type[T], thing: Any, viewer: Viewer) -> T:
    """A domain object in its shape, as the viewer sees it."""
    return cast("T", cast("type[Shape]", shape).of(thing, viewer))


def is_shape(hint: Any) -> bool:
    """Whether a type is a shape."""
    return isinstance(hint, type) and issubclass(hint, Shape)


def bare(hint: Any) -> Any:
    """A type without its annotations."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def optional(hint: Any) -> tuple[Any, bool]:
    """A type without None, and whether it may be None. One of several forms stays as it is."""
    kept = [one for one in get_args(hint) if one is not type(None)]
    if get_origin(hint) not in (Union, types.UnionType) or len(kept) > 1:
        return hint, False
    return kept[0], True


def docs_of(cls: type) -> dict[str, str]:
    """The text under each field of a class and of its bases."""
    docs = {}
    for base in reversed(cls.__mro__[:-1]):
        try:
            (node,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        except OSError:  # a class that was made at run time has no text
            continue
        for one, text in pairwise(cast("ast.ClassDef", node).body):
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and isinstance(text, ast.Expr):
                docs[one.target.id] = " ".join(str(ast.literal_eval(text.value)).split())
    return docs


def _read(cls: type, readers: Sequence[Reader], thing: Any, viewer: Viewer) -> Any:
    made = cls(*[read(thing, viewer) for read in readers])
    made.thing, made.viewer = thing, viewer
    return made


def _described(hint: Any, doc: str | None) -> Any:
    return Annotated[hint, Field(description=doc)] if doc else hint


def _reader(cls: type, domain: type, name: str, hint: Any) -> Reader:
    """How a field is read."""
    given = getattr(cls, name, MISSING)
    if isinstance(given, Read):
        return given.reader
    if given is not MISSING:
        raise TypeError(f"{cls.__name__}.{name}: a field has no default")
    kind = bare(optional(hint)[0])
    source = f"{name}_cents" if kind is Money else name
    _check(cls, domain, source, hint)
    if kind is Money:
        return lambda thing, _: _money(getattr(thing, source))
    if is_shape(kind):
        return lambda thing, viewer: None if (one := getattr(thing, source)) is None else kind.of(one, viewer)
    if get_origin(kind) is list:
        item = bare(get_args(kind)[0])
        each = item.of if is_shape(item) else lambda one, _: one
        return lambda thing, viewer: [each(one, viewer) for one in getattr(thing, source)]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return lambda thing, _: None if (one := getattr(thing, source)) is None else kind(one)
    return lambda thing, _: getattr(thing, source)


def _money(amount: int | None) -> MoneyOut | None:
    return None if amount is None else MoneyOut.of(amount)


def _check(cls: type, domain: type, name: str, hint: Any) -> None:
    """Raises TypeError if the domain object lacks a field, or has it with another type than the shape."""
    known = get_type_hints(domain)
    attribute = getattr(domain, name, None)
    if isinstance(attribute, property):
        known[name] = get_type_hints(attribute.fget)["return"]
    if name not in known:
        raise TypeError(f"{cls.__name__}: {domain.__name__} has no {name}")
    if not _fits(_plain(hint), _plain(known[name])):
        raise TypeError(f"{cls.__name__}.{name} is {_plain(hint)}, but {domain.__name__} has {_plain(known[name])}")


def _fits(shown: Any, known: Any) -> bool:
    """Whether a shape's type is the domain's, or an enumeration of what is a text there."""
    narrower = isinstance(shown, type) and issubclass(shown, StrEnum) and known is str
    return narrower or bool(shown == known)


def _plain(hint: Any) -> Any:
    """A type as both sides have it: cents for money, one kind of sequence, the domain object for its shape."""
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
