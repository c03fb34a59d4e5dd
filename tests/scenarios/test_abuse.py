"""Somebody with two roles, a second login or an old role: the four-eyes rule holds."""

import hashlib
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.db.engine import Database
from app.db.people import persons
from app.domain.actors import Identity
from tests.scenarios.test_membership import candidate, on_trial
from tests.scenarios.test_membership import move as move_member
from tests.scenarios.test_spending import ask, may_buy, step
from tests.world import NOTHING, SCOPE, Caller, Json, World

VOTE: list[Json] = [{"kind": "vote", "percent": "75"}, {"kind": "collective"}]


async def who(caller: Caller) -> str:
    return str((await caller("GET", "/v1/me"))["person"]["id"])


async def link(by: Caller, member_id: str, person_id: str | None, status: int = 200) -> Json:
    version = (await by("GET", f"/v1/members/{member_id}"))["version"] if status != 404 else 1
    place, seen = f"/v1/members/{member_id}", {"If-Match": f'"{version}"'}
    changed: Json = await by("PATCH", place, {"personId": person_id}, headers=seen, status=status)
    return changed


async def wear(world: World, who: Caller, role: str, **place: str) -> None:
    """One more office for somebody."""
    person_id = (await who("GET", "/v1/me"))["person"]["id"]
    await world.network("POST", "/v1/offices", {"personId": person_id, "role": role, **place})


async def test_who_logs_in_as_a_member_is_said_once(world: World) -> None:
    seller, _, member_id = await on_trial(world)
    me = await who(seller.coordinator)
    assert (await link(seller.coordinator, member_id, None, status=403))["code"] == "forbidden"
    assert (await link(seller.coordinator, member_id, me, status=403))["code"] == "second_person_needed"
    body = {"name": "Ik", "tradeName": "Ik", "personId": me}
    place = f"/v1/cooperatives/{seller.id}/members"
    assert (await seller.coordinator("POST", place, body, status=403))["code"] == "second_person_needed"
    made = await seller.coordinator("POST", place, body | {"personId": None})
    _, person_id = await world.known()
    await link(seller.coordinator, made["id"], person_id)
    events = await seller.coordinator("GET", f"/v1/members/{made['id']}/events")
    assert [event["verb"] for event in events] == ["register", "link"]
    _, other_id = await world.known()
    assert (await link(seller.coordinator, made["id"], other_id, status=403))["code"] == "forbidden"


async def test_nobody_decides_over_what_is_their_own(world: World) -> None:
    """Trial, held money, cash, a permission, an opening, a pot: with two roles, a second person is still needed."""
    seller, member, member_id = await on_trial(world)
    await wear(world, member, "coordinator", cooperativeId=seller.id)
    await world.approver(seller.id)
    await wear(world, member, "treasurer", cooperativeId=seller.id)
    assert (await move_member(member, member_id, "admit", status=403))["code"] == "second_person_needed"
    order = await world.order(await world.app(), await world.offering(seller, "200.00"))
    await world.deliver(seller, order)
    paid = await member("POST", f"/v1/orders/{order['id']}/payments", {"amount": order["gross"]}, status=403)
    assert paid["code"] == "second_person_needed"
    await wear(world, member, "case_manager", municipalityId=seller.municipality_id)
    given = {"memberId": member_id, "startsOn": "2026-01-01", "until": "2030-12-31"}
    refused = await member("POST", f"/v1/cooperatives/{seller.id}/permissions", given, status=403)
    assert refused["code"] == "second_person_needed"
    fresh = await world.cooperative()
    await wear(world, fresh.member, "treasurer", cooperativeId=fresh.id)
    brought = {"asOf": "2026-01-01", "accounts": [{"kind": "bank", "amount": {"amount": "5000"}}]}
    brought |= {"pots": [{"memberId": fresh.member_id, "month": "2025-12", "amount": {"amount": "5000"}}]}
    refused = await fresh.member("POST", f"/v1/cooperatives/{fresh.id}/opening-balances", brought, status=403)
    assert refused["code"] == "second_person_needed"


