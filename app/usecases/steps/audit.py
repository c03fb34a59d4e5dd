"""The audit log: one line for each refusal, each look at what is private about a person, each appointment.

Lines of the logger `samen.audit` say who (issuer and subject, app), which verb, about which ids, and the code of a
refusal; never what was read or sent. What somebody reads about themselves is no line.
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
"""Who holds nothing else can only look at themselves."""
DENIALS = (401, 403, 404)
"""A stranger gets not_found for what is there, so that is a denial too."""
log = logging.getLogger("samen.audit")
_PRIVATE: set[Callable[..., Any]] = set()
_waiting: ContextVar[list[dict[str, Any]] | None] = ContextVar("lines that wait", default=None)


def shows_private(verb: V) -> V:
    """Mark a verb that shows somebody's money, state or papers to others than themselves."""
    _PRIVATE.add(verb)
    return verb


def is_private(verb: Callable[..., Any]) -> bool:
    """Whether the verb was marked so."""
    return verb in _PRIVATE


@contextlib.contextmanager
def audited(
    verb: Callable[..., Any], identity: Identity, actor: Callable[[], Actor], named: Mapping[str, Any]
) -> Iterator[None]:
    """Writes the line of a verb when it ends; `actor` tells who it turned out to be."""
    who = {"issuer": identity.issuer, "subject": identity.subject, "client_id": identity.client_id}
    about = {name: str(value) for name, value in named.items() if isinstance(value, UUID)}
    facts: dict[str, Any] = {"verb": verb.__name__, **who, "about": about}
    try:
        yield
    except DomainError as refusal:
        if refusal.status in DENIALS:
            log.info("refused", extra=facts | {"code": refusal.code})
        raise
    if is_private(verb) and any(holding.role not in OF_THEIR_OWN for holding in actor().holdings):
        waiting = _waiting.get()
        write([facts]) if waiting is None else waiting.append(facts)


@contextlib.contextmanager
def unwritten() -> Iterator[list[dict[str, Any]]]:
    """The lines of looks in here wait: who looks often and shows only what changed writes those of what was shown."""
    lines: list[dict[str, Any]] = []
    before = _waiting.set(lines)
    try:
        yield lines
    finally:
        _waiting.reset(before)


def write(lines: Iterable[dict[str, Any]]) -> None:
    """Write the lines of looks that were shown."""
    for facts in lines:
        log.info("read", extra=facts)


def write_appointment(person: Person, office: Office, *, by: str) -> None:
    """Write the line of an office that was given on the command line, by a login of the machine."""
    about = {"person_id": str(person.id), "office_id": str(office.id)}
    who = {"issuer": person.issuer, "subject": person.subject}
    log.info("appointed", extra={**who, "role": office.role.value, "about": about, "by": by})
