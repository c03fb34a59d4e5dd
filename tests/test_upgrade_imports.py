"""The upgrade that adds reviews of whole imports, on a database with older imports."""

import asyncio
import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.migrations import migrate_to_head
from tests.older import restored

EMPTY: dict[str, Any] = {"text": "", "integer": 0, "bigint": 0, "boolean": False, "jsonb": "{}", "ARRAY": []}


@pytest.fixture
def url(postgres: EmbeddedPostgres) -> str:
    name = f"samen_upgrade_imports_{os.getpid()}"
    return restored(postgres, name, "0036")


async def plant(connection: asyncpg.Connection, table: str, **given: Any) -> UUID:
    """A row with the given values, and empty values in every other required column."""
    sql = """select column_name, data_type from information_schema.columns
              where table_name = $1 and is_nullable = 'NO' and column_default is null and is_generated = 'NEVER'
                and is_identity = 'NO'"""
    other = {"uuid": uuid4(), "timestamp with time zone": datetime.now(UTC)}
    needed = {row["column_name"]: (EMPTY | other)[row["data_type"]] for row in await connection.fetch(sql, table)}
    values = needed | {"id": uuid4()} | given
    places = ", ".join(f"${number + 1}" for number in range(len(values)))
    await connection.execute(f'insert into "{table}" ({", ".join(values)}) values ({places})', *values.values())
    made: UUID = values["id"]
    return made


async def test_what_a_file_of_before_holds_becomes_one_task(url: str) -> None:
    connection = await asyncpg.connect(url.replace("//samen@", "//postgres@"))
    await connection.execute("set session_replication_role = replica")
    cooperative = await plant(connection, "cooperative", kvk_number="90000011", legal_form="cooperative_ua", slug="c-1")
    whose = {"cooperative_id": cooperative}
    done = await plant(connection, "offering_import", **whose, state="done", source="winkel")
    running = await plant(connection, "offering_import", **whose, state="running", source="winkel")
    offered = {"kind": "goods", "vat_class": "reduced", "state": "in_review", "member_id": uuid4()}
    ids = [await plant(connection, "offering", **whose, **offered) for _ in range(2)]
    alone = await plant(connection, "offering", **whose, **offered)
    for offering_id in ids:
        report = {"import_id": done, "offering_id": offering_id, "outcome": "created"}
        await plant(connection, "offering_import_row", **whose, **report)
    task = {"what": "review_offering", "role": "coordinator"}
    first = await plant(connection, "task", **whose, **task, subject_id=ids[0])
    await plant(connection, "task", **whose, **task, subject_id=alone)
    waiting = await plant(
        connection, "outbox", **whose, name="offering.submitted", subject_id=ids[1], audience="parties"
    )
    mail = await plant(connection, "outbox", **whose, name="mail.task", subject_id=first)
    await connection.execute("set session_replication_role = origin")
    await asyncio.to_thread(migrate_to_head, url)
    tasks = await connection.fetch(
        "select what, subject_id, facts from task where done_at is null and cooperative_id = $1", cooperative
    )
    assert {(row["what"], row["subject_id"]) for row in tasks} == {("review_offering", alone), ("review_import", done)}
    assert [row["facts"] for row in tasks if row["what"] == "review_import"] == ['{"held": 2, "source": "winkel"}']
    links = await connection.fetch("select id from offering where import_id = $1", done)
    assert {row["id"] for row in links} == set(ids)
    delivered = await connection.fetch(
        "select id, bulk from outbox where delivered_at is not null and id = any($1)", [waiting, mail]
    )
    assert {(row["id"], row["bulk"]) for row in delivered} == {(waiting, True), (mail, False)}
    assert await connection.fetchval("select lease_until <= now() from offering_import where id = $1", running)
    await connection.close()
