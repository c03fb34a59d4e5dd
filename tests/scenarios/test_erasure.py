"""Erasure: a word that was entered in every possible place is found nowhere in the database any more."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.running.run import SystemRun
from app.usecases.platform.privacy import forget_old
from tests.scenarios.jobs import agreed, join, move, plan, slot
from tests.world import MARKET, Caller, Json, Seller, World

COLUMNS = """
    select c.table_name, c.column_name from information_schema.columns c
      join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
       and (c.data_type in ('text', 'character varying', 'json', 'jsonb') or c.udt_name in ('_text', '_varchar'))
"""
INVOICED = {("order", "contact")}
"""The invoice of a sale above 100 euro has a name and an address: kept for seven years (AWR 52, Wet OB 35a)."""
TEN: Json = {"amount": {"amount": "10.00"}}


async def found(world: World, word: str) -> set[tuple[str, str]]:
    """The columns of all tables that contain a word."""
    places = set()
    async with world.books.transaction() as tx:
        for table, column in [tuple(row) for row in await tx.rows(COLUMNS)]:
            sql = f'select exists (select 1 from "{table}" where "{column}"::text ilike $1)'
            if await tx.value(sql, f"%{word}%"):
                places.add((table, column))
    return places


NOBODY: Json = {"buyerType": "consumer", "organisation": None, "kvkNumber": None, "oin": None, "vatId": None}
NOBODY |= {"postalAddress": None, "purchaseOrder": None, "buyerReference": None, "billing": "per_order"}


class Canary:
    """A customer whose name, addresses and texts contain a unique word; so do the staff's notes."""

    def __init__(self, world: World) -> None:
        self.word = f"kanarie{uuid4().hex[:10]}"
        self.world, self.me = world, world.person(f"p-{self.word}")
        self.contact: Json = {"name": f"Jo {self.word}", "email": f"{self.word}@example.org"}
        self.street = f"{self.word}laan 1"
        self.contact["buyer"] = {"postalAddress": MARKET | {"street": self.street}, "organisation": self.word}
        self.contact["buyer"] |= {"purchaseOrder": self.word, "buyerReference": self.word}
        self.asked: dict[str, tuple[Caller, str, Json, str]] = {}

    async def order(self, seller: Seller, net: str) -> Json:
        offering = await self.world.offering(seller, net)
        return await self.world.order(self.me, offering, contact=self.contact, note=f"bel {self.word}")

    async def keyed(self, name: str, who: Caller, path: str, body: Json) -> Json:
        """A request under a key, which is repeated after the erasure."""
        self.asked[name] = (who, path, body, uuid4().hex)
        done: Json = await who("POST", path, body, key=self.asked[name][3])
        return done

    async def again(self, name: str, status: int | None = None) -> Json:
        who, path, body, key = self.asked[name]
        answer: Json = await who("POST", path, body, key=key, status=status)
        return answer


async def move_order(who: Caller, order: Json, verb: str, note: str = "") -> None:
    await who("POST", f"/v1/orders/{order['id']}/transitions", {"verb": verb, "note": note})


