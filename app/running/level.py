"""Reads many objects at once for one caller: all that one level of a GraphQL document needs, of any noun."""

import inspect
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from app.db.engine import Answers, PrefetchedTx
from app.db.failures import constraints_as_rules
from app.db.people import persons
from app.domain.actors import VISITOR, Actor
from app.domain.errors import DomainError, Unauthenticated
from app.running.run import Run, available, verb_span
from app.usecases.declared.audit import audited
from app.usecases.declared.reading import Lookup, read_by_id
from app.usecases.declared.visitors import is_open

Verb = Callable[..., Awaitable[Any]]
Rows = dict[Lookup, dict[str, list[dict[str, Any]]]]
"""For each lookup, the rows by id."""


async def read_level(run: Run, asked: Sequence[tuple[Verb, UUID]]) -> list[Any]:
    """Returns the result of each use case, or the error that it raised, from one statement with a select for each
    table.

    Every use case checks the rights on its own object, as if it were called alone. Raises Unavailable, TokenRefused.
    """
    actor, rows = await available(lambda: _rows(run, asked))
    run.actor = actor
    return [await _one(run, actor, verb, row_id, rows) for verb, row_id in asked]


async def _rows(run: Run, asked: Sequence[tuple[Verb, UUID]]) -> tuple[Actor, Rows]:
    wanted: dict[Lookup, dict[UUID, None]] = defaultdict(dict)
    for verb, row_id in asked:
        for lookup in read_by_id(verb):
            wanted[lookup][row_id] = None
    queries = {lookup: lookup.store.many(lookup.column, tuple(ids)) for lookup, ids in wanted.items()}
    actor, answers = await persons.enter_asking(run.database, run.identity, tuple(queries.values()))
    rows: Rows = {lookup: defaultdict(list) for lookup in queries}
    for lookup, query in queries.items():
        for of_id, row in map(query.load, answers[query.sql, query.arguments]):
            rows[lookup][of_id].append(row)
    return actor, rows


async def _one(run: Run, actor: Actor, verb: Verb, row_id: UUID, rows: Rows) -> Any:
    named = {name_of_id(verb): row_id}
    tx = PrefetchedTx(run.now(), _answers(verb, row_id, rows), run.database.sealing)
    try:
        with verb_span(verb), audited(verb, run.identity, lambda: actor, named), constraints_as_rules():
            if run.identity == VISITOR and not is_open(verb):
                raise Unauthenticated
            return await verb(tx, actor, **named)
    except DomainError as refusal:
        return refusal


def _answers(verb: Verb, row_id: UUID, rows: Rows) -> Answers:
    found = {}
    for lookup in read_by_id(verb):
        store, column = lookup
        query = store.only(id=row_id) if column == "id" else store.query(**{column: row_id})
        found[query.sql, query.arguments] = rows[lookup][str(row_id)]
    return found


@cache
def name_of_id(verb: Verb) -> str:
    """The name of the id parameter of a use case."""
    (name,) = [name for name in inspect.signature(verb).parameters if name not in ("tx", "actor")]
    return name
