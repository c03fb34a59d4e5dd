"""Every verb of a joint purchase by GraphQL."""

import uuid
from typing import Any

from tests.world import Caller, Json, World


async def test_a_joint_purchase_by_graphql(world: World) -> None:
    """Every mutation of it once, from the plan to a credit."""
    seller = await world.cooperative([{"kind": "spending", "purpose": "verf", "policy": "allowed"}, {"kind": "pot"}])
    await world.sale(seller, await world.app(), "100.00")

    async def ask(who: Caller, text: str, **variables: Any) -> Any:
        kind = "query" if text.startswith("{") else "mutation"
        found = await who.graphql(text if kind == "query" else f"mutation {text}", key=uuid.uuid4().hex, **variables)
        assert "errors" not in found, found
        return next(iter(found["data"].values()))

    plan = """($key: String!, $cooperative: UUID!, $purchase: PlanJointPurchaseInput!) {
        planJointPurchase(idempotencyKey: $key, cooperativeId: $cooperative, input: $purchase) {
          purchase { id version state } articles { id minimumUnits tiers { fromPacks price { amount } } } } }"""
    paint = {"title": "Wit", "unit": "liter", "packUnits": 5, "tiers": [{"price": {"amount": "10.00"}}]}
    stated: Json = {"title": "Verf", "supplier": "Histor", "purpose": "verf", "closesAt": "2030-01-01T00:00:00Z"}
    stated |= {"articles": [paint | {"vatClass": "ZERO", "minimum": {"packs": 1}}]}
    made = await ask(seller.coordinator, plan, cooperative=seller.id, purchase=stated)
    purchase, article = made["purchase"]["id"], made["articles"][0]["id"]
    assert made["articles"][0]["minimumUnits"] == 5
    change = """($id: UUID!, $changes: JointPurchaseChangeInput!) {
        changeJointPurchase(id: $id, expectedVersion: 1, input: $changes) { title delivery { amount } } }"""
    changes = {"title": "Muurverf", "delivery": {"amount": "1.00"}}
    assert (await ask(seller.coordinator, change, id=purchase, changes=changes))["title"] == "Muurverf"
    add = """($key: String!, $id: UUID!, $article: AddArticleInput!) {
        addPurchaseArticle(idempotencyKey: $key, purchaseId: $id, input: $article) { id } }"""
    more = (await ask(seller.coordinator, add, id=purchase, article=paint | {"title": "Rood"}))["id"]
    drop = "($key: String!, $id: UUID!) { dropPurchaseArticle(idempotencyKey: $key, id: $id) { dropped } }"
    assert (await ask(seller.coordinator, drop, id=more))["dropped"]
    move = """($key: String!, $id: UUID!, $verb: JointPurchaseVerb!) {
        moveJointPurchase(idempotencyKey: $key, id: $id, input: {verb: $verb}) { state } }"""
    await ask(seller.coordinator, move, id=purchase, verb="OPEN")
    wish = """($key: String!, $article: UUID!, $member: UUID, $units: Int!) {
        wishFor(idempotencyKey: $key, input: {articleId: $article, quantity: $units, memberId: $member}) {
          id paidBy reserved { amount } } }"""
    mine = await ask(seller.member, wish, article=article, member=seller.member_id, units=5)
    assert (mine["paidBy"], mine["reserved"]["amount"]) == ("POT", "10.00")
    await ask(seller.coordinator, move, id=purchase, verb="CLOSE")
    lock = """($key: String!, $id: UUID!, $input: LockWishInput!) {
        lockWish(idempotencyKey: $key, id: $id, input: $input) { units } }"""
    left_out = await seller.coordinator.graphql(f"mutation {lock}", key="left-out", id=mine["id"], input={})
    assert left_out["errors"][0]["extensions"]["errors"][0]["field"] == "units"
    assert (await ask(seller.coordinator, lock, id=mine["id"], input={"units": None}))["units"] == 5
    assert (await ask(seller.coordinator, lock, id=mine["id"], input={"units": 5}))["units"] == 5
    await ask(seller.coordinator, move, id=purchase, verb="ORDER")
    look = "query($id: UUID!) { supplierOrder(purchaseId: $id) { total { amount } lines { packs } } }"
    order = (await seller.coordinator.graphql(look, id=purchase))["data"]["supplierOrder"]
    assert (order["total"]["amount"], order["lines"]) == ("11.00", [{"packs": 1}])
    receive = """($key: String!, $id: UUID!, $units: Int!) {
        receiveUnits(idempotencyKey: $key, id: $id, input: {units: $units}) { receivedUnits } }"""
    assert (await ask(seller.coordinator, receive, id=article, units=5))["receivedUnits"] == 5
    await ask(seller.coordinator, move, id=purchase, verb="RECEIVE")
    settle = """($key: String!, $id: UUID!) {
        settleJointPurchase(idempotencyKey: $key, id: $id, input: {total: {amount: "11.00"}}) {
          state settledOn } }"""
    assert (await ask(seller.treasurer, settle, id=purchase))["state"] == "SETTLED"
    credit = """($key: String!, $id: UUID!) {
        creditWish(idempotencyKey: $key, id: $id, input: {amount: {amount: "2.00"}, reason: "vlek"}) {
          credited { amount } } }"""
    assert (await ask(seller.treasurer, credit, id=mine["id"]))["credited"]["amount"] == "2.00"
    shown = """query($id: UUID!) { allocation(purchaseId: $id) { articles { title units
        wishes { changes { quantity } } result { lines { units reason } } } } }"""
    allocation = (await seller.member.graphql(shown, id=purchase))["data"]["allocation"]["articles"]
    assert [line["units"] for article in allocation for line in article["result"]["lines"]] == [5]
    assert (await world.thermometer(seller))["balance"]["amount"] == "91.00"