async def test_nothing_of_a_customer_is_left_but_what_the_law_keeps(world: World) -> None:
    seller, bird = await world.cooperative(), Canary(world)
    about = f"over {bird.word}"
    await bird.me("PUT", "/v1/me/contact", bird.contact)
    refused, cancelled, expired = [await bird.order(seller, "200.00") for _ in range(3)]
    moves = f"/v1/orders/{refused['id']}/transitions"
    await bird.keyed("refuse", seller.coordinator, moves, {"verb": "refuse", "note": about})
    await move_order(bird.me, cancelled, "cancel", about)
    small, large, back = [await bird.order(seller, net) for net in ("50.00", "200.00", "200.00")]
    for order in (small, large, back):
        await move_order(seller.member, order, "accept", about)
        await move_order(seller.member, order, "deliver", about)
        await move_order(bird.me, order, "complete", about)
        wrong = await world.pay(seller, order)
        await world.undo(seller, wrong, about)
        lost = await seller.treasurer("POST", f"/v1/orders/{order['id']}/write-offs", {"reason": about})
        await seller.treasurer("POST", f"/v1/write-offs/{lost['id']}/transitions", {"verb": "withdraw"})
        await world.pay(seller, order)
    place = f"/v1/orders/{back['id']}/credits"
    await bird.keyed("credit", seller.treasurer, place, {"reason": about, "amount": {"amount": "1.00"}})
    await seller.refund(back["id"], {"reason": about})
    job = await bird.order(seller, "200.00")
    await move_order(seller.member, job, "accept")
    there: Json = {"orderId": job["id"], "about": about, "place": bird.street}
    work = await plan(world, seller, slot("Tuin", 10000, place=bird.street), **there)
    await join(seller.member, work, seller.member_id)
    await agreed(work, seller)
    await move(seller.coordinator, work, "start")
    await move(seller.coordinator, work, "deliver")
    await move(bird.me, work, "dispute", reason=about)
    await world.work()
    await move(seller.coordinator, work, "cancel", reason=about, status=None)
    await world.work(timedelta(days=3))
    assert (await seller.coordinator("GET", f"/v1/orders/{expired['id']}"))["state"] == "expired"
    guests = await world.order(await world.app(), await world.offering(seller))
    accept = f"/v1/orders/{guests['id']}/transitions"
    await bird.keyed("other", seller.coordinator, accept, {"verb": "accept"})
    planted = await found(world, bird.word)
    assert {("order", "contact"), ("order", "note"), ("order_event", "note"), ("credit", "reason")} <= planted
    assert {("write_off", "reason"), ("payment", "reason"), ("assignment", "about"), ("assignment", "place")} <= planted
    assert {("assignment", "reason"), ("journal_reversal", "reason")} <= planted
    assert {("assignment_slot", "place"), ("outbox", "facts"), ("task", "facts"), ("customer", "contact")} <= planted
    assert {("idempotency", "outcome"), ("person", "name"), ("person", "subject"), ("idempotency", "caller")} <= planted

    await bird.me("DELETE", "/v1/me", status=204)
    assert await found(world, bird.word) == INVOICED
    async with world.books.transaction() as tx:
        sql = 'select id, contact from "order" where contact::text ilike $1'
        kept = {str(row["id"]): row["contact"] for row in await tx.rows(sql, f"%{bird.word}%")}
    assert set(kept) == {large["id"], back["id"]}
    for contact in kept.values():
        assert contact.keys() == {"name", "buyer"}
        filled = {name for name, value in contact["buyer"].items() if value}
        assert filled == {"buyer_type", "organisation", "postal_address", "billing"}
    for name in ("refuse", "credit"):
        assert (await bird.again(name, 410))["code"] == "forgotten"
    # An answer that names no erased person is replayed.
    assert await bird.again("other")


@pytest.mark.parametrize("verb", ["refuse", "cancel", "expire"])
async def test_an_order_that_was_called_off_keeps_nothing(world: World, verb: str) -> None:
    seller, bird = await world.cooperative(), Canary(world)
    order = await bird.order(seller, "200.00")
    if verb == "expire":
        await world.work(timedelta(days=3))
    else:
        await move_order(seller.coordinator if verb == "refuse" else bird.me, order, verb)
    await bird.me("DELETE", "/v1/me", status=204)
    shown = await seller.coordinator("GET", f"/v1/orders/{order['id']}")
    assert shown["contact"] == {"name": "–", "email": None, "phone": None, "buyer": NOBODY}


async def paid_and_called_off(world: World, seller: Seller, bird: Canary) -> Json:
    """A cancelled order with payments."""
    order = await bird.order(seller, "200.00")
    await move_order(bird.me, order, "cancel")
    await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", {"amount": {"amount": "10.00"}})
    return order


async def test_money_to_give_back_keeps_whom_to_ask_until_it_is_given_back(world: World) -> None:
    seller, bird = await world.cooperative(), Canary(world)
    order = await paid_and_called_off(world, seller, bird)
    await bird.me("DELETE", "/v1/me", status=204)
    await SystemRun(world.worker_database, now=world.clock)(forget_old)
    seen = await seller.treasurer("GET", f"/v1/orders/{order['id']}")
    assert (seen["contact"]["name"], seen["contact"]["email"]) == (bird.contact["name"], bird.contact["email"])
    assert (seen["contact"]["buyer"]["purchaseOrder"], seen["note"]) == (None, "")
    assert seen["contact"]["buyer"]["organisation"] is None
    assert seen["contact"]["buyer"]["postalAddress"]["street"] == bird.street
    assert (await seller.treasurer("GET", f"/v1/orders/{order['id']}"))["version"] == seen["version"]
    await seller.treasurer("POST", f"/v1/orders/{order['id']}/repayments", {})
    assert await SystemRun(world.worker_database, now=world.clock)(forget_old)
    assert await found(world, bird.word) == set()


