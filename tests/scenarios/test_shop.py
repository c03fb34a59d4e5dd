"""What a shop may rely on: the price that was seen, other people's goods, makers who come back."""

import asyncio
from uuid import uuid4

from tests.scenarios.jobs import join, plan, slot
from tests.world import GUEST, Caller, Json, Seller, World


async def dearer(seller: Seller, offering: str, **changes: object) -> Json:
    version = (await seller.coordinator("GET", f"/v1/offerings/{offering}"))["version"]
    body = changes or {"price": {"amount": "25.00"}}
    changed: Json = await seller.member(
        "PATCH", f"/v1/offerings/{offering}", body, headers={"If-Match": f'"{version}"'}
    )
    return changed


async def order(buyer: Caller, offering: str, status: int | None = None, **line: object) -> Json:
    body = {"lines": [{"offeringId": offering, "quantity": 1} | line], "contact": GUEST}
    answer = await buyer("POST", "/v1/orders", body, status=status)
    placed: Json = answer.get("order", answer)
    return placed


async def step(who: Caller, offering: str, verb: str, status: int | None = None) -> Json:
    moved: Json = await who("POST", f"/v1/offerings/{offering}/transitions", {"verb": verb}, status=status)
    return moved


async def test_a_hold_keeps_its_price(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "10.00", kind="goods", stock=5)
    hold = await app("POST", f"/v1/offerings/{offering}/holds", {"quantity": 1})
    await dearer(seller, offering, price={"amount": "25.00"}, title="Nieuwe naam")
    kept = await order(app, offering, holdId=hold["id"])
    line = kept["lines"][0]
    assert (kept["net"]["amount"], line["title"], line["edition"]) == ("10.00", "Tuinonderhoud", 1)
    assert (await order(app, offering))["net"]["amount"] == "25.00"


