"""Each operation needs one scope, that of its right in docs/access.md; if it only reads, a scope for reading."""

import inspect
import json
from collections.abc import Awaitable, Callable

from app.domain.access import ACCESS, Right, Scope
from app.domain.actors import Identity
from app.domain.transitions import Process
from tests.walls.cast import APPS, FAR, OWN, Cast, identity
from tests.walls.fields import Field, fields
from tests.walls.matrix import matrix
from tests.walls.operations import Operation, operations
from tests.walls.rehearsal import Stand
from tests.walls.sample import Sample
from tests.walls.verbs import named, verbs, verbs_of_operations

Asked = Callable[[str, frozenset[str]], Awaitable[tuple[str | None, str | None]]]
"""For a caller and scopes: the code of a refusal, and the missing scope."""


async def needed(verb: str, asked: Asked) -> list[str] | None:
    """The scopes that a use case needs for the callers in the matrix; None if everybody may without any."""
    columns = sorted(matrix()[verb] & {*OWN, *FAR} - APPS)
    for column in columns:
        scopes = list[str]()
        while len(scopes) < len(Scope):
            _, missing = await asked(column, frozenset(scopes))
            if missing is None:
                break
            scopes.append(missing)
        if scopes or column == "visitor":
            return scopes or None
    raise AssertionError(f"{verb}: nobody is told which scope is missing")


def wrong(verb: str, scopes: list[str] | None, *, reads: bool) -> bool:
    if scopes is None:
        return "visitor" not in matrix()[verb]
    named = {ACCESS[right][0] for right in rights_of(verb)}
    fits = len(scopes) == 1 and (not named or scopes[0] in named)
    return not fits or (reads and not scopes[0].endswith(":read"))


def rights_of(verb: str) -> set[Right]:
    """The rights that a use case requires, itself, by its process, or in the use-case functions that it calls."""
    names, seen = set[str](), set[str]()
    waiting = [inspect.unwrap(verbs()[verb])] if verb in verbs() else []
    while waiting:
        function = waiting.pop()
        own = set(named(function.__code__)) - seen
        seen |= own
        names |= own
        called = [function.__globals__.get(name) for name in own]
        names |= {row.right.name for one in called if isinstance(one, Process) for row in one.rows if row.right}
        waiting += [one for one in called if inspect.isfunction(one) and one.__module__.startswith("app.usecases")]
    return {right for right in Right if right.name in names}


def of_field(stand: Stand, sample: Sample, everybody: Cast, field: Field) -> Asked:
    async def asked(column: str, scopes: frozenset[str]) -> tuple[str | None, str | None]:
        given = field.variables(everybody.ids(column, field.verb))
        visitor = column == "visitor"
        who = everybody.identity(column) if visitor else _identity(sample, everybody, column, scopes)
        errors = (await stand.query(field.document(given), given, who))["errors"]
        found = errors[0]["extensions"] if errors else {}
        return found.get("code"), found.get("facts", {}).get("scope") if found.get("code") == "scope_missing" else None

    return asked


def _identity(sample: Sample, everybody: Cast, column: str, scopes: frozenset[str]) -> Identity:
    return identity(sample.world, everybody.people[column].login, scopes=scopes)


def of_operation(stand: Stand, sample: Sample, everybody: Cast, operation: Operation) -> Asked:
    async def asked(column: str, scopes: frozenset[str]) -> tuple[str | None, str | None]:
        caller, ids = everybody.people[column], everybody.ids(column, operation.verb)
        who = caller if column == "visitor" else sample.world.person(caller.login, scopes)
        headers, body = operation.sent(who, ids)
        answer = await stand.ask(operation.method, operation.address(ids), headers, body)
        missing = json.loads(answer.text)["facts"]["scope"] if answer.code == "scope_missing" else None
        return answer.code, missing

    return asked


async def test_every_field_needs_the_scope_of_its_right(stand: Stand, sample: Sample, everybody: Cast) -> None:
    found = []
    for field in fields():
        scopes = await needed(field.verb, of_field(stand, sample, everybody, field))
        if wrong(field.verb, scopes, reads=field.root != "Mutation"):
            found.append((str(field), scopes))
    assert found == []


async def test_every_operation_needs_the_scope_of_its_right(stand: Stand, sample: Sample, everybody: Cast) -> None:
    found = []
    for operation in operations(verbs_of_operations(stand.app)):
        scopes = await needed(operation.verb, of_operation(stand, sample, everybody, operation))
        if wrong(operation.verb, scopes, reads=operation.method == "GET"):
            found.append((operation.name, scopes))
    assert found == []
