"""How a verb reads: all as of one moment while others go on writing, or what it can name at once with who acts."""

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
    """What a verb reads of the id that it is given: the rows of a store of which this column is the id."""

    store: Store[Any]
    column: str = "id"


def of_one_moment(verb: V) -> V:
    """Mark a verb that only reads, so that its statements all see the rows of the same moment."""
    _OF_ONE_MOMENT.add(verb)
    return verb


def is_of_one_moment(verb: Callable[..., Any]) -> bool:
    """Whether the verb was marked so."""
    return verb in _OF_ONE_MOMENT


def asks_at_once(questions: Callable[..., Questions]) -> Callable[[V], V]:
    """Mark a verb that only reads, and only what it can name before it begins: it is asked with who acts, in one trip.

    `questions` takes the day and what the verb takes. The verb gets their answers from `rows_of`; it can ask no others.
    """

    def mark(verb: V) -> V:
        _AT_ONCE[verb] = questions
        return verb

    return mark


def asked_at_once(verb: Callable[..., Any]) -> Callable[..., Questions] | None:
    """The questions of a verb that was marked so."""
    return _AT_ONCE.get(verb)


def asks_first(questions: Callable[..., Questions]) -> Callable[[V], V]:
    """Mark a verb of which it is known what it asks first: that is asked with who acts and the key, in one trip.

    `questions` takes what the verb takes. The verb asks as if nothing were known; what came answers it once.
    """

    def mark(verb: V) -> V:
        _FIRST[verb] = questions
        return verb

    return mark


def asked_first(verb: Callable[..., Any], named: Mapping[str, Any]) -> Questions:
    """What a verb asks first, of which that is known."""
    questions = _FIRST.get(verb)
    return questions(**named) if questions else ()


def reads_by_id(store: Store[Any], below: tuple[Store[Any], str] | None = None) -> Callable[[V], V]:
    """Mark a verb that only reads, takes an id alone, and reads nothing but the row of `store` with that id.

    `below`: and the rows of another store, by the column that refers to it. What is marked so can be read for many
    ids at once (`read_level`); it can ask nothing else there, lend no view and take no step of the clock.
    """

    def mark(verb: V) -> V:
        _BY_ID[verb] = (Lookup(store), *((Lookup(*below),) if below else ()))
        return verb

    return mark


def read_by_id(verb: Callable[..., Any]) -> tuple[Lookup, ...]:
    """What a verb that was marked so reads; nothing for any other."""
    return _BY_ID.get(verb, ())


def tables_by_id() -> tuple[str, ...]:
    """The tables whose rows can be read so."""
    return tuple(sorted({lookups[0].store.table.name for lookups in _BY_ID.values()}))