async def test_whoever_names_the_edition_that_they_saw_is_told_of_another_price(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "10.00", kind="goods", stock=9)
    seen = (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["edition"]
    await dearer(seller, offering, title="Alleen een andere naam")
    assert (await order(app, offering, edition=seen))["net"]["amount"] == "10.00"
    await dearer(seller, offering)
    refused = await order(app, offering, status=409, edition=seen)
    assert (refused["code"], refused["facts"]["price_cents"]) == ("price_changed", 3025)
    assert "now €30.25. Show" in refused["detail"]
    assert (await order(app, offering, status=409, edition=99))["code"] == "price_changed"
    assert (await order(app, offering, edition=3))["net"]["amount"] == "25.00"
    place = """mutation($k: String!, $l: [OrderLineInput!]!, $c: ContactInput) {
        placeOrder(idempotencyKey: $k, input: {lines: $l, contact: $c}) { order { id } } }"""
    lines = [{"offeringId": offering, "quantity": 1, "edition": seen}]
    answer = await app.graphql(place, k="gezien", l=lines, c=GUEST)
    assert answer["errors"][0]["extensions"]["code"] == "price_changed"


async def test_nobody_buys_from_themselves_or_confirms_their_own_work(world: World) -> None:
    seller, buyer = await world.cooperative(), world.person()
    offering = await world.offering(seller)
    assert (await order(seller.member, offering, status=422))["code"] == "own_offering"
    colleague, _ = await world.member(seller)
    assert (await order(colleague, offering))["state"] == "placed"
    mine = await order(buyer, offering)
    unlinked = {"name": "Nog zonder login", "tradeName": "Nieuw"}
    member = await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", unlinked)
    body = {"memberId": member["id"], "kind": "service", "title": "Klus", "category": "tuin", "priceUnit": "piece"}
    body |= {"price": {"amount": "5.00"}, "vatClass": "standard", "town": "Breda"}
    made = await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/offerings", body)
    await step(seller.coordinator, made["id"], "submit")
    await step(seller.coordinator, made["id"], "publish")
    mine = await order(buyer, made["id"])
    person = (await buyer("GET", "/v1/me"))["person"]["id"]
    match = {"If-Match": f'"{member["version"]}"'}
    await seller.coordinator("PATCH", f"/v1/members/{member['id']}", {"personId": person}, headers=match)
    for verb in ("accept", "deliver"):
        await buyer("POST", f"/v1/orders/{mine['id']}/transitions", {"verb": verb})
    refused = await buyer("POST", f"/v1/orders/{mine['id']}/transitions", {"verb": "complete"}, status=403)
    assert refused["code"] == "second_person_needed"


async def test_nobody_does_the_job_that_they_ordered(world: World) -> None:
    seller = await world.cooperative()
    worker, worker_id = await world.member(seller)
    placed = await order(worker, await world.offering(seller))
    await seller.member("POST", f"/v1/orders/{placed['id']}/transitions", {"verb": "accept"})
    job = await plan(world, seller, slot("Tuin", 10000), orderId=placed["id"])
    assert (await join(worker, job, worker_id, status=422))["code"] == "own_offering"
    part = await join(seller.member, job, seller.member_id)
    place = f"/v1/assignment-parts/{part['id']}/transitions"
    body = {"verb": "hand_on", "toMemberId": worker_id}
    assert (await seller.member("POST", place, body, status=422))["code"] == "own_offering"


async def test_resuming_brings_back_what_the_pause_hid_and_nothing_else(world: World) -> None:
    seller = await world.cooperative()
    shown, hidden = await world.offering(seller), await world.offering(seller)
    await step(seller.member, hidden, "pause")
    place = f"/v1/members/{seller.member_id}/transitions"
    await seller.member("POST", place, {"verb": "pause"})
    for offering in (shown, hidden):
        await world.visitor("GET", f"/v1/catalogue/offerings/{offering}", status=404)
    found = await seller.coordinator("GET", f"/v1/offerings/{shown}")
    assert (found["state"], found["hiddenBy"]) == ("paused", ["membership"])
    refused = await step(seller.member, shown, "resume", status=409)
    assert refused["facts"]["reason"] == "hidden_by_membership"
    assert (await step(seller.member, hidden, "resume"))["hiddenBy"] == ["membership"]
    assert (await step(seller.member, hidden, "pause"))["hiddenBy"] == ["maker", "membership"]
    await seller.member("POST", place, {"verb": "resume"})
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{shown}"))["title"] == "Tuinonderhoud"
    await world.visitor("GET", f"/v1/catalogue/offerings/{hidden}", status=404)
    assert (await step(seller.member, hidden, "resume"))["hiddenBy"] == []


async def test_an_address_is_kept_and_changed_by_its_person(world: World) -> None:
    seller = await world.cooperative()
    person = world.person()
    issuer = f"{world.settings.public_url}/people"
    body = {"issuer": issuer, "subject": person.login, "name": "Karim", "email": "karim@example.org"}
    made = await seller.coordinator("POST", "/v1/people", body)
    assert made["email"] == "karim@example.org"
    again = await seller.coordinator("POST", "/v1/people", body | {"email": "iemand-anders@example.org"})
    assert (again["id"], again["email"]) == (made["id"], None)
    me = await person("GET", "/v1/me")
    assert me["person"]["email"] == "karim@example.org"
    match = {"If-Match": f'"{me["person"]["version"]}"'}
    changed = await person("PATCH", "/v1/me", {"email": "k@example.org"}, headers=match)
    assert changed["person"]["email"] == "k@example.org"
    await person("PATCH", "/v1/me", {"email": "oud@example.org"}, headers=match, status=412)
    await person("PATCH", "/v1/me", {"email": "geen adres"}, headers={"If-Match": "*"}, status=400)
    change = """mutation($e: String, $v: Int!) {
        changeMe(input: {email: $e}, expectedVersion: $v) { person { email } } }"""
    refused = await person.graphql(change, e="", v=changed["person"]["version"])
    assert refused["errors"][0]["extensions"]["errors"][0]["field"] == "email"
    silent = await person.graphql(change, e=None, v=changed["person"]["version"])
    assert silent["data"]["changeMe"]["person"]["email"] is None
    stranger = world.person()
    await stranger("PATCH", "/v1/me", {"email": "x@example.org"}, headers={"If-Match": '"1"'}, status=404)


async def test_a_hold_keeps_the_price_of_what_it_held_alone(world: World) -> None:
    """One unit was held at 10.00: twenty get the present price, not that of the one."""
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "10.00", kind="goods", stock=50)
    hold = await app("POST", f"/v1/offerings/{offering}/holds", {"quantity": 1})
    await dearer(seller, offering, price={"amount": "50.00"})
    assert (await order(app, offering, quantity=20, holdId=hold["id"]))["net"]["amount"] == "1000.00"


