"""The acceptance scenarios of the first sale, through the public API only; amounts in euro."""

from datetime import timedelta

from app.running.run import SystemRun
from app.usecases.ledger import check_books
from tests.scenarios.papers import files_are_right
from tests.world import GUEST, NOTHING, SAENS_TOIS, SCOPE, Caller, World


async def books_are_right(world: World) -> None:
    """All invariants hold, and the files of invoices are as they should be."""
    broken = await SystemRun(world.books)(check_books)
    assert broken is not None
    assert {name: rows for name, rows in broken.items() if rows} == {}
    await files_are_right(world)


async def test_below_the_threshold_the_municipality_gets_nothing(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    await world.sale(seller, app, "200.00", costs="30.00")

    thermometer = await world.thermometer(seller)
    assert thermometer["balance"]["amount"] == "144.50"
    assert thermometer["yearTotal"]["amount"] == "144.50"
    assert thermometer["roomLeft"]["amount"] == "2855.50"
    balances = await world.balances(seller)
    assert balances == {
        "bank": "-242.00",
        "receivable_customer": "0.00",
        "vat": "42.00",
        "payable_member": "30.00",
        "cooperative_fund": "17.00",
        "training_pot": "8.50",
        "pot": "144.50",
    }
    await books_are_right(world)


async def test_the_sale_that_crosses_the_threshold(world: World) -> None:
    """2940 kept this year, then net 200 with 30 costs: 42.25 to the municipality, 102.25 to the pot."""
    seller, app = await world.cooperative(), await world.app()
    # The member keeps 2940.00 after 15 %.
    await world.sale(seller, app, "3458.82")
    assert (await world.thermometer(seller))["yearTotal"]["amount"] == "2940.00"

    crossing = await world.sale(seller, app, "200.00", costs="30.00")
    thermometer = await world.thermometer(seller)
    assert thermometer["balance"]["amount"] == "3042.25"
    assert thermometer["yearTotal"]["amount"] == "3084.50"
    assert thermometer["movements"][0]["amount"]["amount"] == "102.25"
    assert "€2,940.00" in thermometer["movements"][0]["reason"]
    assert (await world.balances(seller))["payable_municipality"] == "42.25"

    above = await world.sale(seller, app, "100.00")
    assert (await world.thermometer(seller))["movements"][0]["amount"]["amount"] == "42.50"
    assert (await world.balances(seller))["payable_municipality"] == "84.75"

    for order in (above, crossing):
        await seller.refund(order["id"], {"reason": "klacht"})
    after = await world.thermometer(seller)
    assert after["balance"]["amount"] == "2940.00"
    assert after["yearTotal"]["amount"] == "2940.00"
    balances = await world.balances(seller)
    assert balances["payable_municipality"] == "0.00"
    # The costs of 30.00 were approved, so they are owed, and the fund bears them: 345.88 − 30.00.
    assert (balances["payable_member"], balances["cooperative_fund"]) == ("30.00", "315.88")
    assert balances["receivable_customer"] == "0.00"
    refunded = await app("GET", f"/v1/orders/{crossing['id']}")
    assert (refunded["payment"], refunded["refunded"]["amount"]) == ("refunded", "242.00")
    await books_are_right(world)


async def test_refund_of_an_earlier_order_unwinds_from_the_top(world: World) -> None:
    """2900 so far, twice 144.50, the first refunded: 22.25 stays with the municipality."""
    seller, app = await world.cooperative(), await world.app()
    await world.sale(seller, app, "3411.77")
    first = await world.sale(seller, app, "170.00")
    assert (await world.balances(seller))["payable_municipality"] == "22.25"
    await world.sale(seller, app, "170.00")
    assert (await world.balances(seller))["payable_municipality"] == "94.50"

    await seller.refund(first["id"], {"reason": "dubbel besteld"})
    assert (await world.balances(seller))["payable_municipality"] == "22.25"
    assert (await world.thermometer(seller))["balance"]["amount"] == "3022.25"
    await books_are_right(world)


async def test_scope_keeps_five_percent(world: World) -> None:
    seller, app = await world.cooperative(SCOPE), await world.app()
    await world.sale(seller, app, "150.00")
    balances = await world.balances(seller)
    assert (balances["cooperative_fund"], balances["pot"]) == ("7.50", "142.50")
    thermometer = await world.thermometer(seller)
    assert (thermometer["threshold"], thermometer["roomLeft"]) == (None, None)


async def test_saens_tois_keeps_ten_percent(world: World) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    await world.sale(seller, app, "300.00")
    balances = await world.balances(seller)
    assert (balances["cooperative_fund"], balances["pot"]) == ("30.00", "270.00")


async def test_a_collective_has_no_pots(world: World) -> None:
    seller, app = await world.cooperative([{"kind": "collective"}]), await world.app()
    order = await world.sale(seller, app, "300.00")
    thermometer = await world.thermometer(seller)
    assert (thermometer["kind"], thermometer["balance"]["amount"]) == ("collective", "0.00")
    assert (await world.balances(seller))["cooperative_fund"] == "300.00"
    await seller.refund(order["id"], {"reason": "klacht"})
    assert (await world.balances(seller))["cooperative_fund"] == "0.00"
    await books_are_right(world)


async def test_costs_above_the_net_amount_are_the_cooperatives(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    await world.sale(seller, app, "20.00", costs="35.00")
    balances = await world.balances(seller)
    assert (balances["payable_member"], balances["cooperative_fund"]) == ("35.00", "-15.00")
    await books_are_right(world)


async def test_two_cooperatives_never_see_each_others_orders(world: World) -> None:
    one, other, app = await world.cooperative(SCOPE), await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(one))
    for stranger in (other.coordinator, other.treasurer, other.member, other.controller, world.person()):
        await stranger("GET", f"/v1/orders/{order['id']}", status=404)
        await stranger("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"}, status=404)
        assert (await stranger("GET", "/v1/orders"))["items"] == []
    assert (await one.coordinator("GET", f"/v1/orders/{order['id']}"))["id"] == order["id"]


