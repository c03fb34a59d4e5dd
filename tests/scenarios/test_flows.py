"""Where money went: statements as of any day, the trace of an order, the flows of a month, and replays."""

from datetime import UTC, datetime
from xml.etree import ElementTree

from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_membership import decide, held, on_trial
from tests.scenarios.test_spending import ask, may_buy, step
from tests.world import NOTHING, SCOPE, VRIJE_UITLOOP, Json, World


def named(amounts: list[Json]) -> dict[str, str]:
    """A list of named amounts by their names."""
    return {one["name"]: one["amount"]["amount"] for one in amounts}


async def test_a_statement_is_the_same_whenever_it_is_asked_again(world: World) -> None:
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(), await world.app()
        order = await world.sale(seller, app, "200.00", costs="30.00")
    then = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    place = f"/v1/members/{seller.member_id}/statement?since=2026-03-01&until=2026-03-31"
    before = await seller.member("GET", f"{place}&asOf={then}")
    assert (before["turnover"]["amount"], before["final"]) == ("200.00", False)
    assert named(before["costs"]) == {"materiaal": "30.00"}
    assert named(before["shares"]) == {"cooperative_fund": "17.00", "training_pot": "8.50", "pot": "144.50"}
    with world.clock.at("2026-04-02"):
        part = {"reason": "klacht", "amount": {"amount": "121.00"}}
        await seller.refund(order["id"], part)
    assert await seller.member("GET", f"{place}&asOf={then}") == before
    after = await seller.member("GET", place)
    assert (after["turnover"]["amount"], named(after["costs"])["materiaal"]) == ("100.00", "30.00")
    assert named(after["shares"]) == {"cooperative_fund": "7.00", "training_pot": "3.50", "pot": "59.50"}
    assert [(line["kind"], line["closing"]["amount"]) for line in after["lines"]] == [
        ("payable_member", "30.00"),
        ("pot", "59.50"),
    ]
    whole = f"/v1/cooperatives/{seller.id}/statement?since=2026-04-01&until=2026-04-30"
    lines = {line["kind"]: line for line in (await seller.treasurer("GET", whole))["lines"]}
    assert (lines["bank"]["opening"]["amount"], lines["bank"]["change"]["amount"]) == ("-242.00", "121.00")
    assert sum(float(line["closing"]["amount"]) for line in lines.values()) == 0
    await (await world.cooperative()).treasurer("GET", place, status=404)
    await seller.treasurer("GET", f"{place.split('since', maxsplit=1)[0]}since=2026-03-02&until=2026-03-01", status=422)


async def test_a_euro_is_traced_from_the_customer_to_the_purchase(world: World) -> None:
    seller, app = await world.cooperative([may_buy(), *SCOPE]), await world.app()
    first = await world.sale(seller, app, "100.00")
    second = await world.sale(seller, app, "100.00")
    asked = await ask(seller, "120.00")
    await step(seller.treasurer, asked, "approve")
    await seller.treasurer("POST", f"/v1/spending-requests/{asked['id']}/payments", {})

    async def trace(order: Json) -> list[tuple[str, str, str]]:
        found = await seller.member("GET", f"/v1/orders/{order['id']}/trace")
        return [(flow["source"], flow["target"], flow["amount"]["amount"]) for flow in found]

    common = [("customer", "cooperative_fund", "5.00"), ("customer", "pot", "95.00"), ("customer", "vat", "21.00")]
    assert await trace(first) == [*common, ("pot", "purchase", "95.00")]
    assert await trace(second) == [*common, ("pot", "purchase", "25.00")]
    reasons = [flow["reason"] for flow in await seller.treasurer("GET", f"/v1/orders/{first['id']}/trace")]
    assert reasons[0] == "5 % of €100.00 goes to the cooperative."
    await app("GET", f"/v1/orders/{first['id']}/trace", status=404)

    month = f"{world.clock():%Y-%m}"
    for place in (f"/v1/orders/{first['id']}/trace.svg", f"/v1/cooperatives/{seller.id}/flows.svg?month={month}"):
        picture = ElementTree.fromstring(await seller.treasurer("GET", place))
        said = " ".join(picture.itertext())
        assert "savings pots" in said
        assert "purchases" in said
    flows = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/flows?month={month}")
    assert [(flow["target"], flow["amount"]["amount"]) for flow in flows] == [
        ("pot", "190.00"),
        ("vat", "42.00"),
        ("cooperative_fund", "10.00"),
        ("purchase", "120.00"),
    ]
    found = await seller.treasurer.graphql(
        "query($id: UUID!) { orderTrace(orderId: $id) { target amount { amount } reason } }", id=first["id"]
    )
    assert [flow["target"] for flow in found["data"]["orderTrace"]] == ["cooperative_fund", "pot", "vat", "purchase"]
    await books_are_right(world)