async def test_a_hold_under_the_margin_scheme_keeps_what_a_unit_cost(world: World) -> None:
    """Bought for 5.00, held at 10.00: VAT is inside a margin of 5.00, whatever the maker changes afterwards."""
    seller, app = await world.cooperative(), await world.app()
    margin: Json = {"kind": "goods", "stock": 5, "vatClass": "margin", "purchasePrice": {"amount": "5.00"}}
    offering = await world.offering(seller, "10.00", **margin)
    hold = await app("POST", f"/v1/offerings/{offering}/holds", {"quantity": 1})
    await dearer(seller, offering, price={"amount": "100.00"}, purchasePrice={"amount": "90.00"})
    placed = await order(app, offering, holdId=hold["id"])
    assert (placed["net"], placed["vat"]) == (None, None), "only the seller's staff see the margin"
    kept = await seller.treasurer("GET", f"/v1/orders/{placed['id']}")
    assert (kept["gross"]["amount"], kept["vat"]["amount"]) == ("10.00", "0.87")


async def test_what_is_published_while_its_maker_pauses_is_not_on_sale(world: World) -> None:
    for _ in range(8):
        seller = await world.cooperative()
        body: Json = {"memberId": seller.member_id, "kind": "service", "title": "Klus", "category": "tuin"}
        body |= {"priceUnit": "piece", "price": {"amount": "5.00"}, "vatClass": "standard", "town": "Breda"}
        made = await seller.member("POST", f"/v1/cooperatives/{seller.id}/offerings", body)
        place = f"/v1/offerings/{made['id']}/transitions"
        await seller.member("POST", place, {"verb": "submit"})
        pause = f"/v1/members/{seller.member_id}/transitions"
        await asyncio.gather(sent(seller.coordinator, place, "publish"), sent(seller.member, pause, "pause"))
        assert (await seller.member("GET", f"/v1/members/{seller.member_id}"))["state"] == "paused"
        found = await seller.coordinator("GET", f"/v1/offerings/{made['id']}")
        assert found["state"] in ("in_review", "paused")


async def sent(who: Caller, path: str, verb: str) -> int:
    headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": uuid4().hex}
    return (await who.client.post(path, json={"verb": verb}, headers=headers)).status_code


async def test_the_networks_word_on_an_address_wins_until_its_person_speaks(world: World) -> None:
    seller, person = await world.cooperative(), world.person()
    body = {"issuer": f"{world.settings.public_url}/people", "subject": person.login, "name": "Kim"}
    await seller.coordinator("POST", "/v1/people", body | {"email": "van-een-ander@example.org"})
    right = await world.network("POST", "/v1/people", body | {"email": "kim@example.org"})
    assert right["email"] == "kim@example.org"
    me = await person("GET", "/v1/me")
    match = {"If-Match": f'"{me["person"]["version"]}"'}
    await person("PATCH", "/v1/me", {"email": "zelf@example.org"}, headers=match)
    again = await world.network("POST", "/v1/people", body | {"email": "oud@example.org"})
    assert again["email"] == "zelf@example.org"