async def test_paid_before_it_is_done_counts_only_when_it_is_done(world: World) -> None:
    seller, app = await world.cooperative(SCOPE), await world.app()
    order = await world.order(app, await world.offering(seller, "100.00"))
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    await world.pay(seller, order)
    assert (await world.thermometer(seller))["balance"]["amount"] == "0.00"
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"})
    assert (await world.thermometer(seller))["pending"]["amount"] == "100.00"
    done = await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    assert done["state"] == "completed"
    thermometer = await world.thermometer(seller)
    assert (thermometer["balance"]["amount"], thermometer["pending"]["amount"]) == ("95.00", "0.00")
    await books_are_right(world)


async def test_a_payment_recorded_by_mistake_takes_its_sale_back_and_a_new_one_books_it_again(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller, "100.00"))
    await world.deliver(seller, order)
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    paid = await world.pay(seller, order)
    await world.undo(seller, paid)
    assert (await world.thermometer(seller))["balance"]["amount"] == "0.00"
    assert (await app("GET", f"/v1/orders/{order['id']}"))["payment"] == "unpaid"
    await world.pay(seller, order)
    assert (await world.thermometer(seller))["balance"]["amount"] == "85.00"
    journals = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals?sourceId={order['id']}")
    assert [(j["kind"], j["part"]) for j in journals["items"]] == [
        ("sale", 2),
        ("sale_reversal", 1),
        ("sale", 1),
        ("charge", 1),
    ]
    await books_are_right(world)


async def test_open_claims_keep_the_earning_pending_until_each_is_decided(world: World) -> None:
    seller, app = await world.cooperative(SCOPE), await world.app()
    order = await world.order(app, await world.offering(seller, "100.00"))
    await world.deliver(seller, order)
    body = {"orderLineId": order["lines"][0]["id"], "category": "verf", "amount": {"amount": "40.00"}}
    body |= {"payee": "supplier", "supplier": "Verfwinkel", "receipt": "bon 9"}
    claim = await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", body)
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    await world.pay(seller, order)
    await world.work()
    assert (await world.thermometer(seller))["balance"]["amount"] == "0.00"
    tasks = await seller.treasurer("GET", "/v1/tasks")
    assert {"decide_claim", "decide_open_claims"} <= {task["what"] for task in tasks["items"]}

    place = f"/v1/cost-claims/{claim['id']}/transitions"
    await seller.member("POST", place, {"verb": "approve"}, status=403)
    await seller.treasurer("POST", place, {"verb": "approve"})
    assert (await world.thermometer(seller))["balance"]["amount"] == "57.00"
    balances = await world.balances(seller)
    assert (balances["payable_supplier"], balances["cooperative_fund"]) == ("40.00", "3.00")
    await world.work()
    assert not [t for t in (await seller.treasurer("GET", "/v1/tasks"))["items"] if t["what"].startswith("decide")]
    await books_are_right(world)


