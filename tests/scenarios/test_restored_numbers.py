"""After a restore no number of an invoice is given twice, and none is lost: the treasurer says which one left last."""

import asyncio
import contextlib
import dataclasses
import logging
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database, opened
from app.db.logins import BOOKS_ROLE, OWNER_SETTING, SETTINGS, WORKER_ROLE, logins_at
from app.db.people.persons import enter, lend_staff_view
from app.keys import sealing
from app.main import build
from app.migrations import migrate_to_head
from app.settings import Settings
from app.worker import Worker
from tests.conftest import FAST
from tests.live import ROOT, SEALING, settings_of
from tests.scenarios.money import pay
from tests.scenarios.papers import COMPANY, invoices_of, selling
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_partner_invoices import between
from tests.scenarios.test_purchase_invoices import bought, buying
from tests.walls.cast import identity
from tests.world import Caller, Clock, Json, Seller, World

CREDIT: Json = {"reason": "te duur", "amount": {"amount": "12.10"}}


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EmbeddedPostgres, EmbeddedPostgres]]:
    """Two servers of their own, as a restore is about a whole installation; the first is migrated."""
    made = [EmbeddedPostgres.at(tmp_path_factory.mktemp(name)) for name in ("before", "after")]
    for cluster in made:
        cluster.start(FAST)
    migrate_to_head(made[0].url())
    yield made[0], made[1]
    for cluster in made:
        cluster.stop()
        shutil.rmtree(cluster.home)


@contextlib.asynccontextmanager
async def world_on(url: str, settings: Settings, clock: Clock) -> AsyncIterator[World]:
    """The API and a worker on a database."""
    logins, key = logins_at(url), sealing(settings)
    built = build(settings, logins, now=clock)
    async with (
        built.router.lifespan_context(built),
        opened(logins, role=BOOKS_ROLE, size=2, sealing=key) as books,
        opened(logins, role=WORKER_ROLE, size=2, sealing=key) as worker,
    ):
        world = await World.over(built, settings, books, worker, clock)
        yield world
        await world.close()


def samen(cluster: EmbeddedPostgres, *arguments: str) -> str:
    """The output of a command on a server of one's own, as the superuser, who sees every row."""
    environment = os.environ | settings_of(logins_at(cluster.url(user="postgres"))) | {"SAMEN_SEALING_KEY": SEALING}
    environment |= {"SAMEN_DATA_DIR": str(cluster.home), "PYTHONPATH": str(ROOT)}
    assert {*SETTINGS.values(), OWNER_SETTING} <= environment.keys()
    command = [sys.executable, "-m", "app.cli", *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def moved(world: World, seller: Seller, app: Caller) -> tuple[Seller, Caller]:
    """The same people and the same app, at another installation."""
    there = dataclasses.replace(
        seller,
        coordinator=world.person(seller.coordinator.login),
        treasurer=world.person(seller.treasurer.login),
        member=world.person(seller.member.login),
    )
    return there, Caller(world.client, app.token, app.login)


async def sold(world: World, seller: Seller, app: Caller) -> Json:
    """An order that was delivered, whose invoice the worker issues."""
    order = await world.order(app, await world.offering(seller, "100.00"), contact=COMPANY)
    await world.deliver(seller, order)
    await world.work()
    return order


async def numbers(app: Caller, *orders: Json) -> list[str]:
    return [one["number"].partition("-")[2] for order in orders for one in await invoices_of(app, order)]


async def series_of(seller: Seller) -> list[Json]:
    found: list[Json] = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/invoice-series")
    return found


async def says(
    world: World, seller: Seller, last: str, status: int = 0, year: int = 0, by: Caller | None = None
) -> Json:
    """The treasurer says which number of this year left last."""
    year = year or world.clock().year
    place = f"/v1/cooperatives/{seller.id}/invoice-series/{year}/checks"
    answer: Json = await (by or seller.treasurer)("POST", place, {"lastNumber": last}, status=status)
    return answer


async def tasks_of(seller: Seller) -> list[str]:
    found = await seller.treasurer("GET", "/v1/tasks?limit=100")
    return [task["what"] for task in found["items"] if task["what"] == "check_invoice_numbers"]


async def doubted(world: World, *sellers: Seller) -> None:
    """Marks the numbers of these sellers alone, as a restore does those of everybody."""
    ids = [seller.id for seller in sellers]
    async with world.books.transaction() as tx:
        await tx.value("update invoice_series set unchecked = true where cooperative_id = any($1::uuid[])", ids)


async def test_a_backup_does_not_know_the_last_invoices(
    clusters: tuple[EmbeddedPostgres, EmbeddedPostgres],
    settings: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """1 to 3, a backup, 4 and 5, a restore: 4 and 5 are lost, and the next ones are 6 and 7."""
    before, after = clusters
    archive, clock = str(tmp_path / "samen.dump"), Clock()
    year = clock().year
    async with world_on(before.url(), settings, clock) as world:
        seller, prefix, app = await selling(world)
        first = [await sold(world, seller, app) for _ in range(3)]
        silent, silent_prefix, silent_app = await selling(world)
        nameless = await world.cooperative()
        await asyncio.to_thread(samen, before, "backup", archive)
        left = [await sold(world, seller, app) for _ in range(2)]
        assert await numbers(app, *first, *left) == ["00001", "00002", "00003", "00004", "00005"]
    said = await asyncio.to_thread(samen, after, "restore", archive)
    assert "numbers of invoices to check: 2 more" in said
    assert "check: 0 more" in await asyncio.to_thread(samen, after, "restored")
    async with world_on(after.url(), settings, clock) as world:
        seller, app = moved(world, seller, app)
        with caplog.at_level(logging.WARNING):
            order = await sold(world, seller, app)
            await Worker(world.worker_database, books=world.books, now=clock).invoice()
        assert await invoices_of(app, order) == []
        assert [record for record in caplog.records if record.name.startswith("samen")] == []
        assert await world.work() == 0, "nothing comes back again and again"
        assert await tasks_of(seller) == ["check_invoice_numbers"]
        known = f"{prefix}{year}-00003"
        refused = await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {}, status=409)
        assert (refused["code"], refused["facts"]) == ("restored_unchecked", {"last": known})
        assert known in refused["detail"]
        await _a_credit_waits(seller, first[0])
        checked = await says(world, seller, f"{prefix}{year}-00005")
        assert (checked["lastNumber"], checked["unchecked"], checked["lost"]) == (f"{prefix}{year}-00005", False, 2)
        await world.work()
        assert await tasks_of(seller) == []
        assert await numbers(app, order) == ["00006"], "the worker issues what was due meanwhile"
        await seller.treasurer("POST", f"/v1/orders/{first[0]['id']}/credits", CREDIT)
        assert await numbers(app, first[0]) == ["00001", "00007"]
        await books_are_right(world)
        silent, silent_app = moved(world, silent, silent_app)
        await _nothing_was_issued(world, silent, silent_prefix, silent_app)
        nameless, _ = moved(world, nameless, app)
        await _had_no_prefix(world, nameless, app)
        await books_are_right(world)


async def _a_credit_waits(seller: Seller, order: Json) -> None:
    """A credit needs a note, so nothing is booked; money is taken all the same."""
    place = f"/v1/orders/{order['id']}"
    refused = await seller.treasurer("POST", f"{place}/credits", CREDIT, status=409)
    assert refused["code"] == "restored_unchecked"
    assert (await seller.treasurer("GET", place))["refunded"]["amount"] == "0.00"
    await pay(seller, order, "121.00")


async def _nothing_was_issued(world: World, seller: Seller, prefix: str, app: Caller) -> None:
    """The first numbers of a cooperative may have left after the backup."""
    order = await sold(world, seller, app)
    refused = await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {}, status=409)
    assert refused["facts"] == {"last": None, "how": "none"}
    await says(world, seller, f"{prefix}{world.clock().year}-00001")
    await world.work()
    assert await numbers(app, order) == ["00002"]


