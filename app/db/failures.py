"""Errors of the database: away, full or busy, with when a transaction may run again; and violated constraints."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import asyncpg
from asyncpg.exceptions import _base as of_the_driver
from prometheus_client import Counter

from app.domain.errors import (
    AlreadyExists,
    BelowFloor,
    DomainError,
    Invalid,
    JournalDiffers,
    NotFound,
    RuleRefused,
)


class Repeat(Enum):
    """When the transaction that met the error may run again."""

    AT_ONCE = "at once"
    """Nothing was committed."""
    UNDER_A_KEY = "under a key"
    """It may have been committed: only a repeat under the same idempotency key is safe."""
    LATER = "later"
    """Nothing was committed, and the next try would meet the same: the caller is told to wait."""


@dataclass(frozen=True)
class Failure:
    """The meaning of a database error. `kind` names it in the log and in the metrics."""

    kind: str
    repeat: Repeat


AWAY = Failure("away", Repeat.UNDER_A_KEY)
BUSY = Failure("busy", Repeat.AT_ONCE)
CANCELLED = Failure("cancelled", Repeat.LATER)
FULL = Failure("full", Repeat.LATER)
BY_SQLSTATE = {
    "08": AWAY,
    "25006": Failure("read_only", Repeat.LATER),
    "25P03": CANCELLED,  # the server's own time-outs of a transaction; it rolls back
    "25P04": CANCELLED,
    "40001": BUSY,
    "40003": AWAY,
    "40P01": BUSY,
    "53": FULL,
    "53300": Failure("connections", Repeat.LATER),
    "55P03": BUSY,
    "57": AWAY,
    "57014": CANCELLED,  # by an operator or `statement_timeout`; whoever cancels it does not want it repeated at once
    "57P03": Failure("starting", Repeat.AT_ONCE),
    "58": Failure("storage", Repeat.LATER),
}
"""The meaning of an SQLSTATE, or of its class (the first two characters). Every other error is a refusal or a bug."""
REMADE = "cache lookup failed for function"
"""The words of PostgreSQL if a migration made a function anew while a statement waited for a table; it finds the new
one when it runs again. The code of such an error, XX000, says nothing.
"""
ERRORS = Counter("samen_database_errors", "Errors that mean that the database is away, full or busy.", ["kind"])
RETRIES = Counter("samen_database_retries", "Transactions that ran again after such an error.", ["kind"])
for _failure in BY_SQLSTATE.values():
    ERRORS.labels(_failure.kind)
    RETRIES.labels(_failure.kind)


class DatabaseFailed(Exception):
    """The database was away, full or busy. Its message names the cause for the log."""

    def __init__(self, failure: Failure, cause: Exception) -> None:
        super().__init__(f"{type(cause).__name__}: {' '.join(str(cause).split())[:200]}")
        self.failure, self.cause = failure, cause

    @property
    def kind(self) -> str:
        return self.failure.kind

    @property
    def facts(self) -> dict[str, str]:
        """For a line of the log."""
        sqlstate = getattr(self.cause, "sqlstate", None)
        return {"kind": self.kind, "cause": type(self.cause).__name__, "sqlstate": str(sqlstate or "-")}


def failure_of(error: Exception) -> Failure | None:
    """The meaning of a driver error; None for a violated constraint and for a bug."""
    if isinstance(error, asyncpg.PostgresError):
        if isinstance(error, asyncpg.InternalServerError) and REMADE in str(error):
            return BUSY
        sqlstate = str(error.sqlstate)
        return BY_SQLSTATE.get(sqlstate) or BY_SQLSTATE.get(sqlstate[:2])
    if isinstance(error, of_the_driver.DataError | of_the_driver.ClientConfigurationError):
        return None  # an argument or an address that fits no connection
    lost = isinstance(error, OSError | asyncpg.InterfaceError | asyncpg.InternalClientError)  # OSError: time-outs too
    return AWAY if lost else None


@contextlib.contextmanager
def telling_failures() -> Iterator[None]:
    """Counts what the database fails at, and raises DatabaseFailed for it; other errors pass."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        failure = failure_of(error)
        if failure is None:
            raise
        ERRORS.labels(failure.kind).inc()
        raise DatabaseFailed(failure, error) from error


UNIQUE = {"order_external_reference": {"what": "order", "how": "external_reference"}}
"""What a unique index says, by its name, if no use case looks before."""


@contextlib.contextmanager
def constraints_as_rules() -> Iterator[None]:
    """Turns CHECK, foreign-key and unique violations into domain errors."""
    try:
        yield
    except (asyncpg.CheckViolationError, asyncpg.NotNullViolationError) as error:
        if error.constraint_name == "balance_floor":
            raise BelowFloor from None
        raise RuleRefused(rule=error.constraint_name or error.column_name or "check", value="") from None
    except asyncpg.ForeignKeyViolationError:
        raise NotFound from None
    except asyncpg.UniqueViolationError as error:
        name = error.constraint_name or "row"
        raise AlreadyExists(**UNIQUE.get(name, {"what": name, "value": ""})) from None
    except (asyncpg.DataError, OverflowError):
        raise Invalid from None
    except asyncpg.PostgresError as error:
        if error.sqlstate == "SM003":
            raise JournalDiffers from None
        raise


@contextlib.contextmanager
def unique_or(taken: DomainError) -> Iterator[None]:
    """Raises `taken` if a unique constraint is violated inside."""
    try:
        yield
    except asyncpg.UniqueViolationError:
        raise taken from None


OLDEST = 18
"""The major version of PostgreSQL that is needed."""


class DatabaseUnfit(RuntimeError):
    """The server or the login cannot hold the books; the message says what to do."""


def check_version(connection: asyncpg.Connection) -> None:
    """Check the server's version. Raises DatabaseUnfit."""
    version = connection.get_server_version()
    if version.major < OLDEST:
        needed = f"PostgreSQL {OLDEST} or newer is needed"
        raise DatabaseUnfit(f"{needed}; the address of the database leads to version {version.major}.{version.minor}.")
