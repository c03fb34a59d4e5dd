"""`Run`, the one door to the verbs: it opens and commits their transaction, knows who acts, and keeps request keys."""

import asyncio
import contextlib
import dataclasses
import hashlib
import inspect
import json
import random
import typing
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from asyncpg import (
    CheckViolationError,
    DataError,
    ForeignKeyViolationError,
    NotNullViolationError,
    UniqueViolationError,
)
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from app.db import idempotency, people
from app.db.engine import OUTCOME_UNKNOWN, RETRYABLE, Database, Tx
from app.db.outbox import finish_event, finish_timer
from app.domain.access import NOBODY, Actor
from app.domain.errors import AlreadyExists, DomainError, Invalid, NotFound, RuleRefused, Unauthenticated
from app.usecases.steps.input import check_input

P = ParamSpec("P")
T = TypeVar("T")
Verb = Callable[Concatenate[Tx, Actor, P], Awaitable[T]]
TRIES = 5


@dataclasses.dataclass(frozen=True)
class Identity:
    """What a checked token says: issuer and subject of a person, client_id of an app, scopes."""

    issuer: str | None = None
    subject: str | None = None
    client_id: str | None = None
    scopes: frozenset[str] = frozenset()


VISITOR = Identity()


def utc_now() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)


class Unavailable(Exception):
    """The database did not answer, and whether the act was done is unknown: repeat it with the same key."""


class Run:
    """Runs verbs for one caller: `await run(place_order, lines=...)`. One call is one transaction.

    A lost race (serialization, deadlock, lock timeout) is tried again, at most five times; that is safe because a
    verb has no effect outside its transaction. After a call `actor` tells who acted.
    """

    def __init__(
        self, database: Database, identity: Identity = VISITOR, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.database = database
        self.identity = identity
        self.now = now
        self.actor: Actor = NOBODY

    async def __call__(self, verb: Verb[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        check_input(named)

        async def once() -> T:
            async with self.database.transaction(self.now()) as tx:
                self.actor = await self._enter(tx)
                with _constraints_as_rules():
                    return await verb(tx, self.actor, *arguments, **named)

        return await _persist(once, known_outcome=True)

    def keyed(self, key: str) -> "Keyed":
        """The same under a request key: done once, however often it is asked."""
        return Keyed(self, key)

    async def _enter(self, tx: Tx) -> Actor:
        who = self.identity
        return await people.enter(tx, who.issuer, who.subject, who.client_id, who.scopes)


class Keyed:
    """Runs a verb once under a request key; a repeat gets the stored result, or the stored refusal."""

    def __init__(self, run: Run, key: str) -> None:
        self._run = run
        self._key = key

    async def __call__(self, verb: Verb[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        check_input(named)
        request_hash = _hash(named)

        async def once() -> T | DomainError:
            async with self._run.database.transaction(self._run.now()) as tx:
                actor = self._run.actor = await self._run._enter(tx)
                return await self._answer(tx, actor, request_hash, verb, *arguments, **named)

        answer = await _persist(once, known_outcome=False)
        if isinstance(answer, DomainError):
            raise answer
        return answer

    async def _answer(
        self, tx: Tx, actor: Actor, request_hash: str, verb: Verb[P, T], /, *arguments: P.args, **named: P.kwargs
    ) -> T | DomainError:
        if actor.visitor:
            raise Unauthenticated
        who = self._run.identity
        caller = "|".join(part for part in (who.client_id, who.issuer, who.subject) if part)
        name = verb.__name__
        claimed = await idempotency.claim(tx, caller, name, self._key, request_hash)
        if claimed.outcome is not None:
            recalled: T | DomainError = _recall(verb, claimed.outcome)
            return recalled
        try:
            with _constraints_as_rules():
                async with tx.savepoint():
                    result = await verb(tx, actor, *arguments, **named)
        except DomainError as refusal:
            outcome = {"refusal": {"code": refusal.code, "facts": to_jsonable_python(refusal.facts)}}
            await idempotency.record(tx, claimed, outcome)
            return refusal
        await idempotency.record(tx, claimed, {"result": _adapter(verb).dump_python(result, mode="json")})
        return result


class SystemRun:
    """Runs verbs as the worker, for one cooperative; `timer` and `event` are finished in the same transaction."""

    def __init__(
        self,
        database: Database,
        cooperative_id: UUID | None = None,
        *,
        timer: UUID | None = None,
        event: UUID | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.database = database
        self.cooperative_id = cooperative_id
        self.timer = timer
        self.event = event
        self.now = now

    async def __call__(self, verb: Verb[P, T], /, *arguments: P.args, **named: P.kwargs) -> T | None:
        """The verb's result; None where the timer or event was finished by somebody else."""

        async def once() -> T | None:
            async with self.database.transaction(self.now()) as tx:
                actor = await people.enter_as_system(tx, self.cooperative_id)
                if self.timer is not None and not await finish_timer(tx, self.timer):
                    return None
                if self.event is not None and not await finish_event(tx, self.event):
                    return None
                return await verb(tx, actor, *arguments, **named)

        return await _persist(once, known_outcome=False)


@contextlib.contextmanager
def _constraints_as_rules() -> Iterator[None]:
    """A constraint of the database that speaks first is a refusal too: a CHECK, a link to nothing, a second of one."""
    try:
        yield
    except (CheckViolationError, NotNullViolationError) as error:
        raise RuleRefused(rule=error.constraint_name or error.column_name or "check", value="") from None
    except ForeignKeyViolationError:
        raise NotFound from None
    except UniqueViolationError as error:
        raise AlreadyExists(what=error.constraint_name or "row", value="") from None
    except (DataError, OverflowError):
        raise Invalid from None


async def _persist(once: Callable[[], Awaitable[T]], *, known_outcome: bool) -> T:
    """Try again after a lost race; after a lost connection only where a repeat cannot do the act twice."""
    for attempt in range(1, TRIES + 1):
        try:
            return await once()
        except RETRYABLE:
            if attempt == TRIES:
                raise Unavailable from None
        except OUTCOME_UNKNOWN as error:
            if known_outcome or attempt == TRIES:
                raise Unavailable from error
        await asyncio.sleep(random.uniform(0.5, 1.5) * 0.02 * 2**attempt)  # noqa: S311  jitter, no secret
    raise AssertionError("unreachable")


def _hash(named: dict[str, Any]) -> str:
    text = json.dumps(to_jsonable_python(named), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache
def _adapter(verb: Callable[..., Any]) -> TypeAdapter[Any]:
    return TypeAdapter(typing.get_type_hints(inspect.unwrap(verb))["return"])


def _recall(verb: Callable[..., Any], outcome: dict[str, Any]) -> Any:
    if "refusal" in outcome:
        refusal = outcome["refusal"]
        return DomainError.known.get(refusal["code"], Invalid)(**refusal["facts"])
    return _adapter(verb).validate_python(outcome["result"])