async def test_who_consents_does_not_approve(world: World) -> None:
    seller = await world.cooperative([may_buy("needs_municipal_consent"), {"kind": "pot"}])
    await world.sale(seller, await world.app(), "100.00")
    both = await world.officer("case_manager", municipalityId=seller.municipality_id)
    await wear(world, both, "treasurer", cooperativeId=seller.id)
    asked = await ask(seller, "10.00")
    await step(both, asked, "consent")
    assert (await step(both, asked, "approve", status=403))["code"] == "second_person_needed"
    await step(seller.treasurer, asked, "approve")


async def test_a_draft_follows_the_policy_of_the_day_on_which_it_is_submitted(world: World) -> None:
    with world.clock.at("2026-03-01"):
        seller = await world.cooperative([may_buy(), {"kind": "pot"}])
        await world.sale(seller, await world.app(), "100.00")
        draft = await ask(seller, "10.00", draft=True)
        await world.agreement(seller, [may_buy("forbidden"), {"kind": "pot"}], NOTHING, "2026-04-01")
    with world.clock.at("2026-04-02"):
        seller.member = world.person(seller.member.login)
        assert (await step(seller.member, draft, "submit", status=409))["code"] == "spending_forbidden"


async def test_the_electorate_is_who_belonged_when_the_ballot_was_opened(world: World) -> None:
    seller = await world.cooperative(VOTE)
    bus = {"title": "Bus", "supplier": "Garage", "amount": {"amount": "1.00"}}
    ballot = await seller.member("POST", f"/v1/cooperatives/{seller.id}/ballots", bus)
    late, _ = await world.member(seller)
    await late("POST", f"/v1/ballots/{ballot['id']}/votes", {"yes": True}, status=403)
    voted = await seller.member("POST", f"/v1/ballots/{ballot['id']}/votes", {"yes": True})
    assert (voted["state"], voted["members"]) == ("accepted", 1)


async def test_one_treasurer_of_two_cooperatives_does_not_deliver_to_themselves(world: World) -> None:
    giver, receiver = await world.cooperative(), await world.cooperative()
    await wear(world, giver.treasurer, "treasurer", cooperativeId=receiver.id)
    body = {"toCooperativeId": receiver.id, "amount": {"amount": "10.00"}, "title": "Sla"}
    made = await giver.treasurer("POST", f"/v1/cooperatives/{giver.id}/internal-deliveries", body)
    place = f"/v1/internal-deliveries/{made['id']}/transitions"
    refused = await giver.treasurer("POST", place, {"verb": "confirm"}, status=403)
    assert refused["code"] == "second_person_needed"
    own = f"/v1/cooperatives/{giver.id}"
    seen = {"If-Match": f'"{(await giver.coordinator("GET", own))["version"]}"'}
    await giver.coordinator("PATCH", own, {"kvkNumber": "90000022"}, headers=seen, status=403)
    await receiver.treasurer("POST", place, {"verb": "confirm"})


async def test_who_left_keeps_their_own_books_and_nothing_else(world: World) -> None:
    seller, app = await world.cooperative([may_buy(), *SCOPE]), await world.app()
    done = await world.sale(seller, app, "100.00")
    offering = await world.offering(seller, "10.00")
    await move_member(seller.coordinator, seller.member_id, "exit", destination="employment")
    assert (await world.thermometer(seller))["balance"]["amount"] == "95.00"
    assert len((await seller.member("GET", f"/v1/cooperatives/{seller.id}/earnings"))["items"]) == 1
    assert (await ask(seller, "1.00", status=403))["code"] == "forbidden"
    await seller.member("GET", f"/v1/orders/{done['id']}", status=404)
    await seller.member("GET", f"/v1/cooperatives/{seller.id}/ballots", status=403)
    await world.visitor("GET", f"/v1/catalogue/offerings/{offering}", status=404)
    body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": {"name": "Jo", "email": "jo@example.org"}}
    assert (await app("POST", "/v1/orders", body, status=409))["code"] == "not_orderable"


async def test_a_rejected_candidate_has_no_say(world: World) -> None:
    seller = await world.cooperative(VOTE)
    caller, member_id = await candidate(world, seller)
    await move_member(seller.coordinator, member_id, "reject")
    bus = {"title": "Bus", "supplier": "Garage", "amount": {"amount": "1.00"}}
    await caller("POST", f"/v1/cooperatives/{seller.id}/ballots", bus, status=403)


