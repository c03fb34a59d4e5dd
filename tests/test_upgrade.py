"""Databases of two older schemas, with data, are upgraded: events in order, tasks that fit, correct books.

The dumps in `tests/upgrades` contain what a stop leaves behind: undelivered events, in the order of the heap.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database, opened
from app.db.logins import BOOKS_ROLE, WORKER_ROLE, logins_at
from app.domain.platform.events import OPENS
from app.migrations import migrate_to_head
from app.running.run import SystemRun
from app.usecases.ledger import check_books
from app.worker import Worker
from tests.older import execute, restored

DUE = "net_cents + vat_cents - paid_cents - refunded_cents > 0"
FITS = {
    "accept_order": ('"order"', "state = 'placed'"),
    "deliver_order": ('"order"', "state in ('accepted', 'in_progress')"),
    "record_payment": ('"order"', f"state in ('delivered', 'completed') and {DUE}"),
    "call_customer": ('"order"', "state = 'expired'"),
    "decide_open_claims": ('"order"', "state = 'completed' and sale_parts = 0"),
    "review_offering": ("offering", "state = 'in_review'"),
    "decide_claim": ("cost_claim", "state = 'claimed'"),
    "take_in_referral": ("member", "state = 'referred'"),
    "decide_spending": ("spending", "state = 'submitted'"),
    "complete_spending": ("spending", "state = 'incomplete'"),
    "pay_spending": ("spending", "state = 'approved'"),
    "settle_spending": ("spending", "state = 'paid'"),
    "order_joint_purchase": ("joint_purchase", "state = 'closed'"),
    "settle_joint_purchase": ("joint_purchase", "state = 'received'"),
    "collect_joint_purchase": ("joint_purchase", "state = 'received'"),
    "know_of_cancelled_purchase": ("joint_purchase", "state = 'cancelled'"),
    "know_of_cancelled_assignment": ("assignment", "state = 'cancelled'"),
    "sign_assignment": ("assignment", "state in ('published', 'staffing')"),
    "deliver_assignment": ("assignment", "state = 'in_progress'"),
    "do_part": ("assignment", "state = 'in_progress'"),
    "approve_hours": ("assignment_hours", "approved_at is null and refused_at is null"),
    "report_hours_anew": ("assignment_hours", "refused_at is not null"),
    "confirm_netting": ("netting", "state = 'proposed'"),
    "sign_agreement": ("agreement", "municipality_signed_at is null"),
}
"""For each kind of open task after the upgrade: the table of its subject, and its deadline."""
MADE_BY = {
    "accept_order": ("coordinator", "member"),
    "deliver_order": ("member",),
    "record_payment": ("treasurer",),
    "review_offering": ("coordinator",),
    "decide_spending": ("treasurer",),
    "complete_spending": ("member",),
    "pay_spending": ("treasurer",),
    "settle_spending": ("treasurer",),
    "order_joint_purchase": ("coordinator",),
}
"""Kinds of task that every subject in such a state has, once for each of these roles."""
PLANTED = """
    insert into outbox (id, name, cooperative_id, subject_id, facts, created_at, next_try_at, attempts)
    select uuidv7(), 'mail.task', t.cooperative_id, t.id, '{}', e.moment, e.moment, 0
      from task t, (select max(created_at) as moment from outbox) e where t.done_at is null;
    update task set done_at = created_at, done_by = (select id from person limit 1)
     where what = 'decide_open_claims' and done_at is null"""
"""A mail about every open task is still to go out, and somebody ticked off what they had to decide."""
Place = tuple[int, int]
"""Position in the feed, and sequence of its subject."""


@dataclass(kw_only=True)
class Upgraded:
    url: str
    published: dict[str, Place]
    waiting: list[str]
    """The undelivered or unpublished events, in the order in which they were written."""
    misfits: int
    """The number of open tasks that did not fit, before."""
    behind: int
    """The number of events written after one of the same subject with a higher number, before; none without numbers."""
    now: datetime


async def asked(url: str, sql: str, *arguments: object) -> list[asyncpg.Record]:
    """The rows of a query of the superuser."""
    connection = await asyncpg.connect(url.replace("samen@", "postgres@"))
    try:
        rows: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
        return rows
    finally:
        await connection.close()


async def published(url: str) -> dict[str, Place]:
    rows = await asked(url, "select id, position, sequence from outbox where position is not null")
    return {str(row["id"]): (row["position"], row["sequence"]) for row in rows}


async def misfits(url: str) -> list[str]:
    """The open tasks that do not fit the state of their subject."""
    found = []
    for what, (table, fits) in FITS.items():
        sql = f"""select t.id from task t where t.what = $1 and t.done_at is null
                     and not exists (select 1 from {table} s where s.id = t.subject_id and {fits})"""
        found += [f"{what} {row['id']}" for row in await asked(url, sql, what)]
    return found


async def behind(url: str) -> int:
    sql = """select count(*) from (
        select entered, lag(entered) over (partition by subject_id order by created_at, id) as before from outbox) o
         where entered < before"""
    return int((await asked(url, sql))[0][0])


@pytest.fixture(scope="module", params=["0030", "0036"])
def upgraded(request: pytest.FixtureRequest, postgres: EmbeddedPostgres, database_url: str) -> Iterator[Upgraded]:
    """A dump, restored and migrated; `database_url` has made the roles by then."""
    assert database_url
    name = f"samen_upgrade_{request.param}_{os.getpid()}"
    url = restored(postgres, name, request.param)
    waits = "delivered_at is null or audience is not null and position is null"
    waiting = asyncio.run(asked(url, f"select id from outbox where {waits} order by created_at, id"))
    asyncio.run(execute(url, PLANTED))
    (now,) = asyncio.run(asked(url, "select max(next_try_at) from outbox where delivered_at is null"))
    made = Upgraded(
        url=url,
        published=asyncio.run(published(url)),
        waiting=[str(row["id"]) for row in waiting],
        misfits=len(asyncio.run(misfits(url))),
        behind=0 if request.param == "0030" else asyncio.run(behind(url)),
        now=now[0] + timedelta(seconds=1),
    )
    migrate_to_head(url)
    yield made
    postgres.command("dropdb", "--force", name)


@pytest.fixture(scope="module")
async def delivered(upgraded: Upgraded) -> AsyncIterator[Database]:
    """Everything delivered and published; in the role that sees all books."""
    async with (
        opened(logins_at(upgraded.url), role=WORKER_ROLE) as database,
        opened(logins_at(upgraded.url), role=BOOKS_ROLE) as books,
    ):
        worker = Worker(database, now=lambda: upgraded.now)
        while await worker.tick():
            continue
        # What was booked a day ago is to be sealed, and the dumps grow old.
        await worker.guard()
        yield books


async def test_what_waits_is_numbered_in_the_order_in_which_it_came_in(upgraded: Upgraded) -> None:
    rows = await asked(
        upgraded.url, "select id from outbox where id = any($1::uuid[]) order by entered", upgraded.waiting
    )
    assert len(upgraded.waiting) > 50
    assert [str(row["id"]) for row in rows] == upgraded.waiting
    sql = """select count(*) from outbox a join outbox b using (subject_id)
              where a.id = any($1::uuid[]) and (a.created_at, a.id) < (b.created_at, b.id) and a.entered >= b.entered"""
    assert (await asked(upgraded.url, sql, upgraded.waiting))[0][0] == 0


async def test_what_comes_in_next_is_numbered_after_all_that_is_there(upgraded: Upgraded) -> None:
    sql = """select last_value > (select max(entered) from outbox) - 1, (select count(distinct entered) = count(*)
               from outbox), attidentity = 'a' from outbox_entered_seq, pg_attribute
              where attrelid = 'outbox'::regclass and attname = 'entered'"""
    assert tuple((await asked(upgraded.url, sql))[0]) == (True, True, True)


async def test_nobody_is_written_to_about_a_task_that_was_closed(upgraded: Upgraded) -> None:
    sql = """select count(*) filter (where t.done_at is null) > 0, count(*) filter (where t.done_by is null
               and t.done_at is not null) from outbox o join task t on t.id = o.subject_id
              where o.name = 'mail.task' and o.delivered_at is null"""
    assert tuple((await asked(upgraded.url, sql))[0]) == (True, 0)


async def test_what_was_published_keeps_its_place_and_the_rest_comes_after_it(
    upgraded: Upgraded, delivered: Database
) -> None:
    now = await published(upgraded.url)
    assert {event: now[event] for event in upgraded.published} == upgraded.published
    assert sorted(position for position, _ in now.values()) == list(range(1, len(now) + 1))
    later = [event for event in upgraded.waiting if event in now and event not in upgraded.published]
    assert later
    assert [now[event][0] for event in later] == sorted(now[event][0] for event in later)
    sql = """select count(*) from outbox a join outbox b using (subject_id)
              where a.id = any($1::uuid[]) and b.id = any($1::uuid[]) and a.sequence < b.sequence
                and (a.created_at, a.id) > (b.created_at, b.id)"""
    assert (await asked(upgraded.url, sql, later))[0][0] == 0


async def test_no_task_is_open_that_does_not_fit(upgraded: Upgraded, delivered: Database) -> None:
    assert upgraded.misfits > 20 or not upgraded.behind, "numbers that ran backwards opened tasks that do not fit"
    assert await misfits(upgraded.url) == []
    known = {opening.what for openings in OPENS.values() for opening in openings}
    rows = await asked(upgraded.url, "select distinct what from task where done_at is null")
    assert {row["what"] for row in rows} <= FITS.keys() <= known


async def test_each_subject_that_needs_a_task_has_it_once(upgraded: Upgraded, delivered: Database) -> None:
    for what, roles in MADE_BY.items():
        table, fits = FITS[what]
        own = "assignment_id is null" if table == '"order"' else "true"
        subjects = await asked(upgraded.url, f"select id from {table} where {fits} and {own}")
        sql = f"""select t.subject_id, t.role from task t where t.what = $1 and t.done_at is null
                     and exists (select 1 from {table} s where s.id = t.subject_id and {own})"""
        tasks = Counter((row["subject_id"], row["role"]) for row in await asked(upgraded.url, sql, what))
        assert tasks == Counter((row["id"], role) for row in subjects for role in roles), what
        assert subjects, what


async def test_what_somebody_ticked_off_is_not_opened_again(upgraded: Upgraded, delivered: Database) -> None:
    sql = """select count(*) filter (where t.done_by is not null) > 0,
                    count(*) filter (where t.done_at is null and b.done_by is not null)
               from task t join task b using (subject_id, what) where t.what = 'decide_open_claims'"""
    assert tuple((await asked(upgraded.url, sql))[0]) == (True, 0)


async def test_the_books_are_right(upgraded: Upgraded, delivered: Database) -> None:
    found = await SystemRun(delivered)(check_books)
    assert found
    assert not any(found.values()), found


WITHOUT_A_TRAIL = {
    "office": """not exists (select 1 from power_event e where e.kind = 'office_given' and e.at = t.given_at
                  and (e.person_id, e.role, e.cooperative_id, e.municipality_id)
                      is not distinct from (t.person_id, t.role, t.cooperative_id, t.municipality_id))""",
    "app": """not exists (select 1 from power_event e where e.kind = 'app_registered' and e.at = t.registered_at
               and e.app_id = t.id and e.scopes = t.scopes)""",
    "member": """t.person_id is not null and not exists (select 1 from power_event e
                  where e.kind = 'member_linked' and e.member_id = t.id and e.person_id = t.person_id)""",
}


async def test_the_trail_of_power_begins_with_what_is_in_force(upgraded: Upgraded) -> None:
    for table, without in WITHOUT_A_TRAIL.items():
        assert await asked(upgraded.url, f"select 1 from {table} limit 1"), table
        assert await asked(upgraded.url, f"select t.id from {table} t where {without}") == [], table
    events = await asked(upgraded.url, "select id, at from power_event order by id")
    assert events == sorted(events, key=lambda event: event["at"])
    assert all(event["at"] <= upgraded.now for event in events)
    assert await asked(upgraded.url, "select 1 from office where ended_at is not null or given_by is not null") == []
