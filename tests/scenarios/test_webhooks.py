"""Webhooks: signed, in order, retried until they arrive; and everything is in the feed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from app.domain.platform.destinations import PUBLIC, Destinations, address_of
from tests.live import free_port
from tests.receiver import Receiver, receiving
from tests.scenarios.money import credit
from tests.scenarios.papers import COMPANY, selling
from tests.world import Caller, Json, Seller, World

SCOPES = ["catalogue:read", "orders:read", "orders:write", "events:read"]
ORDERS = ["order.placed", "order.accepted", "order.delivered", "order.completed", "order.paid"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


async def hooked(world: World, receiver: Receiver, kinds: list[str] | None = None) -> tuple[Caller, Json]:
    """An app with a webhook for its orders."""
    app = await world.app(SCOPES)
    body = {"url": receiver.url, "kinds": ORDERS if kinds is None else kinds}
    return app, await app("POST", f"/v1/apps/{app.login}/webhooks", body)


async def feed(caller: Caller, after: str = "0", **query: Any) -> Json:
    """Everything after a cursor."""
    items: list[Json] = []
    while True:
        more = "".join(f"&types={kind}" for kind in query.get("types", ()))
        found: Json = await caller("GET", f"/v1/events?after={after}{more}")
        items, after = [*items, *found["items"]], found["cursor"]
        if not found["more"]:
            return {"items": items, "cursor": after}


async def test_an_app_reads_an_invoice_and_its_credit_note_where_their_events_say(world: World) -> None:
    seller, _, _ = await selling(world)
    app = await world.app(SCOPES)
    order = await world.order(app, await world.offering(seller, "200.00"), contact=COMPANY)
    await world.deliver(seller, order)
    await world.work()
    await credit(seller, order, "121.00")
    await world.work()
    told = (await feed(app, types=["invoice.issued", "credit_note.issued"]))["items"]
    read = [await app("GET", event["data"]["resource"]) for event in told]
    assert [one["kind"] for one in read] == ["standard", "credit_note"]


async def test_an_app_is_told_of_its_order_and_finds_the_same_in_the_feed(world: World, receiver: Receiver) -> None:
    seller = await world.cooperative()
    app, hook = await hooked(world, receiver)
    order = await world.sale(seller, app, "200.00")
    await world.sale(seller, await world.app(SCOPES), "100.00")
    await world.work()
    await world.send()
    told = receiver.verified(hook["secret"])
    assert [event["type"] for event in told] == ORDERS
    assert {event["data"]["subjectId"] for event in told} == {order["id"]}
    assert [event["data"]["sequence"] for event in told] == [1, 2, 3, 4, 5]
    assert (await feed(app, types=ORDERS))["items"] == told
    await app("GET", told[0]["data"]["resource"])
    # Type, time and subject, but no contents.
    thin = {"id", "cooperativeId", "subjectId", "resource", "sequence", "cursor"}
    assert [(set(event), set(event["data"])) for event in told] == [({"type", "timestamp", "data"}, thin)] * 5
    sent = await app("GET", f"/v1/webhooks/{hook['webhook']['id']}/deliveries")
    assert {(row["state"], row["status"], row["attempts"]) for row in sent["items"]} == {("delivered", 204, 1)}
    await world.send()
    assert len(receiver.calls) == 5


async def test_who_was_away_is_told_later_in_order(world: World, receiver: Receiver) -> None:
    seller = await world.cooperative()
    app, hook = await hooked(world, receiver)
    receiver.answers = [500, 302, 500]
    order = await world.order(app, await world.offering(seller))
    await world.deliver(seller, order)
    await world.work()
    await world.send()
    # The next one waits for its turn.
    assert len(receiver.calls) == 1
    (seen,) = await app("GET", f"/v1/apps/{app.login}/webhooks")
    assert (seen["failures"], seen["retryAt"] is not None) == (1, True)
    await world.send(timedelta(seconds=6))
    await world.send(timedelta(seconds=6 + 301))
    await world.send(timedelta(seconds=6 + 301 + 1801))
    ids = [headers["webhook-id"] for headers, _ in receiver.calls]
    assert ids[0] == ids[1] == ids[2] == ids[3]
    assert [event["data"]["sequence"] for event in receiver.events(hook["secret"])] == [1, 1, 1, 1, 2, 3]
    (seen,) = await app("GET", f"/v1/apps/{app.login}/webhooks")
    assert (seen["failures"], seen["retryAt"]) == (0, None)


async def test_410_ends_it_and_it_can_be_switched_on_and_replayed(world: World, receiver: Receiver) -> None:
    seller = await world.cooperative()
    app, hook = await hooked(world, receiver)
    receiver.answers = [410]
    order = await world.order(app, await world.offering(seller))
    await world.work()
    await world.send()
    (seen,) = await app("GET", f"/v1/apps/{app.login}/webhooks")
    assert (seen["reason"], seen["disabledAt"] is not None) == ("gone", True)
    await world.deliver(seller, order)
    await world.work()
    await world.send(timedelta(days=2))
    assert len(receiver.calls) == 1
    place = f"/v1/webhooks/{hook['webhook']['id']}"
    await app("POST", f"{place}/replays", {"after": "0"}, status=409)
    await app("PATCH", place, {"enabled": True}, headers={"If-Match": f'"{seen["version"]}"'})
    assert (await app("POST", f"{place}/replays", {"after": "0"}))["count"] == 3
    await world.send()
    assert [event["data"]["sequence"] for event in receiver.events(hook["secret"])] == [1, 1, 2, 3]
    cursor = receiver.events(hook["secret"])[-2]["data"]["cursor"]
    assert (await app("POST", f"{place}/replays", {"after": cursor}))["count"] == 1


async def test_a_new_secret_signs_beside_the_old_one_for_a_day(world: World, receiver: Receiver) -> None:
    seller = await world.cooperative()
    app, hook = await hooked(world, receiver)
    rotated = await app("POST", f"/v1/webhooks/{hook['webhook']['id']}/secrets")
    order = await world.order(app, await world.offering(seller))
    await world.work()
    await world.send()
    for secret in (hook["secret"], rotated["secret"]):
        assert receiver.verified(secret)[0]["data"]["subjectId"] == order["id"]
    with pytest.raises(WebhookVerificationError):
        receiver.verified("whsec_" + "A" * 43 + "=")
    receiver.calls.clear()
    await world.deliver(seller, order)
    await world.work()
    await world.send(timedelta(hours=25))
    signatures = {headers["webhook-signature"].count("v1,") for headers, _ in receiver.calls}
    assert signatures == {1}


async def test_in_the_end_it_is_given_up_and_the_feed_still_has_it(world: World, receiver: Receiver) -> None:
    app, hook = await hooked(world, receiver)
    receiver.answers = [500] * 99
    await world.order(app, await world.offering(await world.cooperative()))
    await world.work()
    for day in range(14):
        await world.send(timedelta(days=day))
    (delivery,) = (await app("GET", f"/v1/webhooks/{hook['webhook']['id']}/deliveries"))["items"]
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("failed", 10, 500)
    assert [event["type"] for event in (await feed(app, types=ORDERS))["items"]] == ["order.placed"]


async def test_who_reads_what(world: World) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    app, partner = await world.app(SCOPES), await world.app(SCOPES, [seller.id])
    stranger = await world.app(SCOPES, [other.id])
    start = (await feed(app))["cursor"]
    offering = await world.offering(seller)
    await world.order(app, offering)
    await world.work()

    async def types(caller: Caller) -> list[str]:
        mine = (await feed(caller, start))["items"]
        return [event["type"] for event in mine if event["data"]["cooperativeId"] == seller.id]

    assert await types(app) == ["offering.published", "order.placed"]
    assert await types(partner) == ["offering.published", "order.placed"]
    assert await types(stranger) == ["offering.published"]
    assert await types(seller.coordinator) == ["offering.submitted", "offering.published", "order.placed"]
    assert await types(other.coordinator) == ["offering.published"]
    assert await types(seller.member) == ["offering.published"]
    # Without the scope.
    await (await world.app())("GET", "/v1/events", status=403)
    await world.visitor("GET", "/v1/events", status=401)
    await app("GET", "/v1/events?after=x", status=400)
    await app("GET", "/v1/events?types=order.eaten", status=400)
    blind = await world.app(["catalogue:read", "events:read"], [seller.id])
    assert await types(blind) == ["offering.published"]


async def test_what_happens_to_an_offering_is_told_to_all(world: World) -> None:
    seller, app = await world.cooperative(), await world.app(SCOPES)
    start = (await feed(app))["cursor"]
    offering = await world.offering(seller, kind="goods", stock=3)
    place = f"/v1/offerings/{offering}"
    version = (await seller.member("GET", place))["version"]
    await seller.member("PATCH", place, {"price": {"amount": "12.00"}}, headers={"If-Match": f'"{version}"'})
    await seller.member("PUT", f"{place}/stock", {"stock": 9})
    for verb in ("pause", "resume"):
        await seller.member("POST", f"{place}/transitions", {"verb": verb})
    await seller.coordinator("POST", f"/v1/members/{seller.member_id}/transitions", {"verb": "pause"})
    await world.work()
    told = [event for event in (await feed(app, start))["items"] if event["data"]["subjectId"] == offering]
    names = ["published", "changed", "stock_set", "paused", "resumed", "paused"]
    assert [event["type"] for event in told] == [f"offering.{name}" for name in names]
    # Nobody sees the events of its review.
    assert [event["data"]["sequence"] for event in told] == [2, 3, 4, 5, 6, 7]


async def test_readers_pass_nothing_by_while_many_write_and_two_workers_publish(world: World) -> None:
    seller = await world.cooperative()
    app = await world.app(SCOPES)
    offering = await world.offering(seller)
    await world.work()
    cursor, seen, done = (await feed(app))["cursor"], list[Json](), asyncio.Event()

    async def read() -> None:
        nonlocal cursor
        while True:
            last = done.is_set()
            found = await feed(app, cursor)
            seen.extend(found["items"])
            cursor = found["cursor"]
            if last:
                return

    async def write() -> None:
        await asyncio.gather(*(world.order(app, offering) for _ in range(30)))
        await asyncio.gather(world.work(), world.work())
        done.set()

    await asyncio.gather(read(), write(), world.work(), world.work())
    placed = [event for event in seen if event["type"] == "order.placed"]
    assert len({event["data"]["id"] for event in placed}) == len(placed) == 30
    places = [int(event["data"]["cursor"]) for event in seen]
    assert places == sorted(set(places))


async def test_addresses_inside_are_never_sent_to(world: World, receiver: Receiver) -> None:
    app, hook = await hooked(world, receiver)
    await world.order(app, await world.offering(await world.cooperative()))
    await world.work()
    await world.send(local=False)
    assert receiver.calls == []
    (row,) = (await app("GET", f"/v1/webhooks/{hook['webhook']['id']}/deliveries"))["items"]
    assert (row["note"], row["status"]) == ("the address is inside a private network", None)
    inside = ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1"]
    inside += ("fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "::", "240.0.0.1")
    assert [address for address in inside if PUBLIC.include(address_of(address))] == []
    near = Destinations(local=True)
    assert [address for address in ("169.254.169.254", "fe80::1", "0.0.0.0") if near.include(address_of(address))] == []
    assert near.include(address_of("127.0.0.1"))
    assert near.include(address_of("10.1.2.3"))
    assert PUBLIC.include(address_of("93.184.215.14"))
    assert PUBLIC.include(address_of("2606:2800:21f:cb07:6820:80da:af6b:8b2c"))


async def test_what_waits_is_sent_at_once_when_it_is_switched_on_again(world: World, receiver: Receiver) -> None:
    app, hook = await hooked(world, receiver)
    place = f"/v1/webhooks/{hook['webhook']['id']}"
    receiver.answers = [500]
    await world.order(app, await world.offering(await world.cooperative()))
    await world.work()
    await world.send()
    for enabled in (False, True):
        seen = await app("GET", place)
        headers = {"If-Match": f'"{seen["version"]}"'}
        await app("PATCH", place, {"enabled": enabled}, headers=headers)
    await world.send()
    assert len(receiver.calls) == 2
    assert (await app("GET", f"{place}/deliveries"))["items"][0]["state"] == "delivered"


async def test_a_webhook_is_deleted_also_while_something_is_on_its_way(world: World, receiver: Receiver) -> None:
    app, hook = await hooked(world, receiver)
    _, other = await hooked(world, receiver)
    place = f"/v1/webhooks/{hook['webhook']['id']}"
    await world.order(app, await world.offering(await world.cooperative()))
    await world.work()
    await app("DELETE", f"/v1/webhooks/{other['webhook']['id']}", status=404)
    receiver.before = lambda: app("DELETE", place, status=204)
    await world.send()
    assert len(receiver.calls) == 1
    await app("GET", place, status=404)
    await app("GET", f"{place}/deliveries", status=404)
    assert await app("GET", f"/v1/apps/{app.login}/webhooks") == []
    made = await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": receiver.url})
    gone = await app.graphql("mutation($w: UUID!) { deleteWebhook(id: $w) { id } }", w=made["webhook"]["id"])
    assert gone["data"] == {"deleteWebhook": {"id": made["webhook"]["id"]}}


async def test_why_nothing_arrived_is_said_in_words(world: World, receiver: Receiver) -> None:
    app, hook = await hooked(world, receiver)
    body = {"url": f"http://127.0.0.1:{free_port()}/", "kinds": ["order.placed"]}
    deaf = await app("POST", f"/v1/apps/{app.login}/webhooks", body)
    lost = await app("POST", f"/v1/apps/{app.login}/webhooks", body | {"url": "http://nowhere.invalid/"})
    await world.order(app, await world.offering(await world.cooperative()))
    await world.work()
    await world.send()
    notes = []
    for made in (deaf, lost, hook):
        (row,) = (await app("GET", f"/v1/webhooks/{made['webhook']['id']}/deliveries"))["items"]
        notes.append(row["note"])
    assert notes == [
        "no connection: nothing listens there, or its certificate is not good",
        "the name of the address is not known",
        "",
    ]


async def test_a_place_that_is_still_to_come_is_no_cursor(world: World) -> None:
    app = await world.app(SCOPES)
    end = (await feed(app))["cursor"]
    assert (await app("GET", f"/v1/events?after={end}"))["items"] == []
    seller = await world.cooperative()
    await world.offering(seller)
    await world.work()
    begun = await app("GET", "/v1/events?fromNow=true")
    assert (begun["items"], int(begun["cursor"]) > int(end)) == ([], True)
    assert (await app.graphql("{ events(fromNow: true) { cursor } }"))["data"]["events"]["cursor"] == begun["cursor"]
    order = await world.order(app, await world.offering(seller))
    await world.work()
    (placed,) = (await feed(app, begun["cursor"], types=["order.placed"]))["items"]
    assert placed["data"]["subjectId"] == order["id"]
    refused = await app("GET", "/v1/events?after=999999999999", status=422)
    assert refused["facts"]["rule"] == "feed_not_there_yet"


async def test_only_its_own_people_set_up_an_apps_webhooks(world: World, receiver: Receiver) -> None:
    app, hook = await hooked(world, receiver)
    stranger, seller = await world.app(SCOPES), await world.cooperative()
    place = f"/v1/webhooks/{hook['webhook']['id']}"
    change: Json = {"headers": {"If-Match": '"1"'}}
    for nobody in (stranger, seller.coordinator):
        await nobody("GET", f"/v1/apps/{app.login}/webhooks", status=404)
        await nobody("POST", f"/v1/apps/{app.login}/webhooks", {"url": receiver.url}, status=404)
        await nobody("PATCH", place, {"enabled": False}, status=404, **change)
        for verb, body in (("secrets", None), ("replays", {"after": "0"})):
            await nobody("POST", f"{place}/{verb}", body, status=404)
        await nobody("GET", f"{place}/deliveries", status=404)
        await nobody("GET", place, status=404)
        await nobody("DELETE", place, status=404)
    assert len(await world.network("GET", f"/v1/apps/{app.login}/webhooks")) == 1
    for address in ("https://u:p@example.org/", "https://[.example.org/", "https://example.org:port/"):
        await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": address}, status=422)
    await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": receiver.url, "kinds": ["order.eaten"]}, status=400)
    unread = {"url": receiver.url, "kinds": ["offering.submitted"]}
    refused = await app("POST", f"/v1/apps/{app.login}/webhooks", unread, status=422)
    assert "offerings:read" in refused["detail"]
    await app("PATCH", place, {"url": None}, status=400, **change)
    await app("PATCH", place, {"kinds": ["order.paid"]}, headers={"If-Match": '"7"'}, status=412)
    for _ in range(9):
        await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": receiver.url})
    await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": receiver.url}, status=422)


async def test_the_same_by_graphql(world: World, receiver: Receiver) -> None:
    app, seller = await world.app(SCOPES), await world.cooperative()
    add = """mutation($a: UUID!, $u: String!) { addWebhook(appId: $a, input: {url: $u}) {
        secret webhook { id version kinds } } }"""
    made = (await app.graphql(add, a=app.login, u=receiver.url))["data"]["addWebhook"]
    hook = made["webhook"]
    await world.order(app, await world.offering(seller))
    await world.work()
    read = """query($a: String, $w: UUID!, $p: UUID!) {
        events(after: $a, types: [ORDER_PLACED]) { cursor more items { type data { sequence resource } } }
        webhooks(appId: $p) { url failures } webhookDeliveries(webhookId: $w) { edges { node { state } } } }"""
    found = (await app.graphql(read, a="0", w=hook["id"], p=app.login))["data"]
    assert found["events"]["items"][0]["type"] == "ORDER_PLACED"
    assert found["webhooks"] == [{"url": receiver.url, "failures": 0}]
    assert {edge["node"]["state"] for edge in found["webhookDeliveries"]["edges"]} == {"WAITING"}
    change = """mutation($w: UUID!) { changeWebhook(id: $w, expectedVersion: 1, input: {enabled: true}) { disabledAt }
        rotateWebhookSecret(id: $w) { secret } replayWebhook(webhookId: $w, input: {after: "0"}) { count } }"""
    done = (await app.graphql(change, w=hook["id"]))["data"]
    assert done["rotateWebhookSecret"]["secret"] != made["secret"]
    assert done["replayWebhook"]["count"] > 0


async def test_a_partner_is_told_of_its_cooperatives_orders(world: World, receiver: Receiver) -> None:
    seller: Seller = await world.cooperative()
    partner = await world.app(SCOPES, [seller.id])
    hook = await seller.coordinator("POST", f"/v1/apps/{partner.login}/webhooks", {"url": receiver.url, "kinds": []})
    order = await world.order(await world.app(), await world.offering(seller))
    await world.work()
    await world.send()
    told = receiver.events(hook["secret"])
    assert [e["type"] for e in told if e["data"]["subjectId"] == order["id"]] == ["order.placed"]