async def test_notes_of_a_referral_are_the_coordinators(world: World) -> None:
    seller = await world.cooperative()
    manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
    body = {"name": "Ali", "tradeName": "Ali", "note": "schulden"}
    made = await manager("POST", f"/v1/cooperatives/{seller.id}/referrals", body)
    place = f"/v1/members/{made['id']}/events"
    assert (await seller.coordinator("GET", place))[0]["note"] == "schulden"
    assert (await seller.treasurer("GET", place))[0]["note"] == ""


async def test_what_somebody_buys_is_in_no_event_task_or_mail(world: World, database_url: str) -> None:
    seller = await world.cooperative([may_buy(), {"kind": "pot"}])
    await world.sale(seller, await world.app(), "100.00")
    await ask(seller, "10.00", title="Schuld bij de kredietbank")
    await world.work()
    owner = await asyncpg.connect(database_url)
    everything = "(select facts from outbox union all select facts from task) f"
    told = await owner.fetchval(f"select string_agg(facts::text, '') from {everything}")
    await owner.close()
    assert "kredietbank" not in told


async def test_pseudonyms_are_not_worked_out_from_ids(world: World) -> None:
    seller = await world.cooperative()
    await world.sale(seller, await world.app(), "100.00")
    place = f"/v1/agreements/{seller.agreement_id}/replays"
    year = world.clock().year
    shown = (await seller.treasurer("POST", place, {"year": year}))["members"][0]["member"]
    guess = hashlib.sha256(UUID(seller.id).bytes + UUID(seller.member_id).bytes).hexdigest()[:12]
    assert shown != guess


async def test_the_ledgers_functions_open_no_books_to_strangers(world: World, database: Database) -> None:
    """Without the application's checks: a transaction of a stranger neither posts nor reads a pot."""
    seller = await world.cooperative()
    legs: list[Json] = [{"kind": "bank", "cents": -100, "rule": "x", "facts": {}, "rgs": "B"}]
    legs.append({"kind": "pot", "cents": 100, "rule": "x", "facts": {}, "rgs": "B", "member": seller.member_id})
    journal: Json = {"cooperative_id": seller.id, "kind": "payment", "source_type": "x", "part": 1, "currency": "EUR"}
    journal |= {"id": uuid4(), "source_id": uuid4(), "effective_on": "2026-03-01", "legs": legs}
    pots = (seller.id, [seller.member_id])
    for call, arguments in (("select post_journals($1)", ([journal],)), ("select lock_pots($1, $2)", pots)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.transaction() as tx:
                await tx.value(call, *arguments)


async def test_strange_months_and_amounts_are_refused_not_broken(world: World) -> None:
    seller = await world.cooperative()
    await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/flows?month=0000-01", status=400)
    query = """mutation($id: UUID!) { countCash(idempotencyKey: "x", cooperativeId: $id,
               input: {countedOn: "2026-01-01", amount: {amount: "1e999999"}}) { id } }"""
    found = await seller.treasurer.graphql(query, id=seller.id)
    (fault,) = found["errors"][0]["extensions"]["errors"]
    assert (fault["field"], fault["code"]) == ("amount.amount", "string_pattern_mismatch")


async def test_a_partners_app_sees_orders_and_no_private_row(world: World, database: Database) -> None:
    """By row-level security alone, without the application's checks."""
    seller = await world.cooperative()
    await world.sale(seller, await world.app(), "100.00")
    partner = await world.app(["offerings:read"], [seller.id])
    async with database.transaction() as tx:
        await persons.enter(tx, Identity(None, None, partner.login, frozenset()))
        assert await tx.value('select count(*) from "order"') == 1
        for table in ("member", "earning", "entry", "account", "permission", "sealed_key", "task", "spending"):
            assert await tx.value(f"select count(*) from {table}") == 0, table


async def test_a_stored_answer_is_not_for_a_weaker_token(world: World) -> None:
    seller = await world.cooperative([may_buy(), {"kind": "pot"}])
    await world.sale(seller, await world.app(), "100.00")
    body = {"purpose": "gereedschap", "title": "Pomp", "supplier": "De Schuur", "amount": {"amount": "10.00"}}
    place = f"/v1/members/{seller.member_id}/spending-requests"
    first = await seller.member("POST", place, body, key="pump")
    assert await seller.member("POST", place, body, key="pump") == first
    weak = world.person(seller.member.login, frozenset({"catalogue:read"}))
    assert (await weak("POST", place, body, key="pump", status=403))["code"] == "scope_missing"