async def _had_no_prefix(world: World, seller: Seller, app: Caller) -> None:
    """A cooperative that gets its prefix only now may have had it, and numbers, after the backup."""
    await seller.can_invoice()
    assert [one["unchecked"] for one in await series_of(seller)] == [True]
    order = await sold(world, seller, app)
    assert await tasks_of(seller) == ["check_invoice_numbers"]
    await says(world, seller, "0")
    await world.work()
    assert await numbers(app, order) == ["00001"]


async def test_a_new_year_begins_with_one(world: World) -> None:
    """No number of it can have left before the restore."""
    seller, _, app = await selling(world)
    await sold(world, seller, app)
    await doubted(world, seller)
    year = world.clock().year + 1
    with world.clock.at(f"{year}-01-05"):
        assert await numbers(app, await sold(world, seller, app)) == ["00001"]
    series = await series_of(seller)
    assert [(one["year"], one["unchecked"]) for one in series] == [(year, False), (year - 1, True)]


async def test_money_that_came_meanwhile_gets_its_deposit_invoice(world: World) -> None:
    """A company pays before supply; the timer ends without an invoice, and the check starts it again."""
    seller, _, app = await selling(world)
    await sold(world, seller, app)
    await doubted(world, seller)
    order = await world.order(app, await world.offering(seller, "100.00"), contact=COMPANY)
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    await pay(seller, order, "60.50")
    await world.work()
    assert await invoices_of(app, order) == []
    await says(world, seller, "1")
    await world.work()
    (deposit,) = await invoices_of(app, order)
    assert (deposit["kind"], deposit["number"].partition("-")[2]) == ("deposit", "00002")
    await books_are_right(world)


async def test_a_number_may_have_more_than_five_digits(world: World) -> None:
    seller, prefix, app = await selling(world)
    await sold(world, seller, app)
    for last in (*range(10_000, 100_000, 10_000), 99_999):
        await doubted(world, seller)
        await says(world, seller, str(last))
    assert await numbers(app, await sold(world, seller, app)) == ["100000"]
    assert (await series_of(seller))[0]["lastNumber"] == f"{prefix}{world.clock().year}-100000"
    await books_are_right(world)


