"""The review of an import: one task, one decision about all that it holds; and its end if its process dies."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.worker import Worker
from tests.scenarios.test_offering_imports import LINE, NDJSON, counts, lines, partner_of, place, send
from tests.scenarios.test_webhooks import feed
from tests.world import Caller, Json, Seller, World


async def tasks_of(caller: Caller, what: str) -> list[Json]:
    return [task for task in (await caller("GET", "/v1/tasks?limit=100"))["items"] if task["what"] == what]


async def decide(caller: Caller, imported: Json, verb: str, status: int | None = None, **more: str) -> Json:
    path = f"/v1/offering-imports/{imported['id']}/transitions"
    answer: Json = await caller("POST", path, {"verb": verb} | more, status=status)
    return answer


async def states(seller: Seller) -> set[str]:
    found = (await seller.coordinator("GET", f"/v1/cooperatives/{seller.id}/offerings?limit=100"))["items"]
    return {offering["state"] for offering in found}


async def test_an_import_asks_for_one_review_and_one_call_publishes_all(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    await world.work()
    cursor = (await partner("GET", "/v1/events?fromNow=true"))["cursor"]
    made = await send(partner, seller, lines(seller, 1200))
    assert (made["held"], made["review"]) == (1200, None)
    waiting = await world.books_count("outbox")
    assert await undelivered(world, seller) == 1
    await world.work()
    assert await tasks_of(seller.coordinator, "review_offering") == []
    (task,) = await tasks_of(seller.coordinator, "review_import")
    assert (task["subjectId"], task["facts"]["held"], "1200" in task["text"]) == (made["id"], 1200, True)
    over = await decide(seller.coordinator, made, "publish")
    assert (over["held"], over["review"]) == (0, "publish")
    assert await states(seller) == {"published"}
    assert await undelivered(world, seller) <= 2
    await world.work()
    assert await tasks_of(seller.coordinator, "review_import") == []
    assert (await decide(seller.coordinator, made, "publish"))["version"] == over["version"]
    told = await everything(partner, cursor)
    assert [event["type"] for event in told[:1200]] == ["offering.submitted"] * 1200
    assert [event["type"] for event in told[1200:]] == ["offering.published"] * 1200
    assert {event["data"]["sequence"] for event in told} == {1, 2}
    assert await world.books_count("outbox") > waiting
    assert counts(await send(partner, seller, lines(seller, 1200))) == (0, 0, 1200, 0)


async def everything(caller: Caller, cursor: str) -> list[Json]:
    found: list[Json] = []
    while part := (answer := await caller("GET", f"/v1/events?limit=100&after={cursor}"))["items"]:
        found, cursor = found + part, answer["cursor"]
    return found


async def undelivered(world: World, seller: Seller) -> int:
    async with world.books.transaction() as tx:
        sql = "select count(*) from outbox where delivered_at is null and cooperative_id = $1::text::uuid"
        return int(await tx.value(sql, seller.id))


async def test_what_an_import_holds_is_sent_back_with_a_reason(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    made = await send(partner, seller, lines(seller, 3))
    await world.work()
    assert (await decide(seller.coordinator, made, "send_back", 422))["code"] == "reason_needed"
    over = await decide(seller.coordinator, made, "send_back", reason="De foto's ontbreken.")
    assert (over["held"], over["review"], over["reviewReason"]) == (0, "send_back", "De foto's ontbreken.")
    assert await states(seller) == {"draft"}
    await world.work()
    assert await tasks_of(seller.coordinator, "review_import") == []
    again = await send(partner, seller, lines(seller, 3))
    assert (counts(again), again["held"]) == ((0, 3, 0, 0), 3)
    await world.work()
    (task,) = await tasks_of(seller.coordinator, "review_import")
    assert task["subjectId"] == again["id"]


async def test_the_task_ends_with_the_last_that_is_held_however_it_left(world: World) -> None:
    """One published by hand, one withdrawn by its maker, one taken off by the partner, one by the next file."""
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    made = await send(partner, seller, lines(seller, 4))
    await world.work()
    ids = [(await partner("GET", place(seller, f"SKU-{n}")))["id"] for n in range(4)]
    await seller.coordinator("POST", f"/v1/offerings/{ids[0]}/transitions", {"verb": "publish"})
    await seller.member("POST", f"/v1/offerings/{ids[1]}/transitions", {"verb": "withdraw"})
    await partner("PUT", place(seller, "SKU-2"), LINE | {"memberId": seller.member_id, "offered": False})
    await world.work()
    assert len(await tasks_of(seller.coordinator, "review_import")) == 1
    assert (await partner("GET", f"/v1/offering-imports/{made['id']}"))["held"] == 1
    await send(partner, seller, lines(seller, 4, offered=False))
    await world.work()
    assert await tasks_of(seller.coordinator, "review_import") == []
    assert (await partner("GET", f"/v1/offering-imports/{made['id']}"))["held"] == 0


async def test_two_decide_about_the_last_two_at_once(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    await send(partner, seller, lines(seller, 2))
    await world.work()
    ids = [(await partner("GET", place(seller, f"SKU-{n}")))["id"] for n in range(2)]
    paths = [f"/v1/offerings/{offering_id}/transitions" for offering_id in ids]
    await asyncio.gather(*(seller.coordinator("POST", path, {"verb": "publish"}) for path in paths))
    await world.work()
    assert await tasks_of(seller.coordinator, "review_import") == []


async def test_a_task_that_an_offering_had_by_itself_is_closed_by_a_file(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    await partner("PUT", place(seller, "SKU-0"), LINE | {"memberId": seller.member_id}, status=201)
    await world.work()
    assert len(await tasks_of(seller.coordinator, "review_offering")) == 1
    await send(partner, seller, lines(seller, 1, offered=False))
    await world.work()
    assert await tasks_of(seller.coordinator, "review_offering") == []


async def test_who_decides_about_an_import(world: World) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    partner = await partner_of(world, seller)
    made = await send(partner, seller, lines(seller, 2))
    await decide(other.coordinator, made, "publish", 404)
    await decide(await partner_of(world, other), made, "publish", 404)
    await decide(seller.member, made, "publish", 404)
    for caller in (partner, seller.treasurer):
        await decide(caller, made, "publish", 403)
    mutation = (
        """mutation($i: UUID!) { moveOfferingImport(id: $i, input: {verb: PUBLISH}) { held review reviewReason } }"""
    )
    refused = await other.coordinator.graphql(mutation, i=made["id"])
    assert refused["errors"][0]["extensions"]["code"] == "not_found"
    found = (await seller.coordinator.graphql(mutation, i=made["id"]))["data"]["moveOfferingImport"]
    assert found == {"held": 0, "review": "PUBLISH", "reviewReason": ""}
    assert await states(seller) == {"published"}


async def test_nobody_publishes_what_they_made_themselves(world: World) -> None:
    """It stays held, and so do offerings of a maker who does not sell now."""
    seller = await world.cooperative()
    me = (await seller.coordinator("GET", "/v1/me"))["person"]["id"]
    path = f"/v1/cooperatives/{seller.id}/members"
    second = await world.officer("coordinator", cooperativeId=seller.id)
    own = await second("POST", path, {"name": "Ik", "tradeName": "Ik", "personId": me})
    partner = await partner_of(world, seller)
    mine = lines(seller, 1, memberId=own["id"]).replace("SKU-0", "EIGEN")
    alone = await send(partner, seller, mine)
    assert (await decide(seller.coordinator, alone, "publish", 403))["code"] == "second_person_needed"
    made = await send(partner, seller, mine.replace("EIGEN", "OOK-EIGEN") + lines(seller, 2))
    await world.work()
    over = await decide(seller.coordinator, made, "publish")
    assert (over["held"], await states(seller)) == (1, {"published", "in_review"})
    await world.work()
    assert len(await tasks_of(seller.coordinator, "review_import")) == 2
    await seller.member("POST", f"/v1/members/{seller.member_id}/transitions", {"verb": "pause"})
    third = await send(partner, seller, lines(seller, 1).replace("SKU-0", "DERDE"))
    assert (await decide(seller.coordinator, third, "publish", 409))["code"] == "wrong_state"
    assert (await decide(seller.coordinator, third, "send_back", reason="Later."))["held"] == 0


async def test_an_order_does_not_wait_for_an_import(world: World) -> None:
    """Neither its tasks nor its place in the feed wait."""
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller)
    partner = await partner_of(world, seller)
    await world.work()
    await send(partner, seller, lines(seller, 1500))
    order = await world.order(app, offering)
    cursor = (await partner("GET", "/v1/events?fromNow=true"))["cursor"]
    await Worker(world.worker_database).tick()
    assert [task["subjectId"] for task in await tasks_of(seller.coordinator, "accept_order")] == [order["id"]]
    first = (await seller.coordinator("GET", f"/v1/events?after={cursor}&types=order.placed"))["items"]
    assert [event["data"]["subjectId"] for event in first] == [order["id"]]
    await world.work()
    assert len(await everything(partner, cursor)) >= 1500


async def test_a_step_by_hand_comes_after_the_import_that_it_follows(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    cursor = (await partner("GET", "/v1/events?fromNow=true"))["cursor"]
    await send(partner, seller, lines(seller, 1100))
    last = (await partner("GET", place(seller, "SKU-1099")))["id"]
    await seller.coordinator("POST", f"/v1/offerings/{last}/transitions", {"verb": "publish"})
    await Worker(world.worker_database).tick()
    events = [event for event in await everything(partner, cursor) if event["data"]["subjectId"] == last]
    assert [event["type"] for event in events] == ["offering.submitted", "offering.published"]
    assert [event["data"]["sequence"] for event in events] == [1, 2]


async def begun(world: World, seller: Seller, partner: Caller) -> tuple[asyncio.Task[Any], asyncio.Event, Json]:
    """An import that waits for the rest of its file: the request, an event that lets it continue, and the import."""
    going_on = asyncio.Event()

    async def parts() -> Any:
        yield lines(seller, 600).encode()
        await going_on.wait()
        yield lines(seller, 700).encode()

    path = f"/v1/cooperatives/{seller.id}/offering-imports?source=winkel"
    headers = {"Authorization": f"Bearer {partner.token}", "Content-Type": NDJSON}
    request = asyncio.create_task(partner.client.post(path, content=parts(), headers=headers))
    for _ in range(200):
        await asyncio.sleep(0.05)
        found = (await partner("GET", f"/v1/cooperatives/{seller.id}/offering-imports"))["items"]
        if found and found[0]["rows"] >= 500:
            return request, going_on, found[0]
    raise AssertionError("it never began")


async def lapse(world: World, imported: Json) -> None:
    """Simulates that its process is gone: nobody renews the lease."""
    async with world.books.transaction() as tx:
        sql = "update offering_import set lease_until = $2 where id = $1::text::uuid"
        await tx.value(sql, imported["id"], datetime.now(UTC) - timedelta(seconds=1))


async def test_an_import_whose_process_is_gone_is_stopped_by_whoever_finds_it(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    graphql = """query($i: UUID!) { offeringImport(id: $i) { state reason } }"""

    async def by_one(imported: Json) -> None:
        await partner("GET", f"/v1/offering-imports/{imported['id']}")

    async def by_list(_: Json) -> None:
        await partner("GET", f"/v1/cooperatives/{seller.id}/offering-imports")

    async def by_next(_: Json) -> None:
        await send(partner, seller, lines(seller, 1))

    async def by_worker(_: Json) -> None:
        await Worker(world.worker_database).sweep()

    async def by_decision(imported: Json) -> None:
        await decide(seller.coordinator, imported, "publish")

    async def by_graphql(imported: Json) -> None:
        found = (await partner.graphql(graphql, i=imported["id"]))["data"]["offeringImport"]
        assert found == {"state": "STOPPED", "reason": "its process is gone"}

    for finds in (by_one, by_list, by_next, by_worker, by_decision, by_graphql):
        request, going_on, imported = await begun(world, seller, partner)
        await Worker(world.worker_database).sweep()
        assert (await partner("GET", f"/v1/offering-imports/{imported['id']}"))["state"] == "running"
        await lapse(world, imported)
        await finds(imported)
        async with world.books.transaction() as tx:
            sql = (
                "select state, reason, finished_at is not null as ended from offering_import where id = $1::text::uuid"
            )
            row = await tx.only(sql, imported["id"])
        assert (row["state"], row["reason"], row["ended"]) == ("stopped", "its process is gone", True), finds.__name__
        # The process was only slow: it learns that its import has ended.
        going_on.set()
        answer = await request
        assert (answer.status_code, answer.json()["code"]) == (409, "already_settled")
        assert (await partner("GET", f"/v1/offering-imports/{imported['id']}"))["state"] == "stopped"
    await world.work()
    assert len(await tasks_of(seller.coordinator, "review_import")) <= 1


async def test_a_decision_waits_until_a_file_is_over(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    request, going_on, imported = await begun(world, seller, partner)
    assert (await decide(seller.coordinator, imported, "publish", 409))["code"] == "wrong_state"
    going_on.set()
    assert (await request).json()["state"] == "done"
    assert (await decide(seller.coordinator, imported, "publish"))["held"] == 0


async def test_a_request_that_is_cancelled_stops_its_import_at_once(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    request, _, imported = await begun(world, seller, partner)
    request.cancel()
    await asyncio.wait({request})
    found = await partner("GET", f"/v1/offering-imports/{imported['id']}")
    assert (found["state"], found["reason"]) == ("stopped", "the server was stopped")
    await world.work()
    (task,) = await tasks_of(seller.coordinator, "review_import")
    assert task["subjectId"] == imported["id"]


async def test_a_slow_client_keeps_its_import(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease is renewed while no data comes; here thrice in 0.3 seconds."""
    monkeypatch.setattr("app.api.offering_imports.LEASE", timedelta(seconds=0.3))
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    request, going_on, imported = await begun(world, seller, partner)
    async with world.books.transaction() as tx:
        sql = "update offering_import set lease_until = now() + interval '1 second' where id = $1::text::uuid"
        await tx.value(sql, imported["id"])
    await asyncio.sleep(1.2)
    await Worker(world.worker_database).sweep()
    going_on.set()
    assert (await request).json()["state"] == "done"


async def test_two_files_of_one_source_at_once(world: World) -> None:
    """Each offering is created once, and both imports finish."""
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    both = await asyncio.gather(*(send(partner, seller, lines(seller, 900)) for _ in range(2)))
    created, unchanged = (sum(one[name] for one in both) for name in ("created", "unchanged"))
    assert (created, unchanged) == (900, 900)
    await world.work()
    assert (await feed(partner))["items"]
