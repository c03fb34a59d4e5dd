"""Lists and reads of the same object agree for every caller, in both faces."""

import json
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

import pytest

from app.db.engine import Database
from app.db.people import persons as people
from tests.scenarios.buying import plan, wish
from tests.scenarios.jobs import agreed, join, report, slot
from tests.scenarios.jobs import move as move_job
from tests.scenarios.jobs import plan as plan_job
from tests.scenarios.test_spending import may_buy
from tests.walls.cast import Cast, identity
from tests.walls.lists import Asker, Pair, graphql_pairs, rest_pairs
from tests.walls.rehearsal import Stand
from tests.world import Caller, Json, Seller, World

MOST = 3
"""The number of rows of a list that are read one by one, newest first."""
TRADING: Json = {"kind": "barter", "debtLimitMinutes": 600}


@dataclass(frozen=True, kw_only=True)
class Leavers:
    """A cooperative whose people left or changed after they worked there, and an order for each of its makers."""

    seller: Seller
    people: dict[str, Caller]
    members: dict[str, str]
    orders: dict[str, str]
    job: str
    year: int


async def maker(world: World, seller: Seller, customer: Caller, job: Json, purchase: Json) -> tuple[Caller, str, str]:
    """A member who sold something, claimed a cost, works on a job, buys together and trades; and the order."""
    member, member_id = await world.member(seller)
    offer: Json = {"memberId": member_id, "kind": "service", "title": "Naaien", "category": "naaien", "town": "Breda"}
    offer |= {"priceUnit": "piece", "price": {"amount": "100.00"}, "vatClass": "standard"}
    made = await member("POST", f"/v1/cooperatives/{seller.id}/offerings", offer)
    for who, verb in ((member, "submit"), (seller.coordinator, "publish")):
        await who("POST", f"/v1/offerings/{made['id']}/transitions", {"verb": verb})
    sold, order = [await world.order(customer, made["id"], note="achterom") for _ in range(2)]
    for verb in ("accept", "deliver"):
        await member("POST", f"/v1/orders/{sold['id']}/transitions", {"verb": verb})
    await customer("POST", f"/v1/orders/{sold['id']}/transitions", {"verb": "complete"})
    await world.pay(seller, sold)
    await member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    claim: Json = {"orderLineId": order["lines"][0]["id"], "category": "garen", "amount": {"amount": "1.00"}}
    await member("POST", f"/v1/orders/{order['id']}/cost-claims", claim | {"payee": "member", "receipt": "bon"})
    trade: Json = {"giverId": member_id, "receiverId": seller.member_id, "minutes": 30, "title": "Zoom"}
    await member("POST", f"/v1/cooperatives/{seller.id}/barters", trade)
    await wish(member, purchase, 1, memberId=member_id)
    buy: Json = {"purpose": "materiaal", "title": "Naald", "supplier": "De Spoel", "amount": {"amount": "1.00"}}
    await member("POST", f"/v1/members/{member_id}/spending-requests", buy)
    await join(member, job, member_id)
    return member, member_id, str(order["id"])


@pytest.fixture(scope="module")
async def leavers(world: World) -> Leavers:
    seller = await world.cooperative([may_buy(purpose="materiaal"), TRADING, {"kind": "pot"}])
    customer, officer = world.person(), await world.officer("treasurer", cooperativeId=seller.id)
    officer_id = (await officer("GET", "/v1/me"))["person"]["id"]
    await world.approver(seller.id)
    second = {"personId": officer_id, "role": "coordinator", "cooperativeId": seller.id}
    await world.network("POST", "/v1/offices", second)
    purchase = await plan(world, seller)
    job = await plan_job(world, seller, slot("Naaien", 1, kind="rest", seats=3), audience="own")
    made = {name: await maker(world, seller, customer, job, purchase) for name in ("left", "paused", "stayed")}
    await agreed(job, seller)
    await move_job(seller.coordinator, job, "start")
    parts = (await seller.coordinator("GET", f"/v1/assignments/{job['id']}/parts"))["items"]
    for part in parts:
        who = next(member for member, member_id, _ in made.values() if member_id == part["memberId"])
        await report(who, part, 30)
    await world.work()
    leave: Json = {"verb": "exit", "destination": "employment"}
    for name, verb in (("left", leave), ("paused", {"verb": "pause"})):
        await seller.coordinator("POST", f"/v1/members/{made[name][1]}/transitions", verb)
    offices = await world.network("GET", f"/v1/cooperatives/{seller.id}/offices")
    for office in offices:
        if office["personId"] == officer_id:
            await world.network("DELETE", f"/v1/offices/{office['id']}")
    callers = {name: member for name, (member, _, _) in made.items()}
    callers |= {"former-officer": officer, "their-customer": customer}
    ids = {name: member_id for name, (_, member_id, _) in made.items()}
    callers |= {"their-coordinator": seller.coordinator, "their-treasurer": seller.treasurer}
    orders = {name: order for name, (_, _, order) in made.items()}
    return Leavers(
        seller=seller, people=callers, members=ids, orders=orders, job=str(job["id"]), year=world.clock().year
    )