async def test_what_was_transferred_is_traced_and_stated_to_whom_it_went(world: World) -> None:
    """Held on trial, given to a colleague, who bought a pump: the treasurer sees all of it, the colleague their own."""
    seller, _, trial_id = await on_trial(world, [may_buy(), {"kind": "trial", "months": 3}, *SCOPE])
    colleague, colleague_id = await world.member(seller)
    order = await world.sale(seller, await world.app(), "100.00")
    await decide(seller, await held(seller), "transfer", toMemberId=colleague_id)
    seller.member, seller.member_id = colleague, colleague_id
    asked = await ask(seller, "60.00")
    await step(seller.treasurer, asked, "approve")
    await seller.treasurer("POST", f"/v1/spending-requests/{asked['id']}/payments", {})
    traced = await seller.treasurer("GET", f"/v1/orders/{order['id']}/trace")
    assert [(flow["source"], flow["target"], flow["amount"]["amount"]) for flow in traced] == [
        ("customer", "cooperative_fund", "5.00"),
        ("customer", "pot", "95.00"),
        ("customer", "vat", "21.00"),
        ("pot", "purchase", "60.00"),
    ]
    year = f"since={world.clock():%Y}-01-01&until={world.clock():%Y}-12-31"
    stated = await colleague("GET", f"/v1/members/{colleague_id}/statement?{year}")
    assert (stated["turnover"]["amount"], named(stated["shares"])["pot"]) == ("100.00", "95.00")
    makers = await seller.treasurer("GET", f"/v1/members/{trial_id}/statement?{year}")
    assert (makers["turnover"]["amount"], makers["shares"]) == ("0.00", [])
    await seller.refund(order["id"], {"reason": "klacht", "amount": {"amount": "60.50"}})
    stated = await colleague("GET", f"/v1/members/{colleague_id}/statement?{year}")
    assert stated["turnover"]["amount"] == "50.00"
    await books_are_right(world)


async def test_every_template_can_be_drafted_and_tested(world: World) -> None:
    parent, seller = await world.cooperative(), await world.cooperative()
    place = f"/v1/cooperatives/{seller.id}"
    version = (await world.visitor("GET", place))["version"]
    await world.network("PATCH", place, {"umbrellaId": parent.id}, headers={"If-Match": f'"{version}"'})
    found = await world.visitor("GET", "/v1/agreement-templates")
    assert len(found) >= 5
    for number, template in enumerate(found):
        body = {name: template[name] for name in ("title", "rules", "examples")}
        draft = await seller.treasurer("POST", f"{place}/agreements", body | {"activeFrom": f"2027-0{number + 1}-01"})
        tested = await seller.treasurer("POST", f"/v1/agreements/{draft['id']}/tests")
        assert tested["state"] == "tested", template["name"]
    asked = await world.visitor.graphql("{ agreementTemplates { name title rules } }")
    assert [t["name"] for t in asked["data"]["agreementTemplates"]] == [t["name"] for t in found]


async def test_last_year_is_replayed_under_a_draft(world: World) -> None:
    """Two members, 4000 and 1000 kept; a threshold of 1000 instead of 3000 costs the first 1000 more."""
    rules = [{"kind": "remit_above", "threshold": "3000.00", "percent": "50"}, {"kind": "pot"}]
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(rules), await world.app()
        await world.sale(seller, app, "4000.00")
        member, seller.member = seller.member, (await world.member(seller))[0]
        other = (await seller.coordinator("GET", f"/v1/cooperatives/{seller.id}/members"))["items"][0]["id"]
        first, seller.member_id = seller.member_id, other
        await world.sale(seller, app, "1000.00")
    stricter = [rules[0] | {"threshold": "1000.00"}, rules[1]]
    body = {"title": "2027", "activeFrom": "2027-01-01", "rules": stricter, "examples": NOTHING}
    draft = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body)
    place = f"/v1/agreements/{draft['id']}/replays"
    for who in (seller.treasurer, seller.coordinator):
        found = await who("POST", place, {"year": 2026})
        assert found["earnings"] == 2
        assert named(found["total"]["difference"]) == {"municipality": "1000.00", "pot": "-1000.00"}
        assert sorted(len(row["difference"]) for row in found["members"]) == [0, 2]
        assert first not in str(found)
    await member("POST", place, {"year": 2026}, status=403)
    same = await seller.treasurer("POST", f"/v1/agreements/{seller.agreement_id}/replays", {"year": 2026})
    assert same["total"]["difference"] == []
    richer = {"title": "x", "activeFrom": "2028-01-01", "rules": VRIJE_UITLOOP, "examples": NOTHING}
    draft = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", richer)
    found = await seller.treasurer("POST", f"/v1/agreements/{draft['id']}/replays", {"year": 2026})
    assert named(found["total"]["draft"])["cooperative_fund"] == "500.00"