async def test_money_to_give_back_takes_nothing_that_an_invoice_needs(world: World) -> None:
    """250.00 was paid for 242.00: the contact is kept until the 8.00 went back, the organisation for seven years."""
    seller, bird = await world.cooperative(), Canary(world)
    order = await bird.order(seller, "200.00")
    for who, verb in ((seller.member, "accept"), (seller.member, "deliver"), (bird.me, "complete")):
        await move_order(who, order, verb)
    place = f"/v1/orders/{order['id']}"
    await seller.treasurer("POST", f"{place}/payments", {"amount": {"amount": "250.00"}})
    await bird.me("DELETE", "/v1/me", status=204)
    contact = (await seller.treasurer("GET", place))["contact"]
    assert (contact["name"], contact["email"]) == (bird.contact["name"], bird.contact["email"])
    buyer = contact["buyer"]
    assert (buyer["organisation"], buyer["postalAddress"]["street"]) == (bird.word, bird.street)
    assert (buyer["purchaseOrder"], buyer["buyerReference"]) == (None, None)
    await seller.treasurer("POST", f"{place}/repayments", {"amount": {"amount": "8.00"}})
    assert await SystemRun(world.worker_database, now=world.clock)(forget_old)
    contact = (await seller.treasurer("GET", place))["contact"]
    assert (contact["name"], contact["email"], contact["buyer"]) == (bird.contact["name"], None, buyer)


async def test_the_sweep_of_seven_years_takes_what_others_wrote(world: World) -> None:
    """For a guest without an account too."""
    seller, word, app = await world.cooperative(), f"kanarie{uuid4().hex[:10]}", await world.app()
    contact: Json = {"name": word, "email": f"{word}@example.org"}
    order = await world.order(app, await world.offering(seller), contact=contact, note=word)
    await move_order(seller.member, order, "accept", word)
    await move_order(seller.member, order, "deliver", word)
    await move_order(app, order, "complete", word)
    await world.pay(seller, order)
    await seller.refund(order["id"], {"reason": word})

    def later() -> datetime:
        return world.clock() + timedelta(days=366 * 8)

    await SystemRun(world.worker_database, now=later)(forget_old)
    # It stays for seven days.
    assert await found(world, word) == {("idempotency", "outcome")}
    async with world.books.transaction() as tx:
        await tx.value("select forget_keys($1)", later())
    assert await found(world, word) == set()


async def test_of_a_member_stays_what_the_books_rest_on(world: World) -> None:
    """Names, goals, notes and reports are erased; a paid purchase keeps its receipt."""
    seller, word = await world.cooperative(), f"kanarie{uuid4().hex[:10]}"
    member, member_id = await world.member(seller, f"Jo {word}")
    other, other_id = await world.member(seller)
    await member("PUT", f"/v1/members/{member_id}/goal", {"text": word, **TEN}, headers={"If-Match": '"1"'})
    work = await plan(world, seller, slot("Tuin", 10000))
    part = await join(member, work, member_id)
    await agreed(work, seller)
    await move(seller.coordinator, work, "start")
    entry = await member("POST", f"/v1/assignment-parts/{part['id']}/hours", {"minutes": 60, "note": word})
    refused = f"/v1/assignment-hours/{entry['id']}/refusals"
    await seller.coordinator("POST", refused, {"reason": f"{word} was er niet"})
    await world.work()
    planted = await found(world, word)
    assert {("assignment_hours", "note"), ("assignment_hours", "reason"), ("member", "name")} <= planted
    leave = {"verb": "exit", "destination": "employment", "note": f"{word} vond werk"}
    await seller.coordinator("POST", f"/v1/members/{member_id}/transitions", leave)
    await member("DELETE", "/v1/me", status=204)
    assert await found(world, word) == set()
    assert (await other("GET", "/v1/me"))["holdings"][0]["memberId"] == other_id


async def made_member(world: World, seller: Seller, person: Caller, candidate: bool) -> str:
    """A membership that a coordinator entered for a person who was not asked."""
    _, person_id = await world.known(person.login)
    body: Json = {"name": "Ongevraagd", "tradeName": "Ongevraagd", "personId": person_id, "candidate": candidate}
    made = await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", body)
    return str(made["id"])