async def test_the_invoices_of_a_purchase_wait_for_the_check(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """The timer ends without an invoice and without a failure; the hourly round issues it after the check."""
    lead, partner, _ = await buying(world)
    await bought(world, lead, partner)
    await world.work()
    await doubted(world, lead)
    await bought(world, lead, partner)
    with caplog.at_level(logging.WARNING):
        await world.work()
        await world.invoice()
    assert [record for record in caplog.records if record.name.startswith("samen")] == []
    assert len(await between(partner)) == 1
    await says(world, lead, "1")
    await world.invoice()
    assert [one["number"].partition("-")[2] for one in await between(partner)] == ["00001", "00002"]
    await books_are_right(world)


async def test_a_number_is_of_this_series_and_not_before_the_last(world: World) -> None:
    seller, prefix, app = await selling(world)
    year = world.clock().year
    for _ in range(2):
        await sold(world, seller, app)
    # Its prefix is another one now; numbers of before have the earlier one.
    place = f"/v1/cooperatives/{seller.id}/invoice-details"
    other = f"Z{prefix[1:]}"
    await seller.treasurer("PATCH", place, {"invoicePrefix": other}, headers={"If-Match": "*"})
    await doubted(world, seller)
    (series,) = await series_of(seller)
    assert (series["lastNumber"], series["unchecked"], series["lost"]) == (f"{prefix}{year}-00002", True, 0)
    for last, rule in (
        ("1", "number_before_last"),
        (f"XX{year}-00003", "number_of_another_series"),
        (f"{prefix}2020-00003", "number_of_another_series"),
        ("10003", "number_too_far"),
    ):
        assert (await says(world, seller, last, 422))["facts"]["rule"] == rule
    assert (await says(world, seller, "2", 404, 2020))["code"] == "not_found"
    for stranger, status in ((seller.coordinator, 403), (seller.member, 403), (world.network, 404), (app, 404)):
        await says(world, seller, "2", status, by=stranger)
    assert (await says(world, seller, f"{prefix}{year}-00002"))["lost"] == 0
    refused = await says(world, seller, "2", 409)
    assert (refused["code"], refused["facts"]["state"]) == ("wrong_state", "checked")


async def test_of_two_checks_at_once_one_wins(world: World) -> None:
    seller, _, app = await selling(world)
    await sold(world, seller, app)
    await doubted(world, seller)
    place = f"/v1/cooperatives/{seller.id}/invoice-series/{world.clock().year}/checks"
    headers = {"Authorization": f"Bearer {seller.treasurer.token}"}
    answers = await asyncio.gather(
        *(world.client.post(place, json={"lastNumber": str(last)}, headers=headers) for last in (1, 3, 5, 7))
    )
    assert sorted(answer.status_code for answer in answers)[1:] == [409, 409, 409]
    (winner,) = (answer.json() for answer in answers if answer.status_code < 300)
    (series,) = await series_of(seller)
    assert series == winner
    assert series["lost"] == int(series["lastNumber"].partition("-")[2]) - 1
    await books_are_right(world)


async def test_a_check_beside_issuing_gives_no_number_twice(world: World) -> None:
    seller, _, app = await selling(world)
    await sold(world, seller, app)
    await doubted(world, seller)
    orders = [await sold(world, seller, app) for _ in range(4)]

    async def issue(order: Json) -> None:
        while True:
            headers = {"Authorization": f"Bearer {seller.treasurer.token}", "Idempotency-Key": uuid.uuid4().hex}
            answer = await world.client.post(f"/v1/orders/{order['id']}/invoices", json={}, headers=headers)
            if answer.status_code != 409:
                assert answer.status_code in (200, 201), answer.text
                return
            assert answer.json()["code"] == "restored_unchecked"
            await asyncio.sleep(0)

    await asyncio.wait_for(asyncio.gather(*map(issue, orders), says(world, seller, "3")), 30)
    await world.work(timedelta(minutes=1))
    assert sorted(await numbers(app, *orders)) == ["00004", "00005", "00006", "00007"]
    await books_are_right(world)


async def test_the_database_gives_no_number_of_an_unchecked_series(world: World, database: Database) -> None:
    """Whatever the application does: not with a lent view, and not with a number of one's own."""
    seller, _, app = await selling(world)
    await sold(world, seller, app)
    await doubted(world, seller)
    customer = world.person()
    await world.order(customer, await world.offering(seller))
    number = "update invoice_series set last = last + 1 where cooperative_id = $1 returning 1"
    checked = "update invoice_series set unchecked = false where cooperative_id = $1 returning 1"
    ended = f"select check_invoice_numbers($1, {world.clock().year}, 1, now())"
    for who, sql in (
        (customer, number),
        (customer, checked),
        (customer, ended),
        (seller.treasurer, number),
        (seller.treasurer, checked),
    ):
        async with database.transaction() as tx:
            await enter(tx, identity(world, who.login))
            await lend_staff_view(tx, UUID(seller.id))
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.savepoint():
                    await tx.value(sql, UUID(seller.id))
    assert [one["unchecked"] for one in await series_of(seller)] == [True]
