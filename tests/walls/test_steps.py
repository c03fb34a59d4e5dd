"""Listed steps agree with the steps themselves: every process, state, role and verb."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.domain.books.nettings import NETTING
from app.domain.books.remittances import REMITTANCE
from app.domain.buying.ballots import BALLOT
from app.domain.buying.spending import SPENDING
from app.domain.earning.allowances import ALLOWANCE
from app.domain.earning.costs import CLAIM
from app.domain.earning.earnings import HELD
from app.domain.people.members import MEMBERSHIP
from app.domain.people.permissions import PERMISSION
from tests.scenarios.test_remittances import RULES as REMITTING
from tests.scenarios.test_remittances import report
from tests.scenarios.test_spending import may_buy
from tests.walls.walk import Built, Request, Walk, ask, offices, walk_through
from tests.world import Caller, Json, Seller, World

WHY: Json = {"reason": "Omdat het zo is."}
EURO: Json = {"amount": "1.00"}


async def staff(world: World, seller: Seller) -> dict[str, Caller | None]:
    """The readers of everything: the office, the municipality, and somebody of another cooperative."""
    manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
    found: dict[str, Caller | None] = {"coordinator": seller.coordinator, "treasurer": seller.treasurer}
    found |= {"manager": manager, "controller": seller.controller, "stranger": (await world.cooperative()).coordinator}
    return found


async def test_memberships(world: World) -> None:
    seller = await world.cooperative([{"kind": "trial", "months": 3}, {"kind": "pot"}])
    untried, roles = await world.cooperative(), await staff(world, seller)
    manager = roles["manager"]
    assert manager is not None

    def at(place: Seller, state: str, *verbs: str) -> Any:
        async def build() -> Built:
            person, person_id = await world.known()
            body: Json = {"name": "Sam", "tradeName": "Sam"}
            path = f"/v1/cooperatives/{place.id}"
            if state == "referred":
                member = await manager("POST", f"{path}/referrals", body)
                link, seen = f"/v1/members/{member['id']}", {"If-Match": f'"{member["version"]}"'}
                await place.coordinator("PATCH", link, {"personId": person_id}, headers=seen)
            else:
                body |= {"personId": person_id, "candidate": state == "candidate"}
                member = await place.coordinator("POST", f"{path}/members", body)
            for verb in verbs:
                given = {"destination": "other"} if verb == "exit" else {}
                await place.coordinator("POST", f"/v1/members/{member['id']}/transitions", {"verb": verb} | given)
            return Built(f"/v1/members/{member['id']}", person)

        return build

    walk = Walk(
        noun="members",
        process=MEMBERSHIP,
        states={
            "referred": at(seller, "referred"),
            "candidate": at(seller, "candidate"),
            "trial": at(seller, "candidate", "start_trial"),
            "member": at(seller, "member"),
            "paused": at(seller, "member", "pause"),
            "exited": at(seller, "member", "exit"),
            "rejected": at(seller, "candidate", "reject"),
            "withdrawn": at(seller, "candidate", "withdraw"),
        },
        roles={**roles, "member": None, "both": None},
        inputs={"destination": "employment"},
    )
    assert await walk_through(world, seller, walk) == 8 * 7 * 9
    cases = {"candidate: the agreement knows no trial": at(untried, "candidate")}
    roles = {"coordinator": untried.coordinator, "member": None}
    await walk_through(world, untried, replace(walk, states=cases, roles=roles))


async def test_spending(world: World) -> None:
    purposes = [may_buy(), may_buy("needs_municipal_consent", "dak")]
    seller = await world.cooperative([*purposes, {"kind": "pot"}])
    app, roles = await world.app(), await staff(world, seller)
    manager = roles["manager"]
    assert manager is not None

    def at(*verbs: str, purpose: str = "gereedschap", amount: str = "40.00", draft: bool = False) -> Any:
        async def build() -> Built:
            caller, member_id = await world.member(seller)
            await world.sale(replace(seller, member=caller, member_id=member_id), app, "50.00")
            body = {"purpose": purpose, "title": "Pomp", "supplier": "De Schuur", "amount": {"amount": amount}}
            asked = await caller("POST", f"/v1/members/{member_id}/spending-requests", body | {"draft": draft})
            built = Built(f"/v1/spending-requests/{asked['id']}", caller)
            by = {"submit": caller, "cancel": caller, "consent": manager}
            for verb in verbs:
                await by.get(verb, seller.treasurer)(*send(verb, built, WHY | {"receipt": "bon", "amount": EURO}))
            return built

        return build

    def send(verb: str, built: Built, given: Json) -> Request:
        if verb == "pay":
            return "POST", f"{built.path}/payments", {}
        if verb == "settle":
            return "POST", f"{built.path}/settlements", {n: v for n, v in given.items() if n != "reason"}
        return "POST", f"{built.path}/transitions", {"verb": verb, **{n: v for n, v in given.items() if n == "reason"}}

    walk = Walk(
        noun="spending",
        process=SPENDING,
        states={
            "draft": at(draft=True),
            "draft: more than is in the pot": at(draft=True, amount="50.01"),
            "submitted": at(),
            "submitted: the municipality has to consent": at(purpose="dak"),
            "submitted: with consent": at("consent", purpose="dak"),
            "incomplete": at("ask_more"),
            "approved": at("approve"),
            "rejected": at("reject"),
            "paid": at("approve", "pay"),
            "settled": at("approve", "pay", "settle"),
            "cancelled": at("cancel"),
        },
        roles={**roles, "member": None, "both": None},
        send=send,
        inputs=WHY | {"receipt": "bon 7", "amount": EURO},
    )
    assert await walk_through(world, seller, walk) == 11 * 7 * 9


async def test_cost_claims(world: World) -> None:
    category = {"kind": "cost_category", "name": "materiaal", "yearlyCap": "500.00"}
    seller = await world.cooperative([category, {"kind": "pot"}])
    app, second = await world.app(), await world.officer("treasurer", cooperativeId=seller.id)

    def at(*verbs: str, amount: str = "10.00") -> Any:
        async def build() -> Built:
            caller, member_id = await world.member(seller)
            theirs = replace(seller, member=caller, member_id=member_id)
            order = await world.order(app, await world.offering(theirs, "100.00"))
            await world.deliver(theirs, order)
            body = {"orderLineId": order["lines"][0]["id"], "category": "materiaal", "amount": {"amount": amount}}
            body |= {"payee": "member", "receipt": "bon 12"}
            claim = await caller("POST", f"/v1/orders/{order['id']}/cost-claims", body)
            built = Built(f"/v1/cost-claims/{claim['id']}", caller)
            for verb in verbs:
                who = caller if verb == "withdraw" else seller.treasurer
                await who("POST", f"{built.path}/transitions", {"verb": verb})
            return built

        return build

    walk = Walk(
        noun="costs",
        process=CLAIM,
        states={
            "claimed": at(),
            "claimed: above what a year allows": at(amount="500.01"),
            "to_confirm": at("approve", amount="101.00"),
            "approved": at("approve"),
            "rejected": at("reject"),
            "withdrawn": at("withdraw"),
        },
        roles={**await staff(world, seller), "second treasurer": second, "member": None, "both": None},
        inputs=WHY,
    )
    assert await walk_through(world, seller, walk) == 6 * 8 * 4


async def test_held_earnings(world: World) -> None:
    seller, app = await world.cooperative([{"kind": "trial", "months": 3}, {"kind": "pot"}]), await world.app()

    def at(*verbs: str) -> Any:
        async def build() -> Built:
            caller, person_id = await world.known()
            body = {"name": "Pia", "tradeName": "Pia", "personId": person_id, "candidate": True}
            member = await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", body)
            await seller.coordinator("POST", f"/v1/members/{member['id']}/transitions", {"verb": "start_trial"})
            await world.sale(replace(seller, member=caller, member_id=member["id"]), app, "50.00")
            path = f"/v1/cooperatives/{seller.id}/earnings?memberId={member['id']}"
            (earning,) = (await seller.treasurer("GET", path))["items"]
            built = Built(f"/v1/earnings/{earning['id']}", caller)
            for verb in verbs:
                await seller.coordinator("POST", f"{built.path}/transitions", {"verb": verb})
            return built

        return build

    walk = Walk(
        noun="earnings",
        process=HELD,
        states={"held": at(), "posted": at("release"), "forfeited": at("forfeit")},
        roles={**await staff(world, seller), "member": None, "both": None},
        inputs={"toMemberId": seller.member_id},
    )
    assert await walk_through(world, seller, walk) == 3 * 7 * 3


async def test_ballots(world: World) -> None:
    seller = await world.cooperative([{"kind": "vote", "percent": "100"}, {"kind": "collective"}])
    await world.lower_floor(seller)
    voter, _ = await world.member(seller)
    await offices(world, voter, treasurer=seller.id)
    place = f"/v1/cooperatives/{seller.id}/ballots"

    def at(*votes: bool, paid: bool = False) -> Any:
        async def build() -> Built:
            body = {"title": "Bus", "supplier": "Garage", "amount": EURO}
            ballot = await seller.member("POST", place, body)
            built = Built(f"/v1/ballots/{ballot['id']}", facts={"id": ballot["id"]})
            for who, yes in zip((seller.member, voter), votes, strict=False):
                await who("POST", f"{built.path}/votes", {"yes": yes})
            if paid:
                await seller.treasurer("POST", f"{built.path}/payments", {})
            return built

        return build

    async def look(who: Caller, built: Built) -> Json | None:
        status, found = await ask(who, "GET", f"{place}?limit=100")
        return next(b for b in found["items"] if b["id"] == built.facts["id"]) if status == 200 else None

    def send(verb: str, built: Built, given: Json) -> Request:
        return "POST", f"{built.path}/{'votes' if verb == 'vote' else 'payments'}", given

    walk = Walk(
        noun="ballots",
        process=BALLOT,
        states={
            "open": at(),
            "open: one voted": at(True),
            "accepted": at(True, True),
            "rejected": at(False),
            "paid": at(True, True, paid=True),
        },
        roles={**await staff(world, seller), "member": seller.member, "voting treasurer": voter},
        send=send,
        inputs={"yes": True},
        look=look,
    )
    assert await walk_through(world, seller, walk) == 5 * 7 * 2


async def test_nettings(world: World) -> None:
    one, other = await world.cooperative(), await world.cooperative()
    double = await world.officer("treasurer", cooperativeId=one.id)
    await offices(world, double, treasurer=other.id)

    def at(verb: str = "", by: Caller | None = None) -> Any:
        async def build() -> Built:
            body = {"toCooperativeId": other.id, "amount": EURO, "title": "Hout"}
            made = await one.treasurer("POST", f"/v1/cooperatives/{one.id}/internal-deliveries", body)
            await other.treasurer("POST", f"/v1/internal-deliveries/{made['id']}/transitions", {"verb": "confirm"})
            listed = (await one.treasurer("GET", f"/v1/cooperatives/{one.id}/nettings"))["items"]
            for standing in (netting for netting in listed if netting["state"] == "proposed"):
                refusal = {"cooperativeId": one.id, **WHY}
                await one.treasurer("POST", f"/v1/nettings/{standing['id']}/refusals", refusal)
            place = f"/v1/cooperatives/{one.id}/nettings"
            netting = await one.treasurer("POST", place, {"withCooperativeId": other.id})
            built = Built(f"/v1/nettings/{netting['id']}")
            if verb:
                await (by or one.treasurer)(*send(verb, built, {"cooperativeId": one.id, **WHY}))
            if verb == "confirm" and by is None:
                await other.treasurer(*send(verb, built, {"cooperativeId": other.id}))
            return built

        return build

    def send(verb: str, built: Built, given: Json) -> Request:
        if verb == "decline":
            return "POST", f"{built.path}/refusals", given
        return "POST", f"{built.path}/confirmations", {n: v for n, v in given.items() if n != "reason"}

    half = at("confirm", one.treasurer)
    states = {"proposed": at(), "proposed: one side confirmed": half}
    states |= {"confirmed": at("confirm"), "declined": at("decline")}
    for side, roles in (
        (one, {"treasurer": one.treasurer, "coordinator": one.coordinator, "stranger": one.controller}),
        (other, {"treasurer": other.treasurer, "of both": double}),
    ):
        walk = Walk(
            noun="nettings",
            process=NETTING,
            states=states,
            roles=dict(roles),
            send=send,
            inputs={"cooperativeId": side.id, **WHY},
            alone=True,
        )
        assert await walk_through(world, side, walk) == 4 * len(roles) * 2
    walk = Walk(
        noun="nettings",
        process=NETTING,
        states={"proposed: the same person confirmed one side": at("confirm", double)},
        roles={"of both": double},
        send=send,
        inputs={"cooperativeId": min(one.id, other.id), **WHY},
    )
    await walk_through(world, one, walk)


async def test_remittances(world: World) -> None:
    seller = await world.cooperative(REMITTING)
    roles = await staff(world, seller)
    double = await world.officer("treasurer", cooperativeId=seller.id)
    roles["treasurer who is a controller"] = await offices(world, double, controller=seller.municipality_id)

    def at(*verbs: str, by: Caller | None = None) -> Any:
        async def build() -> Built:
            with world.clock.at("2026-03-10"):
                place = await world.cooperative(REMITTING)
                await world.sale(place, await world.app(), "150.00")
            with world.clock.at("2026-04-02"):
                await world.close_month(place, "2026-03")
                for who in (*(role for role in roles.values() if role),):
                    office = {seller.coordinator: "coordinator", seller.treasurer: "treasurer", double: "treasurer"}
                    if who in office:
                        await offices(world, who, **{office[who]: place.id})
                    if who in (seller.controller, double):
                        await offices(world, who, controller=place.municipality_id)
                reported = await report(replace(place, treasurer=by or seller.treasurer), "2026-03")
                built = Built(f"/v1/remittances/{reported['id']}")
                for verb in verbs:
                    who = seller.controller if verb == "invoice" else seller.treasurer
                    await who(*send(verb, built, {"reference": "F1"} if verb == "invoice" else {}))
            return built

        return build

    def send(verb: str, built: Built, given: Json) -> Request:
        return "POST", f"{built.path}/{'invoices' if verb == 'invoice' else 'payments'}", given

    walk = Walk(
        noun="remittances",
        process=REMITTANCE,
        states={
            "reported": at(),
            "reported: by somebody who is a controller too": at(by=double),
            "invoiced": at("invoice"),
            "settled": at("invoice", "settle"),
        },
        roles=roles,
        send=send,
        inputs={"reference": "F1"},
    )
    with world.clock.at("2026-04-03"):
        assert await walk_through(world, seller, walk) == 4 * 6 * 2


async def test_allowances_and_permissions(world: World) -> None:
    premium: Json = {"kind": "premium", "count": 4, "yearlyCap": "100.00"}
    seller = await world.cooperative([premium, {"kind": "pot"}])
    await world.lower_floor(seller)
    roles = await staff(world, seller)
    manager = roles["manager"]
    assert manager is not None
    journals: dict[str, str] = {}

    def send(verb: str, built: Built, given: Json) -> Request:
        place = f"/v1/journals/{journals[built.path]}/reversals" if verb == "reverse" else f"{built.path}/withdrawals"
        return "POST", place, given

    def granted(*, reversed_: bool = False) -> Any:
        async def build() -> Built:
            caller, member_id = await world.member(seller)
            body = {"kind": "premium", "amount": EURO}
            made = await seller.treasurer("POST", f"/v1/members/{member_id}/allowances", body)
            built = Built(f"/v1/allowances/{made['id']}", caller)
            journals[built.path] = (await world.journal(seller, made["id"]))["id"]
            if reversed_:
                await seller.treasurer(*send("reverse", built, WHY))
            return built

        return build

    def given(*, withdrawn: bool = False) -> Any:
        async def build() -> Built:
            caller, member_id = await world.member(seller)
            today = world.clock.today
            body = {"memberId": member_id, "startsOn": today.isoformat()}
            body |= {"until": (today + timedelta(days=90)).isoformat()}
            made = await manager("POST", f"/v1/cooperatives/{seller.id}/permissions", body)
            built = Built(f"/v1/permissions/{made['id']}", caller)
            if withdrawn:
                await manager(*send("withdraw", built, {}))
            return built

        return build

    everybody = {**roles, "member": None, "both": None}
    walk = Walk(
        noun="allowances",
        process=ALLOWANCE,
        states={"granted": granted(), "reversed": granted(reversed_=True)},
        roles=everybody,
        send=send,
        inputs=WHY,
    )
    assert await walk_through(world, seller, walk) == 2 * 7
    states = {"given": given(), "withdrawn": given(withdrawn=True)}
    walk = Walk(noun="permissions", process=PERMISSION, states=states, roles=everybody, send=send)
    assert await walk_through(world, seller, walk) == 2 * 7
