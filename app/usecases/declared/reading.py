"""How a use case reads: from one snapshot, from prefetched rows, or in one batch with others by id."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from app.db.store import Query, Store

Questions = tuple[Query[Any], ...]
V = TypeVar("V", bound=Callable[..., Any])
_OF_ONE_MOMENT: set[Callable[..., Any]] = set()
_FIRST: dict[Callable[..., Any], Callable[..., Questions]] = {}
_AT_ONCE: dict[Callable[..., Any], Callable[..., Questions]] = {}
_BY_ID: dict[Callable[..., Any], tuple["Lookup", ...]] = {}


class Lookup(NamedTuple):
    """A read by id: the rows of a store in which this column has the id."""

    store: Store[Any]
    column: str = "id"


def of_one_moment(verb: V) -> V:
    """Marks a use case that only reads, so that its statements all see the same snapshot."""
    _OF_ONE_MOMENT.add(verb)
    return verb


def is_of_one_moment(verb: Callable[..., Any]) -> bool:
    """Whether a use case has that mark."""
    return verb in _OF_ONE_MOMENT


def asks_at_once(questions: Callable[..., Questions]) -> Callable[[V], V]:
    """Marks a read whose queries are all known before it begins: they run in the round trip that identifies the caller.

    `questions` takes the day and the use case's arguments. The use case gets the rows from `rows_of`; it can run no
    other query.
    """

    def mark(verb: V) -> V:
        _AT_ONCE[verb] = questions
        return verb

    return mark


def asked_at_once(verb: Callable[..., Any]) -> Callable[..., Questions] | None:
    """The queries of a use case that was marked so."""
    return _AT_ONCE.get(verb)


def asks_first(questions: Callable[..., Questions]) -> Callable[[V], V]:
    """Declares the first queries of a use case: they run in the round trip that identifies the caller and claims the
    key.

    `questions` takes the use case's arguments. The use case queries as usual; a prefetched result is used once.
    """

    def mark(verb: V) -> V:
        _FIRST[verb] = questions
        return verb

    return mark


def asked_first(verb: Callable[..., Any], named: Mapping[str, Any]) -> Questions:
    """The queries to prefetch for a use case, if it declares any."""
    questions = _FIRST.get(verb)
    return questions(**named) if questions else ()


def reads_by_id(store: Store[Any], below: tuple[Store[Any], str] | None = None) -> Callable[[V], V]:
    """Marks a read that takes only an id, and reads only the row of `store` with that id.

    `below` adds the rows of other stores, each by the column that refers to the id. Such a use case can run for many
    ids at once (`read_level`); there it can run no other query, lend no view and take no timer's step.
    """

    def mark(verb: V) -> V:
        _BY_ID[verb] = (Lookup(store), *((Lookup(*below),) if below else ()))
        return verb

    return mark


def read_by_id(verb: Callable[..., Any]) -> tuple[Lookup, ...]:
    """The look-ups of a use case that was marked so; empty for any other."""
    return _BY_ID.get(verb, ())


def tables_by_id() -> tuple[str, ...]:
    """The tables that can be read by id in this way."""
    return tuple(sorted({lookups[0].store.table.name for lookups in _BY_ID.values()}))
