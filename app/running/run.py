"""`Run` runs use cases: it opens and commits their transaction, identifies the caller and stores request keys."""

import asyncio
import contextlib
import hashlib
import inspect
import json
import random
import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from opentelemetry import trace
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from app.db.engine import Database, PrefetchedTx, Tx
from app.db.failures import RETRIES, DatabaseFailed, Repeat, constraints_as_rules
from app.db.people import persons
from app.db.platform import idempotency
from app.db.platform.idempotency import Claimed
from app.db.platform.outbox import finish_event, finish_timer
from app.db.sealed_text import key_of
from app.domain.actors import NOBODY, VISITOR, Actor, Identity, Passed
from app.domain.days import day_of
from app.domain.errors import (
    DomainError,
    Forgotten,
    Invalid,
    ScopeMissing,
    Unauthenticated,
)
from app.usecases.declared.audit import audited
from app.usecases.declared.due import StepDue
from app.usecases.declared.forms import read_forms
from app.usecases.declared.outside import NOWHERE, Outside, preparation_of
from app.usecases.declared.reading import Questions, asked_at_once, asked_first, is_of_one_moment
from app.usecases.declared.telling import told_of
from app.usecases.declared.visitors import is_open

P = ParamSpec("P")
T = TypeVar("T")
Verb = Callable[Concatenate[Tx, Actor, P], Awaitable[T]]
TRIES = 5
PASSED = TypeAdapter(list[Passed])
_tracer = trace.get_tracer("samen")
_NO_SPAN = contextlib.nullcontext()


def utc_now() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)


class Unavailable(DatabaseFailed):
    """The database did not answer. The act may have been done: repeat it with the same key."""

    @property
    def retry_after(self) -> int:
        """Seconds that a caller should wait; longer if somebody has to make room first."""
        return 15 if self.kind in ("full", "storage") else 2


async def available(read: Callable[[], Awaitable[T]]) -> T:
    """The result of a read without a use case; it is retried once. Raises Unavailable."""
    return await _persist(read, repeatable=True, tries=2)