@pytest.mark.parametrize("candidate", [True, False])
async def test_a_membership_without_an_act_of_its_member_does_not_tie_them(world: World, candidate: bool) -> None:
    seller, person = await world.cooperative(), world.person()
    member_id = await made_member(world, seller, person, candidate)
    await person("DELETE", "/v1/me", status=204)
    seen = await seller.coordinator("GET", f"/v1/members/{member_id}")
    assert (seen["name"], seen["state"]) == ("–", "withdrawn" if candidate else "exited")
    events = await seller.coordinator("GET", f"/v1/members/{member_id}/events")
    assert [event["verb"] for event in events] == ["register", "withdraw" if candidate else "exit"]
    await person("DELETE", "/v1/me", status=404)


async def test_what_others_offer_in_somebodys_name_is_no_act_and_goes_off_the_market(world: World) -> None:
    """A row of the cooperative's own system; an order on it is work, which ties the person."""
    seller, person = await world.cooperative(), world.person()
    member_id = await made_member(world, seller, person, False)
    place = f"/v1/cooperatives/{seller.id}/offerings/by-external-id/winkel/A-1"
    jam: Json = {"memberId": member_id, "kind": "goods", "title": "Jam", "category": "eten", "priceUnit": "piece"}
    jam |= {"price": {"amount": "3.50"}, "vatClass": "reduced", "town": "Breda", "stock": 5}
    offering = await seller.coordinator("PUT", place, jam, status=201)
    await seller.coordinator("POST", f"/v1/offerings/{offering['id']}/transitions", {"verb": "publish"})
    order = await world.order(await world.app(), offering["id"])
    assert (await person("DELETE", "/v1/me", status=422))["facts"]["rule"] == "erase_membership"
    assert (await seller.coordinator("GET", f"/v1/offerings/{offering['id']}"))["state"] == "published"
    await move_order(seller.coordinator, order, "refuse")
    await person("DELETE", "/v1/me", status=204)
    assert (await seller.coordinator("GET", f"/v1/offerings/{offering['id']}"))["state"] == "paused"


async def test_an_act_or_money_ties_a_member(world: World) -> None:
    """An offering of their own, a goal, a request, a pause; or money that somebody booked for them."""
    seller = await world.cooperative([{"kind": "premium", "count": 2, "yearlyCap": "10.00"}, {"kind": "pot"}])
    await world.lower_floor(seller)

    async def refused(person: Caller, rule: str) -> None:
        assert (await person("DELETE", "/v1/me", status=422))["facts"]["rule"] == rule

    goal: Json = {"text": "fiets", **TEN}
    saver = world.person()
    saver_id = await made_member(world, seller, saver, False)
    await saver("PUT", f"/v1/members/{saver_id}/goal", goal, headers={"If-Match": '"1"'})
    await refused(saver, "erase_membership")
    pauser = world.person()
    pauser_id = await made_member(world, seller, pauser, False)
    await pauser("POST", f"/v1/members/{pauser_id}/transitions", {"verb": "pause"})
    await refused(pauser, "erase_membership")
    maker = world.person()
    maker_id = await made_member(world, seller, maker, False)
    offer: Json = {"memberId": maker_id, "kind": "service", "title": "x", "category": "tuin", "priceUnit": "piece"}
    offer |= {"price": {"amount": "1.00"}, "vatClass": "standard", "town": "Breda"}
    await maker("POST", f"/v1/cooperatives/{seller.id}/offerings", offer)
    await refused(maker, "erase_membership")
    paid = world.person()
    paid_id = await made_member(world, seller, paid, False)
    premium: Json = {"kind": "premium", "amount": {"amount": "1.00"}, "reason": "x"}
    await seller.treasurer("POST", f"/v1/members/{paid_id}/allowances", premium)
    await refused(paid, "erase_pot")


async def test_what_is_expected_still_ties_somebody_who_left(world: World) -> None:
    """A sale that was delivered and not paid yet will bring them money."""
    seller = await world.cooperative()
    order = await world.order(await world.app(), await world.offering(seller))
    await world.deliver(seller, order)
    leave = {"verb": "exit", "destination": "employment"}
    await seller.coordinator("POST", f"/v1/members/{seller.member_id}/transitions", leave)
    assert (await seller.member("DELETE", "/v1/me", status=422))["facts"]["rule"] == "erase_pot"