async def test_what_do_i_keep_counts_the_real_year(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    await world.sale(seller, app, "3458.82")
    body = {"net": {"amount": "200.00"}, "costs": {"amount": "30.00"}, "memberId": seller.member_id}
    preview = await seller.member("POST", f"/v1/cooperatives/{seller.id}/split-previews", body)
    legs = {leg["kind"]: leg["amount"]["amount"] for leg in preview["legs"]}
    assert legs == {
        "payable_member": "30.00",
        "cooperative_fund": "17.00",
        "training_pot": "8.50",
        "payable_municipality": "42.25",
        "pot": "102.25",
    }
    assert (preview["yearBefore"]["amount"], preview["yearAfter"]["amount"]) == ("2940.00", "3084.50")
    assert (await world.thermometer(seller))["yearTotal"]["amount"] == "2940.00"


async def test_money_given_back_before_completion_leaves_the_earning_pending(world: World) -> None:
    """Whether the job was done before or after it: the price is due again."""
    seller, app = await world.cooperative(), await world.app()
    for number, given_back_at in enumerate(("delivered", "accepted"), 1):
        order = await world.order(app, await world.offering(seller, "100.00"))
        place = f"/v1/orders/{order['id']}/transitions"
        await seller.member("POST", place, {"verb": "accept"})
        if given_back_at == "delivered":
            await seller.member("POST", place, {"verb": "deliver"})
        await world.pay(seller, order)
        await seller.treasurer("POST", f"/v1/orders/{order['id']}/repayments", {"amount": order["gross"]})
        if given_back_at == "accepted":
            await seller.member("POST", place, {"verb": "deliver"})
        assert (await app("POST", place, {"verb": "complete"}))["payment"] == "unpaid"
        assert (await world.thermometer(seller))["pending"]["amount"] == "100.00"
        await world.pay(seller, order)
        thermometer = await world.thermometer(seller)
        assert (thermometer["pending"]["amount"], thermometer["balance"]["amount"]) == ("0.00", f"{85 * number}.00")
    await books_are_right(world)


async def test_two_lines_of_one_offering_come_back_to_stock_together(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, kind="goods", stock=10)
    lines = [{"offeringId": offering, "quantity": quantity} for quantity in (2, 3)]
    for taken in (False, True):
        order = (await app("POST", "/v1/orders", {"lines": lines, "contact": GUEST}))["order"]
        if taken:
            await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
        assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 5
        await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "cancel"})
        assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 10


async def test_the_parents_share_goes_where_the_agreement_was_written(world: World) -> None:
    """A cooperative that moves to another umbrella keeps paying the one in its agreement."""
    umbrellas = [await world.cooperative(), await world.cooperative()]
    seller, app = await world.cooperative(), await world.app()
    place = f"/v1/cooperatives/{seller.id}"

    async def move(who: Caller, to: str | None, status: int = 200) -> None:
        version = (await world.visitor("GET", place))["version"]
        await who("PATCH", place, {"umbrellaId": to}, headers={"If-Match": f'"{version}"'}, status=status)

    await move(seller.coordinator, umbrellas[0].id, status=403)
    await move(world.network, umbrellas[0].id)
    rules = [{"kind": "share_of_surplus", "to": "parent", "percent": "10"}, {"kind": "pot"}]
    tomorrow = world.clock.today + timedelta(days=1)
    draft = {"title": "Koepel", "activeFrom": tomorrow.isoformat(), "rules": rules, "examples": NOTHING}
    drafted = await seller.treasurer("POST", f"{place}/agreements", draft)
    assert drafted["parentId"] == umbrellas[0].id
    other = await world.cooperative()
    assert (await other.treasurer("POST", f"/v1/cooperatives/{other.id}/agreements", draft, status=422))["code"]
    await move(world.network, umbrellas[1].id)
    assert (await seller.treasurer("GET", f"/v1/agreements/{drafted['id']}"))["parentId"] == umbrellas[0].id
    await move(world.network, None)
    assert (await app("GET", place))["umbrellaId"] is None