class Run:
    """Runs verbs for one caller: `await run(place_order, lines=...)`. One call is one transaction.

    A lost race (serialization, deadlock, lock timeout) is tried again, at most five times; that is safe because a
    verb has no effect outside its transaction. After a call `actor` tells who acted.
    """

    def __init__(
        self,
        database: Database,
        identity: Identity = VISITOR,
        *,
        now: Callable[[], datetime] = utc_now,
        outside: Outside = NOWHERE,
    ) -> None:
        self.database = database
        self.identity = identity
        self.now = now
        self.outside = outside
        self.actor: Actor = NOBODY
        self.key: str | None = None
        """The request key of the caller, if the operation keeps its answer with one that is sent."""
        self.replayed: list[str] = []
        """The keys whose stored answer was given again."""

    async def __call__(self, verb: Verb[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        if self.key is not None:
            return await self.keyed(self.key)(verb, *arguments, **named)
        named = self.read(verb, named)
        named.update(await self.prepared(verb, named))
        questions = asked_at_once(verb)

        async def once() -> T:
            async with self.database.transaction(self.now(), snapshot=is_of_one_moment(verb)) as tx:
                self.actor = await persons.enter(tx, self.identity)
                with constraints_as_rules():
                    result = await verb(tx, self.actor, *arguments, **named)
                    await tx.flush()
                    return result

        with verb_span(verb), audited(verb, self.identity, lambda: self.actor, named) as results:
            if self.identity == VISITOR and not is_open(verb):
                raise Unauthenticated
            if questions is not None:
                return await _persist(lambda: self._at_once(verb, questions, *arguments, **named), repeatable=False)
            result = await self.in_time(lambda: _persist(once, repeatable=False))
            results.append(result)
            return result

    def read(self, verb: Callable[..., Any], named: Mapping[str, Any]) -> Any:
        """The arguments of a use case, validated by its forms. Raises Malformed."""
        return read_forms(verb, named, self.today)

    async def prepared(self, verb: Callable[..., Any], named: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments that no caller gives, looked up before the transaction begins."""
        prepare = preparation_of(verb)
        return await prepare(self, **named) if prepare else {}

    @property
    def today(self) -> date:
        """The day in Amsterdam."""
        return day_of(self.now())

    async def in_time(self, act: Callable[[], Awaitable[T]]) -> T:
        """Run an act. If a deadline has passed, the step of the clock is taken and kept; then the act runs again."""
        taken = set[tuple[object, ...]]()
        while True:
            try:
                return await act()
            except StepDue as due:
                step = (due.kind, *due.about.values())
                if step in taken:
                    raise RuntimeError(f"the step {due.kind} was taken and is still due") from due
                taken.add(step)
                await _persist(partial(self._take, due), repeatable=True)

    async def _take(self, due: StepDue) -> None:
        async with self.database.transaction(self.now()) as tx:
            await persons.enter(tx, self.identity)
            await persons.lend_staff_view(tx, due.cooperative_id)
            with constraints_as_rules():
                await due.verb(tx, Actor(system=True), **due.about)
                await tx.flush()

    async def _at_once(
        self, verb: Verb[P, T], questions: Callable[..., Questions], *arguments: P.args, **named: P.kwargs
    ) -> T:
        now = self.now()
        with constraints_as_rules():
            queries = questions(day_of(now), **named)
            self.actor, answers = await persons.enter_asking(self.database, self.identity, queries)
            return await verb(PrefetchedTx(now, answers, self.database.sealing), self.actor, *arguments, **named)

    async def know_again(self, tx: Tx) -> None:
        """Identifies the caller again if the database did not know them: their first order creates the person."""
        if self.actor.person_id is None and self.identity.subject is not None:
            self.actor = await persons.enter(tx, self.identity)

    def token_of(self, thing_id: UUID) -> str:
        """The token of an object's secret link. It is derived from the id, so nothing has to store it."""
        return key_of(self.database.sealing).token(thing_id.bytes)

    def keyed(self, key: str) -> "Keyed":
        """Runs use cases once under a request key, however often they are repeated."""
        return Keyed(self, key)


class Keyed:
    """Runs a verb once under a request key; a repeat gets the stored result, or the stored refusal."""

    def __init__(self, run: Run, key: str) -> None:
        self._run = run
        self._key = key

    async def __call__(self, verb: Verb[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        named = self._run.read(verb, named)
        request_hash, first = _hash(named), asked_first(verb, named)
        named.update(await self._run.prepared(verb, named))

        async def once() -> T:
            async with self._claimed(verb, request_hash, first) as (tx, claimed):
                if claimed.outcome is not None:
                    await self._run.know_again(tx)
                    recalled: T = self._recalled(verb, claimed.outcome)
                    return recalled
                passed = self._run.actor.passed
                assert passed is not None  # noqa: S101  collected under every key
                with _kept(passed), constraints_as_rules():
                    result = await verb(tx, self._run.actor, *arguments, **named)
                    outcome = {"result": _adapter(verb).dump_python(result, mode="json"), "passed": _dumped(passed)}
                    await idempotency.record(tx, claimed, outcome, *told_of(result))
                    await tx.flush()
                    await self._run.know_again(tx)
                    return result

        async def refuse(refused: Refused) -> Any:
            async with self._claimed(verb, request_hash) as (tx, claimed):
                if claimed.outcome is not None:
                    return self._recalled(verb, claimed.outcome)
                refusal, passed = refused.refusal, _dumped(refused.passed)
                outcome = {"code": refusal.code, "facts": to_jsonable_python(refusal.facts)}
                await idempotency.record(tx, claimed, {"refusal": outcome, "passed": passed}, *told_of(named))
            raise _known(outcome)

        run = self._run
        with (
            verb_span(verb),
            audited(verb, run.identity, lambda: run.actor, named, lambda: self._key in run.replayed) as results,
        ):
            try:
                result = await run.in_time(lambda: _persist(once, repeatable=True))
                results.append(result)
                return result
            except Refused as error:
                refused = error
            kept: T = await _persist(lambda: refuse(refused), repeatable=True)
            return kept

    def _recalled(self, verb: Callable[..., Any], outcome: dict[str, Any]) -> Any:
        """The stored result of the key. Raises its stored refusal, or Forgotten."""
        _still_allowed(self._run.actor, outcome)
        if "forgotten" in outcome:
            raise Forgotten
        self._run.replayed = [*dict.fromkeys([*self._run.replayed, self._key])]
        if "refusal" in outcome:
            raise _known(outcome["refusal"])
        return _adapter(verb).validate_python(outcome["result"])

    @contextlib.asynccontextmanager
    async def _claimed(
        self, verb: Callable[..., Any], request_hash: str, first: Questions = ()
    ) -> AsyncIterator[tuple[Tx, Claimed]]:
        """A transaction that has claimed the key; an error inside rolls it back."""
        async with self._run.database.transaction(self._run.now()) as tx:
            actor, claimed = await idempotency.enter_with_key(
                tx, self._run.identity, verb.__name__, self._key, request_hash, first
            )
            self._run.actor = replace(actor, passed={})
            if actor.visitor:
                raise Unauthenticated
            yield tx, claimed


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
        """The result of the use case; None if another process finished the timer or event."""

        async def once() -> T | None:
            async with self.database.transaction(self.now()) as tx:
                actor = await persons.enter_as_system(tx, self.cooperative_id)
                if self.timer is not None and not await finish_timer(tx, self.timer):
                    return None
                if self.event is not None and not await finish_event(tx, self.event):
                    return None
                with constraints_as_rules():
                    result = await verb(tx, actor, *arguments, **named)
                    await tx.flush()
                    return result

        with verb_span(verb):
            return await _persist(once, repeatable=True)


class Refused(Exception):
    """A use case's refusal: its transaction is rolled back, then the refusal is stored with the key."""

    def __init__(self, refusal: DomainError, passed: Iterable[Passed]) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.passed = tuple(passed)


@contextlib.contextmanager
def _kept(passed: Iterable[Passed]) -> Iterator[None]:
    try:
        yield
    except DomainError as refusal:
        raise Refused(refusal, passed) from refusal


async def _persist(once: Callable[[], Awaitable[T]], *, repeatable: bool, tries: int = TRIES) -> T:
    """Retries after a lost race; after a lost connection only if a repeat cannot do the act twice."""
    for attempt in range(1, tries + 1):
        try:
            return await once()
        except DatabaseFailed as failed:
            again = failed.failure.repeat
            if attempt == tries or not (again is Repeat.AT_ONCE or (repeatable and again is Repeat.UNDER_A_KEY)):
                raise Unavailable(failed.failure, failed.cause) from failed
            RETRIES.labels(failed.kind).inc()
        await asyncio.sleep(random.uniform(0.5, 1.5) * 0.02 * 2**attempt)  # noqa: S311  jitter, no secret
    raise AssertionError("unreachable")


def verb_span(verb: Callable[..., Any]) -> contextlib.AbstractContextManager[Any]:
    """A span for the use case if traces are on, without its error, which may be private."""
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):  # nobody collects
        return _NO_SPAN
    return _tracer.start_as_current_span(verb.__name__, record_exception=False, set_status_on_exception=False)


def _hash(named: dict[str, Any]) -> str:
    text = json.dumps(to_jsonable_python(named), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache
def _adapter(verb: Callable[..., Any]) -> TypeAdapter[Any]:
    return TypeAdapter(typing.get_type_hints(inspect.unwrap(verb))["return"])


def _dumped(passed: Iterable[Passed]) -> Any:
    return PASSED.dump_python(list(passed), mode="json")


def _still_allowed(actor: Actor, outcome: dict[str, Any]) -> None:
    """A replay needs the rights that the first request needed. Raises as their checks do.

    Before revision 0041 only the scopes were kept: those outcomes, seven days old at most, need all of them.
    """
    actor.require_again(PASSED.validate_python(outcome.get("passed", [])))
    missing = sorted(set(outcome.get("scopes", ())) - actor.scopes)
    if missing:
        raise ScopeMissing(scope=missing[0])


def _known(refusal: dict[str, Any]) -> DomainError:
    return DomainError.known.get(refusal["code"], Invalid)(**refusal["facts"])
