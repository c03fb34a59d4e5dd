"""A change without an effect makes no version, event or edition, so that nobody gets a 412 without reason."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from sqlmodel import SQLModel

from app.contract.tables import TABLES
from tests.scenarios.buying import move as move_purchase
from tests.scenarios.buying import plan as plan_purchase
from tests.scenarios.buying import wish
from tests.scenarios.jobs import plan as plan_job
from tests.scenarios.jobs import slot
from tests.scenarios.test_offering_imports import LINE, place
from tests.world import GUEST, Caller, Json, Seller, World

CHANGES = {one.id: one for table in TABLES for one in table.operations if one.method in ("PUT", "PATCH")}
RULES: list[Json] = [{"kind": "remit_above", "threshold": "3000.00", "percent": "50"}, {"kind": "pot"}]


class Place(NamedTuple):
    """The caller and path of a change, and where to read the object; `find` selects it, `more` are fields with other
    names.
    """

    who: Caller
    path: str
    read: str
    find: Callable[[Any], Json] = lambda found: found
    more: Callable[[Json], Json] = lambda _: {}


async def _cooperatives(_: World, seller: Seller) -> Place:
    path = f"/v1/cooperatives/{seller.id}"
    await seller.coordinator("PATCH", path, {"about": "Wij"}, headers={"If-Match": "*"})
    return Place(seller.coordinator, path, path)


async def _details(_: World, seller: Seller) -> Place:
    path = f"/v1/cooperatives/{seller.id}"
    await seller.can_invoice()
    return Place(seller.treasurer, f"{path}/invoice-details", path)


async def _member(_: World, seller: Seller) -> Place:
    path = f"/v1/members/{seller.member_id}"
    return Place(seller.coordinator, path, path)


async def _goal(_: World, seller: Seller) -> Place:
    path = f"/v1/members/{seller.member_id}"
    wanted = {"text": "Fiets", "amount": {"amount": "10.00"}}
    await seller.member("PUT", f"{path}/goal", wanted, headers={"If-Match": "*"})
    return Place(seller.member, f"{path}/goal", path, more=lambda _: wanted)


async def _supplier(_: World, seller: Seller) -> Place:
    made = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/suppliers", {"name": "De Schuur"})
    path = f"/v1/suppliers/{made['id']}"
    return Place(seller.treasurer, path, path)


async def _me(world: World, seller: Seller) -> Place:
    await world.reachable(seller.treasurer, "jo@example.org")
    return Place(seller.treasurer, "/v1/me", "/v1/me", lambda found: dict(found["person"]))


async def _contact(_: World, seller: Seller) -> Place:
    await seller.member("PUT", "/v1/me/contact", GUEST)
    return Place(seller.member, "/v1/me/contact", "/v1/me/contact", more=lambda found: dict(found["contact"]))


async def _offering(world: World, seller: Seller) -> Place:
    path = f"/v1/offerings/{await world.offering(seller, tags=['b', 'a'], imageUrl='https://example.org/a.jpg')}"
    return Place(seller.member, path, path)


async def _stock(world: World, seller: Seller) -> Place:
    path = f"/v1/offerings/{await world.offering(seller, kind='goods', stock=5)}"
    return Place(seller.member, f"{path}/stock", path)


async def _of_partner(_: World, seller: Seller) -> Place:
    path = place(seller, "SKU-1")
    await seller.coordinator("PUT", path, LINE | {"memberId": seller.member_id}, status=201)
    return Place(seller.coordinator, path, path, more=lambda _: {"offered": True})


async def _agreement(_: World, seller: Seller) -> Place:
    """A tested agreement: it need not be tested again."""
    example = {"name": "Klein", "net": "100.00", "expected": {"pot": "100.00"}}
    body = {"title": "Volgende", "activeFrom": "2028-01-01", "rules": RULES, "examples": [example]}
    made = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body)
    path = f"/v1/agreements/{made['id']}"
    await seller.treasurer("POST", f"{path}/tests")
    return Place(seller.treasurer, path, path)


async def _purchase(world: World, seller: Seller) -> Place:
    path = f"/v1/joint-purchases/{(await plan_purchase(world, seller))['id']}"
    return Place(seller.coordinator, path, path, lambda found: dict(found["purchase"]))


async def _article(world: World, seller: Seller) -> Place:
    """An article whose price is that of the order."""
    purchase = await plan_purchase(world, seller)
    await wish(seller.coordinator, purchase, 10, cooperativeId=seller.id)
    await move_purchase(seller.coordinator, purchase, "close")
    path = f"/v1/purchase-articles/{purchase['articles'][0]['id']}"
    return Place(
        seller.coordinator, path, f"/v1/joint-purchases/{purchase['id']}", lambda found: dict(found["articles"][0])
    )


async def _job(world: World, seller: Seller) -> Place:
    partners = [(await world.cooperative()).id, (await world.cooperative()).id]
    costs = [{"title": "Huur", "supplier": "De Kern", "amount": {"amount": "5.00"}}]
    made = await plan_job(world, seller, slot("Kok", 10_000), partnerIds=partners, audience="partners", costs=costs)
    path = f"/v1/assignments/{made['id']}"
    return Place(seller.coordinator, path, path, more=lambda job: {"partnerIds": job["partnerIds"][::-1]})


async def _slot(world: World, seller: Seller) -> Place:
    job = await plan_job(world, seller, slot("Kok", 10_000, skills=["koken"]))
    read = f"/v1/assignments/{job['id']}/slots"
    (made,) = await seller.coordinator("GET", read)
    return Place(seller.coordinator, f"/v1/assignment-slots/{made['id']}", read, lambda found: dict(found[0]))


async def _limit(world: World, seller: Seller) -> Place:
    other, read = await world.cooperative(), f"/v1/cooperatives/{seller.id}/credit-limits"
    await seller.treasurer("PUT", f"{read}/{other.id}", {"limit": {"amount": "50.00"}})
    return Place(seller.treasurer, f"{read}/{other.id}", read, lambda found: dict(found[0]))


async def _app(world: World, seller: Seller) -> Place:
    app = await world.app(["orders:read", "catalogue:read"], [seller.id])
    path = f"/v1/apps/{app.login}"
    return Place(world.network, path, path, more=lambda _: {"enabled": True})


async def _webhook(world: World, seller: Seller) -> Place:
    app = await world.app(["orders:read", "events:read"], [seller.id])
    body = {"url": "https://example.org/hook", "kinds": ["order.placed", "order.accepted"]}
    made = await app("POST", f"/v1/apps/{app.login}/webhooks", body)
    path = f"/v1/webhooks/{made['webhook']['id']}"
    return Place(app, path, path, more=lambda _: {"enabled": True})


PLACES = {
    "agreements_change_agreement": _agreement,
    "apps_change_app": _app,
    "assignment parts_change_slot": _slot,
    "assignments_change_assignment": _job,
    "cooperatives_change_cooperative": _cooperatives,
    "cooperatives_change_invoice_details": _details,
    "customers_set_my_contact": _contact,
    "joint purchases_change_joint_purchase": _purchase,
    "joint purchases_price_article": _article,
    "members_change_member": _member,
    "members_set_goal": _goal,
    "nettings_set_credit_limit": _limit,
    "offering imports_put_offering": _of_partner,
    "offerings_change_offering": _offering,
    "offerings_set_stock": _stock,
    "people_change_me": _me,
    "suppliers_change_supplier": _supplier,
    "webhooks_change_webhook": _webhook,
}


def test_every_change_of_the_contract_is_in_the_table() -> None:
    assert sorted(PLACES) == sorted(CHANGES)


async def written(world: World) -> dict[str, int]:
    """The numbers of versions, events, editions and deliveries."""
    versioned = [name for name, table in SQLModel.metadata.tables.items() if "version" in table.columns]
    counts = {name: f'select coalesce(sum(version), 0) from "{name}"' for name in versioned}
    counts |= {name: f"select count(*) from {name}" for name in ("outbox", "offering_edition", "timer")}
    async with world.books.transaction() as tx:
        return {name: int(await tx.value(sql)) for name, sql in counts.items()}


@pytest.mark.parametrize("name", PLACES)
async def test_a_change_of_nothing_makes_nothing(world: World, name: str) -> None:
    operation, thing = CHANGES[name], await PLACES[name](world, await world.cooperative())
    found = await thing.who("GET", thing.read)
    seen, form = thing.find(found), operation.body
    assert form is not None
    same = {str(field.alias): seen[field.alias] for field in form.model_fields.values() if field.alias in seen}
    headers = {"If-Match": f'"{seen["version"]}"'} if operation.versioned else {}
    before, same = await written(world), same | thing.more(seen)
    assert same
    for body in [same] + [{}] * (operation.method == "PATCH" and name != "people_change_me"):
        await thing.who(operation.method, thing.path, body, headers=headers)
        assert (await thing.who("GET", thing.read), await written(world)) == (found, before), body