def askers(stand: Stand, everybody: Cast, leavers: Leavers) -> list[Asker]:
    found = [Asker(stand, name, who, everybody.identity(name)) for name, who in everybody.people.items()]
    world = everybody.sample.world
    return found + [Asker(stand, name, who, identity(world, who.login)) for name, who in leavers.people.items()]


async def homes(who: list[Asker]) -> list[str]:
    """The cooperatives of all callers, where rows for every cooperative are found."""
    callers = [asker.caller for asker in who if asker.caller.token]
    held = [holding for caller in callers for holding in (await caller("GET", "/v1/me"))["holdings"]]
    return sorted({holding["cooperativeId"] for holding in held if holding["cooperativeId"]})


def places(pair: Pair, everybody: Cast, leavers: Leavers, homes: list[str]) -> list[str | None]:
    """The ids with which a list can be read: of every cooperative, or of an object of that kind."""
    sample, needs = everybody.sample, (pair.needs or "").replace("_", "").lower()
    if pair.needs is None:
        return [None]
    if needs == "cooperativeid":
        sellers = (sample.seller, sample.sister, sample.collective, leavers.seller)
        return [*dict.fromkeys((*(seller.id for seller in sellers), *homes))]
    known = {name.replace("_", ""): str(value) for name, value in sample.ids.items()}
    more = {"assignmentid": leavers.job, "orderid": known["lostid"]}
    return [known[needs], *([more[needs]] if needs in more else [])]


WITHOUT_A_LIST = {
    "apps": "the list is the network's; an app and the staff of its cooperatives have its id",
    "members": "the list is the staff's; who is one finds it by `/me`",
}
"""Ids that a caller has without a list, by the noun of the list."""
NARROWED = ("customer", "app", "partner", "member", "coordinator", "treasurer", "network", "visitor")
OF_GRAPHQL = (*NARROWED, "case-manager", "controller", "far-member", "far-coordinator")
"""The callers of GraphQL, beside the leavers: one of each kind. Both faces run the same use cases."""


def at(pair: Pair) -> str:
    """The noun of its list."""
    return pair.listed.rsplit("/", 1)[-1]


def differing(listed: Json, read: Json) -> list[str]:
    return sorted(name for name, value in listed.items() if read.get(name) != value)


async def test_every_list_of_rest_shows_what_its_read_shows(stand: Stand, everybody: Cast, leavers: Leavers) -> None:
    """The same rows with the same words; people who left or lost an office see no order in either."""
    who, wrong = askers(stand, everybody, leavers), []
    at_home = await homes(who)
    seen: dict[str, set[str]] = defaultdict(set)
    for pair in rest_pairs():
        known: dict[str, Json] = {}
        shown: dict[str, dict[str, Json]] = defaultdict(dict)
        for asker in who:
            for place in places(pair, everybody, leavers, at_home):
                shown[asker.name] |= {row["id"]: row for row in await asker.rows(pair, place)}
            known |= dict(list(shown[asker.name].items())[:MOST])
        for asker in who:
            for row_id in known:
                read, listed = await asker.row(pair, row_id), shown[asker.name].get(row_id)
                if read is not None:
                    seen[pair.read].add(asker.name)
                if read is None and listed is not None:
                    wrong.append((pair.listed, asker.name, "is listed and not read"))
                elif read is not None and listed is None and at(pair) not in WITHOUT_A_LIST:
                    wrong.append((pair.listed, asker.name, "is read and not listed"))
                elif read is not None and listed is not None and (names := differing(listed, read)):
                    wrong.append((pair.listed, asker.name, ", ".join(names)))
    assert wrong == []
    assert all(seen[pair.read] for pair in rest_pairs())
    orders = seen["/orders/{order_id}"]
    assert {"stayed", "paused", "their-customer", "their-coordinator", "coordinator", "app"} <= orders
    assert not {"left", "former-officer", "case-manager", "controller"} & orders


