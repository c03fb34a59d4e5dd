"""The audit log: one line for each refusal, each look at somebody's private data, and each change of power.

Lines of the logger `samen.audit` name the caller (issuer and subject, app), the verb, the ids and the code of a
refusal; never what was read or sent. Reading one's own data is not logged.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar
from uuid import UUID

from app.domain.access import Role
from app.domain.actors import Actor, Identity
from app.domain.errors import DomainError
from app.domain.people.persons import Office, Person

V = TypeVar("V", bound=Callable[..., Any])
OF_THEIR_OWN = frozenset({Role.MEMBER, Role.FORMER_MEMBER})
"""Callers with no other role can only look at their own data."""
DENIALS = (401, 403, 404)
"""Strangers get not_found for objects that exist, so 404 is a denial too."""
log = logging.getLogger("samen.audit")
_PRIVATE: set[Callable[..., Any]] = set()
_POWERS: set[Callable[..., Any]] = set()
_waiting: ContextVar[list[dict[str, Any]] | None] = ContextVar("lines that wait", default=None)


def shows_private(verb: V) -> V:
    """Marks a use case that shows somebody's money, state or papers to others."""
    _PRIVATE.add(verb)
    return verb


def is_private(verb: Callable[..., Any]) -> bool:
    """Whether a use case has that mark."""
    return verb in _PRIVATE


def gives_power(verb: V) -> V:
    """Marks a use case that gives or takes power: offices, memberships, credentials. Each success has its line."""
    _POWERS.add(verb)
    return verb


@contextlib.contextmanager
def audited(
    verb: Callable[..., Any],
    identity: Identity,
    actor: Callable[[], Actor],
    named: Mapping[str, Any],
    replayed: Callable[[], bool] = lambda: False,
) -> Iterator[list[Any]]:
    """Writes the line of a use case when it ends; `actor` returns the caller as identified in the transaction.

    The block may append the result, whose id then is in the line. `replayed` tells whether the answer was stored
    before: then nothing was done.
    """
    who = {"issuer": identity.issuer, "subject": identity.subject, "client_id": identity.client_id}
    about = {name: str(value) for name, value in named.items() if isinstance(value, UUID | Role)}
    facts: dict[str, Any] = {"verb": verb.__name__, **who, "about": about}
    results: list[Any] = []
    try:
        yield results
    except DomainError as refusal:
        if refusal.status in DENIALS:
            log.info("refused", extra=facts | {"code": refusal.code})
        raise
    if verb in _POWERS and not replayed():
        log.info("done", extra=facts | {"about": about | _ids_of(results)})
    if is_private(verb) and any(holding.role not in OF_THEIR_OWN for holding in actor().holdings):
        waiting = _waiting.get()
        write([facts]) if waiting is None else waiting.append(facts)


def _ids_of(results: Iterable[Any]) -> dict[str, str]:
    """The ids of what a use case returned, also inside an answer with a secret."""
    things = (getattr(one, "app", None) or getattr(one, "webhook", None) or one for one in results)
    return {f"{type(thing).__name__.lower()}_id": str(thing.id) for thing in things}


@contextlib.contextmanager
def unwritten() -> Iterator[list[dict[str, Any]]]:
    """Buffers the lines of reads in this block, so that a poller can write only those of results that it sent."""
    lines: list[dict[str, Any]] = []
    before = _waiting.set(lines)
    try:
        yield lines
    finally:
        _waiting.reset(before)


def write(lines: Iterable[dict[str, Any]]) -> None:
    """Writes buffered lines of reads."""
    for facts in lines:
        log.info("read", extra=facts)


def write_appointment(person: Person, office: Office, *, by: str) -> None:
    """Writes the line of an office that was given on the command line, with the operating-system login that did it."""
    about = {"person_id": str(person.id), "office_id": str(office.id)}
    who = {"issuer": person.issuer, "subject": person.subject}
    log.info("appointed", extra={**who, "role": office.role.value, "about": about, "by": by})


def write_login(client_id: str, scopes: Iterable[str]) -> None:
    """Writes the line of an app that got a token for itself."""
    log.info("token", extra={"client_id": client_id, "scopes": sorted(scopes)})