async def test_money_that_comes_at_the_same_time_is_never_lost_in_a_forgotten_membership(world: World) -> None:
    """Either the money is first, and ties; or the membership has ended first, and it is booked after that."""
    seller = await world.cooperative([{"kind": "premium", "count": 20, "yearlyCap": "10.00"}, {"kind": "pot"}])
    await world.lower_floor(seller)
    premium: Json = {"kind": "premium", "amount": {"amount": "1.00"}, "reason": "x"}
    for _ in range(6):
        person = world.person()
        member_id = await made_member(world, seller, person, False)
        grant = seller.treasurer("POST", f"/v1/members/{member_id}/allowances", premium)
        sent = {"Authorization": f"Bearer {person.token}"}
        erase = world.client.delete("/v1/me", headers=sent)
        _, answer = await asyncio.gather(grant, erase)
        async with world.books.transaction() as tx:
            last = """select m.person_id is null as gone, m.state,
                             (select min(at) from member_event where member_id = m.id and verb = 'exit') as left_at,
                             (select min(booked_at) from journal j join allowance a on a.id = j.source_id
                               where a.member_id = m.id) as booked_at
                        from member m where m.id = $1"""
            row = await tx.only(last, UUID(member_id))
        if answer.status_code == 204:
            assert (row["gone"], row["state"]) == (True, "exited")
            assert row["booked_at"] > row["left_at"]
        else:
            assert (answer.status_code, answer.json()["facts"]["rule"]) == (422, "erase_pot")
            assert (row["gone"], row["state"]) == (False, "member")


async def test_an_order_and_an_erasure_at_the_same_time_leave_no_contact_of_nobody(world: World) -> None:
    """Either the order is first, and ties; or it is the first order of a new person."""
    seller = await world.cooperative()
    offering = await world.offering(seller)
    for _ in range(6):
        person = world.person()
        await world.known(person.login)
        erase = world.client.delete("/v1/me", headers={"Authorization": f"Bearer {person.token}"})
        order, _ = await asyncio.gather(world.order(person, offering), erase)
        async with world.books.transaction() as tx:
            sql = 'select issuer from person where id = (select customer_person_id from "order" where id = $1)'
            assert await tx.value(sql, UUID(order["id"])) != "erased"
        assert [o["id"] for o in (await person("GET", "/v1/orders"))["items"]] == [order["id"]]


async def test_nobody_counts_on_a_member_who_is_erased_at_that_moment(world: World) -> None:
    """A seat in a job, an order, a draft and an office: each comes before the erasure and ties, or not at all."""
    for _ in range(6):
        seller = await world.cooperative()
        member, member_id = await world.member(seller)
        person_id = (await member("GET", "/v1/me"))["person"]["id"]
        job = await plan(world, seller, slot("Koken", 10000))
        seat = (await seller.coordinator("GET", f"/v1/assignments/{job['id']}/slots"))[0]["id"]
        draft: Json = {"memberId": member_id, "kind": "service", "title": "Van N", "category": "tuin", "town": "Breda"}
        draft |= {"priceUnit": "piece", "price": {"amount": "5.00"}, "vatClass": "standard"}
        office = {"personId": person_id, "role": "treasurer", "cooperativeId": seller.id}
        await asyncio.gather(
            raw(member, "DELETE", "/v1/me"),
            raw(member, "POST", f"/v1/assignment-slots/{seat}/parts", {"memberId": member_id}),
            raw(seller.coordinator, "POST", f"/v1/cooperatives/{seller.id}/offerings", draft),
            raw(world.network, "POST", "/v1/offices", office),
        )
        found = await seller.coordinator("GET", f"/v1/members/{member_id}")
        if found["state"] != "exited":
            continue
        parts = (await seller.coordinator("GET", f"/v1/assignments/{job['id']}/parts"))["items"]
        assert [part for part in parts if part["state"] == "taken"] == []
        assert (await seller.coordinator("GET", f"/v1/cooperatives/{seller.id}/offerings"))["items"] == []
        offices = await world.network("GET", f"/v1/cooperatives/{seller.id}/offices")
        assert person_id not in {one["personId"] for one in offices}


async def raw(who: Caller, method: str, path: str, body: Json | None = None) -> int:
    headers = {"Authorization": f"Bearer {who.token}"} | ({"Idempotency-Key": uuid4().hex} if method == "POST" else {})
    return (await who.client.request(method, path, json=body, headers=headers)).status_code