async def test_every_list_of_graphql_shows_what_its_read_shows(stand: Stand, everybody: Cast, leavers: Leavers) -> None:
    who = [a for a in askers(stand, everybody, leavers) if a.name in (*OF_GRAPHQL, *leavers.people)]
    wrong: list[tuple[str, str, str]] = []
    at_home = await homes(who)
    seen: dict[str, set[str]] = defaultdict(set)
    for pair in graphql_pairs():
        shown: dict[str, set[str]] = defaultdict(set)
        for asker in who:
            for place in places(pair, everybody, leavers, at_home):
                shown[asker.name] |= await asker.listed(pair, place)
        known = {row_id for ids in shown.values() for row_id in sorted(ids, reverse=True)[:MOST]}
        for asker in who:
            read = {row_id for row_id in known if await asker.reads(pair, row_id)}
            seen[pair.read] |= {asker.name} if read else set()
            wrong += [(pair.listed, asker.name, "is listed and not read") for _ in (shown[asker.name] & known) - read]
            if at(pair) not in WITHOUT_A_LIST:
                wrong += [(pair.listed, asker.name, "is read and not listed") for _ in read - shown[asker.name]]
    assert wrong == []
    assert all(seen[pair.read] for pair in graphql_pairs())
    assert "left" not in seen["order"]


async def test_a_former_member_keeps_their_own_money_and_papers(leavers: Leavers) -> None:
    left, member_id, seller = leavers.people["left"], leavers.members["left"], leavers.seller
    assert (await left("GET", "/v1/me"))["holdings"][0]["memberId"] == member_id
    thermometer = await left("GET", f"/v1/members/{member_id}/thermometer")
    assert any(movement["orderReference"] for movement in thermometer["movements"])
    year = leavers.year
    assert await left("GET", f"/v1/members/{member_id}/statement?since={year}-01-01&until={year}-12-31")
    earned = (await left("GET", f"/v1/cooperatives/{seller.id}/earnings"))["items"]
    assert [row["state"] for row in earned] == ["posted"]
    assert (await left("GET", f"/v1/cooperatives/{seller.id}/spending-requests"))["items"]
    papers = await left("GET", "/v1/me/export")
    for name in ("earnings", "spending", "costClaims", "wishes", "parts", "hours", "bartersGiven"):
        assert papers[name], name
    assert papers["orders"] == []
    assert "Jo de Wit" not in json.dumps(papers)


async def test_a_former_member_lists_no_orders_and_no_tasks(leavers: Leavers) -> None:
    """In neither face; a paused member continues with accepted work."""
    left, paused = leavers.people["left"], leavers.people["paused"]
    for path in ("/v1/orders", "/v1/tasks", "/v1/tasks?done=true"):
        assert (await left("GET", path))["items"] == []
    shown = await left.graphql("{ orders { edges { node { contact { name email } note } } } }")
    assert shown["data"]["orders"]["edges"] == []
    assert leavers.orders["paused"] in {row["id"] for row in (await paused("GET", "/v1/orders"))["items"]}
    for path in ("", "/events"):
        await left("GET", f"/v1/orders/{leavers.orders['left']}{path}", status=404)


OF_CUSTOMERS = ("order", "order_line", "order_event", "payment", "credit", "credit_line", "repayment", "write_off")


async def test_the_database_shows_a_former_member_nothing_of_a_customer(
    world: World, database: Database, leavers: Leavers
) -> None:
    """Row-level security alone: present members see rows of orders and their job, former members neither."""
    seen: dict[str, dict[str, int]] = {}
    for name in ("left", "former-officer", "paused", "stayed"):
        async with database.transaction() as tx:
            await people.enter(tx, identity(world, leavers.people[name].login))
            seen[name] = {table: int(await tx.value(f'select count(*) from "{table}"')) for table in OF_CUSTOMERS}
            sql = "select count(*) from assignment where cooperative_id = $1"
            seen[name]["assignment"] = int(await tx.value(sql, UUID(leavers.seller.id)))
    for name in ("left", "former-officer"):
        assert set(seen[name].values()) == {0}, name
    for name in ("paused", "stayed"):
        assert all(seen[name][table] for table in ("order", "order_line", "order_event", "payment", "assignment")), name
