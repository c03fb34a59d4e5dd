"""Connection pools, one for each role, and `Tx`: one open transaction with its own clock reading."""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import uuid_utils
from pydantic_core import from_json, to_json

from app.db.failures import DatabaseFailed, DatabaseUnfit, check_version, telling_failures
from app.db.logins import APP_ROLE, BOOKS_ROLE, CATALOGUE_ROLE, READER_ROLE, SETTINGS, Logins
from app.db.sealed_text import Sealing, key_of
from app.db.unit_of_work import UnitOfWork, Write
from app.domain.days import day_of
from app.domain.errors import DomainError

log = logging.getLogger("samen.database")
PATIENCE = {BOOKS_ROLE: 600, READER_ROLE: 600}
"""Seconds that a statement may take, by role; of the others 30. A check goes over all books."""
STATEMENTS = {CATALOGUE_ROLE: 64}
"""Prepared statements that a connection keeps, by role; 100 for the others.

Catalogue queries vary per reader; each cached plan takes 150 kB.
"""
Answers = dict[tuple[str, tuple[object, ...]], list[dict[str, Any]]]
"""Rows by the query that they answer: its SQL and its arguments."""
OnStatement = Callable[[str, float], None]
"""Callback after every statement: its SQL and its duration in seconds."""
LOGIN = """
select r.rolname::text as login,
       concat_ws(', ',
           case when r.rolsuper then 'a superuser' end,
           case when r.rolbypassrls then 'BYPASSRLS' end,
           case when r.rolcreaterole then 'CREATEROLE' end,
           (select 'a member of ' || string_agg(m.roleid::regrole::text, ' and ') from pg_auth_members m
             where m.member = r.oid and not (r.rolname = 'samen_worker' and m.roleid = to_regrole('samen_app'))),
           case when exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                                                      and c.relowner = r.oid) then 'an owner of tables' end) as too_much
  from pg_roles r where r.rolname = session_user
"""
"""The login of a session, and what lets it become another. The worker acts as the application, too."""
JSONB_VERSION = b"\x01"
"""How PostgreSQL begins each `jsonb` that it sends or takes."""


