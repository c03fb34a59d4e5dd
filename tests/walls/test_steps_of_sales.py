"""Listed steps agree with the steps themselves: orders, offerings, agreements, jobs and joint purchases."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.contract.tables import TABLES
from app.domain.buying.joint_purchases import PURCHASE
from app.domain.earning.agreements import AGREEMENT
from app.domain.market.offerings import OFFERING
from app.domain.selling.assignments import ASSIGNMENT
from app.domain.selling.orders import ORDER
from app.domain.selling.parts import PART
from tests.scenarios import buying, jobs
from tests.walls.test_steps import WHY, staff
from tests.walls.walk import Built, Request, Walk, offices, walk_through
from tests.world import NOTHING, Caller, Json, World


def declared(path: str) -> pytest.MarkDecorator:
    """A hand-written face does not pass the viewer and the time to its list."""
    paths = {operation.path for table in TABLES for operation in table.operations}
    return pytest.mark.skipif(path not in paths, reason=f"{path} is not declared in app/contract yet")


@declared("/orders/{order_id}/transitions")
async def test_orders(world: World) -> None:
    seller = await world.cooperative()
    (customer, _), roles = await world.known(), await staff(world, seller)

    def at(*verbs: str, days: int = 0, job: bool = False) -> Any:
        async def build() -> Built:
            caller, member_id = await world.member(seller)
            offering = await world.offering(replace(seller, member=caller, member_id=member_id))
            with world.clock.at((world.clock.today - timedelta(days=days)).isoformat()):
                order = await world.order(customer, offering)
                built = Built(f"/v1/orders/{order['id']}", caller)
                for verb in verbs:
                    who = customer if verb == "complete" else seller.coordinator
                    await who("POST", f"{built.path}/transitions", {"verb": verb})
            if job:
                await jobs.plan(world, seller, jobs.slot("Tuin", 10000), orderId=order["id"])
            return built

        return build

    walk = Walk(
        noun="orders",
        process=ORDER,
        states={
            "placed": at(),
            "placed: nobody took it in time": at(days=3),
            "accepted": at("accept"),
            "accepted: part of a job": at("accept", job=True),
            "in_progress": at("accept", "start"),
            "delivered": at("accept", "deliver"),
            "delivered: in silence": at("accept", "deliver", days=15),
            "completed": at("accept", "deliver", "complete"),
            "refused": at("refuse"),
            "cancelled": at("cancel"),
        },
        roles={**roles, "customer": customer, "member": None, "both": None},
        alone=True,
    )
    assert await walk_through(world, seller, walk) == 10 * 8 * 6


@declared("/offerings/{offering_id}/transitions")
async def test_offerings(world: World) -> None:
    seller = await world.cooperative()
    roles = await staff(world, seller)

    def at(*verbs: str, pause: bool = False) -> Any:
        async def build() -> Built:
            caller, member_id = await world.member(seller)
            body: Json = {"memberId": member_id, "kind": "service", "title": "Tuin", "category": "tuin"}
            body |= {"priceUnit": "piece", "price": {"amount": "10.00"}, "vatClass": "standard", "town": "Breda"}
            made = await caller("POST", f"/v1/cooperatives/{seller.id}/offerings", body)
            built = Built(f"/v1/offerings/{made['id']}", caller)
            for verb in verbs:
                who = seller.coordinator if verb == "publish" else caller
                await who("POST", f"{built.path}/transitions", {"verb": verb})
            if pause:
                await caller("POST", f"/v1/members/{member_id}/transitions", {"verb": "pause"})
            return built

        return build

    walk = Walk(
        noun="offerings",
        process=OFFERING,
        states={
            "draft": at(),
            "in_review": at("submit"),
            "in_review: its maker takes a rest": at("submit", pause=True),
            "published": at("submit", "publish"),
            "paused": at("submit", "publish", "pause"),
            "paused: with its maker": at("submit", "publish", pause=True),
            "archived": at("archive"),
        },
        roles={**roles, "colleague": seller.member, "member": None, "both": None},
    )
    assert await walk_through(world, seller, walk) == 7 * 8 * 7


@declared("/agreements/{agreement_id}/signatures")
async def test_agreements(world: World) -> None:
    seller = await world.cooperative()
    await world.sale(seller, await world.app(), "50.00")
    double = await world.officer("treasurer", cooperativeId=seller.id)
    await offices(world, double, controller=seller.municipality_id)
    today, days = world.clock.today, itertools.count(10)
    sides = {"sign_for_cooperative": "cooperative", "sign_for_municipality": "municipality"}

    def at(*verbs: str, start: int | None = None, by: Caller | None = None, taken: bool = False) -> Any:
        async def build() -> Built:
            first = (today + timedelta(days=next(days) if start is None else start)).isoformat()
            body = {"title": "Afspraak", "activeFrom": first, "rules": [{"kind": "pot"}], "examples": NOTHING}
            drafted = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body)
            built = Built(f"/v1/agreements/{drafted['id']}")
            for verb in verbs:
                who = seller.controller if verb == "sign_for_municipality" else by or seller.treasurer
                await who(*send(verb, built, {}))
            if taken:
                await world.agreement(seller, [{"kind": "pot"}], NOTHING, first)
            return built

        return build

    def send(verb: str, built: Built, given: Json) -> Request:
        if verb == "edit":
            return "PATCH", built.path, {"title": "Anders"}
        if verb == "test":
            return "POST", f"{built.path}/tests", {}
        return "POST", f"{built.path}/signatures", {"side": sides[verb]}

    walk = Walk(
        noun="agreements",
        process=AGREEMENT,
        states={
            "draft": at(),
            "draft: work was booked since": at(start=-1),
            "tested": at("test"),
            "tested: the cooperative signed": at("test", "sign_for_cooperative"),
            "tested: the municipality signed": at("test", "sign_for_municipality"),
            "tested: the same person signed for the cooperative": at("test", "sign_for_cooperative", by=double),
            "tested: another took its place": at("test", "sign_for_cooperative", taken=True),
            "signed": at("test", "sign_for_cooperative", "sign_for_municipality"),
        },
        roles={
            "coordinator": seller.coordinator,
            "treasurer": seller.treasurer,
            "member": seller.member,
            "controller": seller.controller,
            "network": world.network,
            "both sides": double,
        },
        send=send,
        alone=True,
    )
    assert await walk_through(world, seller, walk) == 8 * 6 * 4


@declared("/assignments/{assignment_id}/transitions")
async def test_assignments(world: World) -> None:
    seller = await world.cooperative()
    roles = await staff(world, seller)
    (customer, _), roles["planner"] = await world.known(), await world.officer("coordinator", cooperativeId=seller.id)
    planner = roles["planner"]
    assert planner is not None
    await world.approver(seller.id)
    await offices(world, planner, treasurer=seller.id)
    lead = replace(seller, coordinator=planner)
    whole = jobs.slot("Tuin", 10000)

    def at(
        *verbs: str, slots: tuple[Json, ...] = (whole,), join: bool = True, by: Caller | None = None, **more: Any
    ) -> Any:
        async def build() -> Built:
            caller, member_id = await world.member(seller)
            if by:
                more["orderId"] = (await jobs.accepted(world, seller, by))["id"]
            if "publish" not in verbs:
                start = world.clock() + timedelta(days=3)
                body: Json = {"title": "Feest", "place": "De Kern", "startsAt": start.isoformat()}
                body |= {"endsAt": (start + timedelta(hours=8)).isoformat(), "contact": jobs.CUSTOMER}
                body |= {"lines": [jobs.line("100.00")]} | more
                job = await planner("POST", f"/v1/cooperatives/{seller.id}/assignments", body)
                for wanted in slots:
                    await planner("POST", f"/v1/assignments/{job['id']}/slots", wanted)
                return Built(f"/v1/assignments/{job['id']}", caller)
            job = await jobs.plan(world, lead, *slots, **more)
            part = await jobs.join(caller, job, member_id) if join else {}
            for verb in verbs[1:]:
                if verb == "sign":
                    await jobs.sign(seller, job)
                elif verb == "report":
                    entry = await jobs.report(caller, part, 60)
                    if "approve hours" in verbs:
                        await planner("POST", f"/v1/assignment-hours/{entry['id']}/approvals")
                elif verb in ("request_changes", "dispute", "approve"):
                    await jobs.move(by or seller.treasurer, job, verb, **WHY)
                elif verb != "approve hours":
                    await jobs.move(planner, job, verb, **(WHY if verb == "cancel" else {}))
            return Built(f"/v1/assignments/{job['id']}", caller)

        return build

    begun = ("publish", "sign", "agree", "start")
    by_hours = jobs.slot("Uren", 0, kind="hours")
    walk = Walk(
        noun="assignments",
        process=ASSIGNMENT,
        states={
            "draft": at(),
            "draft: shares of nine tenths": at(slots=(jobs.slot("Tuin", 9000),)),
            "draft: without a price": at(lines=[]),
            "published": at("publish", join=False),
            "staffing": at("publish"),
            "staffing: signed": at("publish", "sign"),
            "staffing: a deposit above the price": at("publish", "sign", deposit={"amount": "121.01"}),
            "agreed": at(*begun[:3]),
            "agreed: the deposit is not paid": at(*begun[:3], deposit={"amount": "50.00"}),
            "in_progress": at(*begun),
            "in_progress: hours are open": at(*begun, "report"),
            "in_progress: hours are approved": at(*begun, "report", "approve hours"),
            "in_progress: shared by hours that nobody worked": at(*begun, slots=(by_hours,)),
            "delivered": at(*begun, "deliver"),
            "delivered: the customer logs in": at(*begun, "deliver", by=customer),
            "disputed": at(*begun, "deliver", "dispute"),
            "disputed: by a customer who logs in": at(*begun, "deliver", "dispute", by=customer),
            "approved": at(*begun, "deliver", "approve"),
            "cancelled": at("publish", "cancel"),
        },
        roles={**roles, "customer": customer, "member": None, "both": None},
        inputs=WHY,
        alone=True,
    )
    assert await walk_through(world, seller, walk) == 19 * 9 * 9


@declared("/assignment-parts/{part_id}/transitions")
async def test_parts(world: World) -> None:
    seller = await world.cooperative()
    roles, (colleague, colleague_id) = await staff(world, seller), await world.member(seller)

    def at(how: str, *verbs: str, hours: bool = False, cancel: bool = False, seats: int = 9) -> Any:
        async def build() -> Built:
            caller, member_id = await world.member(seller)
            job = await jobs.plan(world, seller, jobs.slot("Tuin", 1, kind="rest", seats=seats))
            place = (await jobs.slots_of(seller.coordinator, job))[0]["id"]
            if how == "waiting":
                await jobs.join(seller.coordinator, job, seller.member_id)
            if how == "invited":
                body = {"cooperativeId": seller.id, "memberId": member_id}
                part = await seller.coordinator("POST", f"/v1/assignment-slots/{place}/invitations", body)
            else:
                part = await jobs.join(caller, job, member_id)
            for verb in verbs:
                given: Json = {"toMemberId": colleague_id} if verb == "hand_on" else {}
                await jobs.part_move(colleague if verb == "take_over" else caller, part, verb, **given)
            if hours:
                for verb in ("sign", "agree", "start"):
                    await (jobs.sign(seller, job) if verb == "sign" else jobs.move(seller.coordinator, job, verb))
                await jobs.report(caller, part, 60)
            if cancel:
                await jobs.move(seller.coordinator, job, "cancel", **WHY)
            return Built(f"/v1/assignment-parts/{part['id']}", caller)

        return build

    walk = Walk(
        noun="parts",
        process=PART,
        states={
            "invited": at("invited"),
            "waiting": at("waiting", seats=1),
            "taken": at("taken"),
            "taken: offered to a colleague": at("taken", "hand_on"),
            "taken: hours stand": at("taken", seats=1, hours=True),
            "taken: the job is off": at("taken", cancel=True),
            "declined": at("invited", "decline"),
            "withdrawn": at("taken", "withdraw"),
            "handed_on": at("taken", "hand_on", "take_over"),
        },
        roles={**roles, "colleague": colleague, "member": None, "both": None},
        inputs={"toMemberId": colleague_id},
        alone=True,
    )
    assert await walk_through(world, seller, walk) == 9 * 8 * 7


@declared("/joint-purchases/{purchase_id}/transitions")
async def test_joint_purchases(world: World) -> None:
    seller = await buying.rich(world, "4000.00")
    buyer = await world.officer("coordinator", cooperativeId=seller.id)
    await world.approver(seller.id)
    await offices(world, buyer, treasurer=seller.id)
    roles = {**await staff(world, seller), "buyer": buyer, "member": seller.member}
    lead, later = replace(seller, coordinator=buyer), (world.clock() + timedelta(days=9)).isoformat()

    def at(*verbs: str, wished: int = 0, articles: tuple[Json, ...] = (buying.SPOOLS,)) -> Any:
        async def build() -> Built:
            body: Json = {"title": "Garen samen", "supplier": "De Spoel", "purpose": "materiaal"}
            body |= {"closesAt": (world.clock() + timedelta(days=7)).isoformat(), "articles": list(articles)}
            whole = await buyer("POST", f"/v1/cooperatives/{seller.id}/joint-purchases", body)
            made = whole["purchase"] | {"articles": whole["articles"]}
            built = Built(f"/v1/joint-purchases/{made['id']}")
            for verb in verbs:
                if verb == "units":
                    place = f"/v1/purchase-articles/{made['articles'][0]['id']}/receipts"
                    await buyer("POST", place, {"units": 10})
                elif verb == "settle":
                    await buying.settle(lead, made, "10.00")
                else:
                    await buying.move(buyer, made, verb, **(WHY if verb in ("cancel", "give_up") else {}))
                if verb == "open" and wished:
                    await buying.mine(lead, made, wished)
            return built

        return build

    def send(verb: str, built: Built, given: Json) -> Request:
        if verb == "settle":
            return "POST", f"{built.path}/settlements", given
        return "POST", f"{built.path}/transitions", {"verb": verb, **given}

    ordered = ("open", "close", "order")
    walk = Walk(
        noun="joint purchases",
        process=PURCHASE,
        states={
            "draft": at(),
            "open": at("open"),
            "open: too little is wished": at("open", wished=3),
            "open: enough is wished": at("open", wished=10),
            "topping_up": at("open", "top_up", wished=3),
            "closed": at("open", "close", wished=10),
            "ordered": at(*ordered, wished=10),
            "ordered: all came": at(*ordered, "units", wished=10),
            "received": at(*ordered, "units", "receive", wished=10),
            "settled": at("open", "cancel"),
            "cancelled": at("cancel"),
            "cancelled_below_minimum": at("open", "give_up"),
        },
        roles=roles,
        send=send,
        inputs={**WHY, "closesAt": later, "total": {"amount": "10.00"}},
    )
    assert await walk_through(world, seller, walk) == 12 * 7 * 9