class Tx:
    """One transaction. `now` is read once, when it opens.

    Writes are a unit of work: they are buffered, and one statement writes them before the next read or the commit.
    """

    def __init__(
        self, connection: Any, now: datetime, sealing: Sealing | None = None, answers: Answers | None = None
    ) -> None:
        self._connection = connection
        self._work = UnitOfWork()
        self._sealing = sealing
        self.answers = answers or {}
        """Prefetched rows, which the first query that asks for them gets."""
        self.now = now

    @property
    def sealing(self) -> Sealing:
        """The sealing key. Raises RuntimeError in a process without one."""
        return key_of(self._sealing)

    @property
    def today(self) -> date:
        """The day of `now` in Amsterdam."""
        return day_of(self.now)

    async def rows(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        await self.flush()
        rows: list[asyncpg.Record] = await self._connection.fetch(sql, *arguments)
        return rows

    async def row(self, sql: str, *arguments: object) -> asyncpg.Record | None:
        await self.flush()
        return await self._connection.fetchrow(sql, *arguments)

    async def only(self, sql: str, *arguments: object) -> asyncpg.Record:
        """The first row of a statement that always answers with one: an aggregate, a select without a table."""
        return (await self.rows(sql, *arguments))[0]

    async def value(self, sql: str, *arguments: object) -> Any:
        await self.flush()
        return await self._connection.fetchval(sql, *arguments)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A savepoint: an error inside rolls back to it, buffered writes included, and is raised."""
        await self.flush()
        try:
            async with self._connection.transaction():
                yield
                await self.flush()
        except BaseException:
            self._work.discard()
            raise

    async def many(self, sql: str, arguments: Sequence[tuple[object, ...]]) -> None:
        """One statement for several rows of arguments, in one round trip."""
        await self.flush()
        await self._connection.executemany(sql, arguments)

    async def write(
        self,
        sql: str,
        *arguments: object,
        row: tuple[object, ...],
        inserts: bool = False,
        parents: Collection[str] = (),
        missing: DomainError | None = None,
    ) -> None:
        """Buffer a write. `row` is its table and key; `parents` are tables whose rows have to be there first.

        If an update finds no row, `missing` is raised when the buffer is flushed.
        """
        if self._work.must_flush_before(row, parents):
            await self.flush()
        self._work.add(Write(sql, arguments, row, inserts, missing))

    async def call(self, sql: str, argument: object) -> None:
        """Buffer an argument for a function of the database that takes a list: it is called once, with all of them."""
        if not self._work.joins_call(sql, argument):
            self._work.add_call(sql, argument)

    async def flush(self) -> None:
        """Write what is buffered. Raises what the database refuses of it."""
        await self._work.flush(self._connection)


class PrefetchedTx(Tx):
    """For a read whose transaction is over: it has the prefetched rows and no connection."""

    def __init__(self, now: datetime, answers: Answers, sealing: Sealing | None = None) -> None:
        super().__init__(_NoConnection(), now, sealing, answers)


class _NoConnection:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("this read asks for more than the queries that it declared")


class Database:
    """A pool of one role, which logs in as itself. The server holds the settings of each role."""

    def __init__(
        self,
        logins: Logins,
        *,
        role: str = APP_ROLE,
        size: int = 10,
        sealing: Sealing | None = None,
        on_statement: OnStatement | None = None,
    ) -> None:
        self.logins = logins
        self.on_statement = on_statement
        self.sealing = sealing
        self.role = role
        self._size = size
        self._pool: Any = None
        self._turns = asyncio.Semaphore(size)
        """Serves waiters in their order; the pool alone would not."""

    async def open(self) -> None:
        """Connects. Raises DatabaseFailed; DatabaseUnfit for an old server and for another login."""
        with telling_failures():
            await self._connect()

    async def _connect(self) -> None:
        url = self.logins.of(self.role)
        acts_as = {"role": self.role} if self.role == BOOKS_ROLE else {}
        self._pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=self._size,
            timeout=3,
            command_timeout=PATIENCE.get(self.role, 30),
            statement_cache_size=STATEMENTS.get(self.role, 100),
            init=self._ready,
            reset=_nothing_to_reset,
            server_settings={"application_name": self.role, **acts_as},
        )
        try:
            async with self._pool.acquire() as connection:
                check_version(connection)
                await self._check_login(connection)
        except BaseException:
            await self._pool.close()
            raise

    async def _check_login(self, connection: Any) -> None:
        """Checks that the session is the role's own, since a session can become whatever its login may be.

        Raises DatabaseUnfit for the owner of the tables, a superuser and every other login.
        """
        if self.role not in SETTINGS:
            return
        row = await connection.fetchrow(LOGIN)
        if row["login"] != self.role or row["too_much"]:
            found = f" ({row['too_much']})" if row["too_much"] else ""
            raise DatabaseUnfit(
                f'{SETTINGS[self.role]} logs in as "{row["login"]}"{found}. It has to be {self.role}, which is no'
                " superuser, has no BYPASSRLS, owns no table and is no member of another role: whoever gets in by this"
                " login may become whatever it may be. Is it another login? `samen migrate --roles` makes the logins"
                " and prints the settings. Has it more than that? As a superuser, take it back."
            )

    async def _ready(self, connection: Any) -> None:
        await read_json(connection)
        if on_statement := self.on_statement:
            connection.add_query_logger(lambda done: on_statement(done.query, done.elapsed))

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()

    @asynccontextmanager
    async def transaction(self, now: datetime | None = None, *, snapshot: bool = False) -> AsyncIterator[Tx]:
        """Open, then commit; anything raised inside rolls back. Only the room `running` and start-up checks call this.

        With `snapshot` every statement sees the rows of the first one's moment. Raises DatabaseFailed.
        """
        isolation = "repeatable_read" if snapshot else None
        with telling_failures():
            async with self._turns, self._pool.acquire() as connection, connection.transaction(isolation=isolation):
                tx = Tx(connection, now or datetime.now(UTC), self.sealing)
                yield tx
                await tx.flush()

    async def one(self, sql: str, *arguments: object) -> asyncpg.Record | None:
        """The row of a statement outside any transaction, as the catalogue reads. Raises DatabaseFailed."""
        with telling_failures():
            async with self._turns:
                return await self._pool.fetchrow(sql, *arguments)

    async def only(self, sql: str, *arguments: object) -> asyncpg.Record:
        """The row of such a statement that always answers with one."""
        with telling_failures():
            async with self._turns:
                return (await self._pool.fetch(sql, *arguments))[0]


@asynccontextmanager
async def opened(
    logins: Logins,
    *,
    role: str = APP_ROLE,
    size: int = 2,
    sealing: Sealing | None = None,
    on_statement: OnStatement | None = None,
) -> AsyncIterator[Database]:
    """A database for as long as it is used."""
    database = Database(logins, role=role, size=size, sealing=sealing, on_statement=on_statement)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def read_json(connection: Any) -> None:
    """Makes a connection take and give JSON as values; ids, moments and objects of the domain too."""
    await connection.set_type_codec(
        "jsonb",
        encoder=lambda value: JSONB_VERSION + to_json(value),
        decoder=lambda sent: from_json(sent.removeprefix(JSONB_VERSION)),
        schema="pg_catalog",
        format="binary",
    )
    await connection.set_type_codec("json", encoder=to_json, decoder=from_json, schema="pg_catalog", format="binary")


async def wait_for(url: str, patience: float) -> None:
    """Returns once the server accepts a connection.

    Raises DatabaseFailed if it does not within `patience` seconds, DatabaseUnfit if it is too old.
    """
    began, pause = time.monotonic(), 0.5
    while True:
        try:
            with telling_failures():
                connection = await asyncpg.connect(url, timeout=3)
                check_version(connection)
                await connection.close()
        except DatabaseFailed as failed:
            if time.monotonic() - began + pause > patience:
                raise
            log.warning("waiting for the database", extra=failed.facts)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 8)
        else:
            return


async def _nothing_to_reset(connection: Any) -> None:
    """Skips the reset of a connection, because no session state is ever made (no SET, advisory lock, LISTEN)."""


def uuid7() -> uuid.UUID:
    """A new id; ids of later moments sort after earlier ones."""
    return uuid.UUID(int=uuid_utils.uuid7().int)
