"""New bank lines are placed by the rules; what fits two places or none is a task for the treasurer."""

from typing import Any

import pytest

from tests.scenarios import statements
from tests.scenarios.bank import came, left_of, matched, place, reverse
from tests.scenarios.test_bank_matches import delivered, order_now
from tests.world import IBAN, OTHER_IBAN, Seller, World

ENERGY = "NL02ABNA0123456789"


async def rules_of(world: World, seller: Seller, line: str) -> list[tuple[str, str]]:
    """Rule and amount of each part of a line."""
    found = await seller.treasurer("GET", f"/v1/bank-lines/{line}/matches")
    return [(one["rule"], one["amount"]["amount"]) for one in found]


async def tasks(world: World, seller: Seller) -> list[str]:
    await world.work()
    found = await seller.treasurer("GET", "/v1/tasks?limit=100")
    return [one["what"] for one in found["items"] if one["what"] == "unmatched_line"]


async def add_rule(seller: Seller, status: int = 201, **rule: Any) -> Any:
    place = f"/v1/cooperatives/{seller.id}/bank-rules"
    return await seller.treasurer("POST", place, rule, status=status)


async def test_lines_go_to_orders_by_reference_and_the_rest_is_a_task(world: World) -> None:
    seller = await world.cooperative()
    one, other = await delivered(world, seller), await delivered(world, seller, "50.00")
    text = f"{one['reference'][:4]}\n{one['reference'][4:].lower()} en {other['reference']}"
    both, unknown, bank = await came(world, seller, ("302.50", text), ("7.00", "bedankt"), ("-3.00", "x"))
    await matched(world, seller, both, unknown, bank)
    assert await rules_of(world, seller, both) == [("reference", "242.00"), ("reference", "60.50")]
    assert [(await order_now(seller, order))["payment"] for order in (one, other)] == ["paid", "paid"]
    assert [await left_of(world, line) for line in (both, unknown, bank)] == ["0.00", "7.00", "-3.00"]
    assert await tasks(world, seller) == ["unmatched_line"]
    await place(seller, unknown, {"category": "income/gifts"})
    assert await tasks(world, seller) == ["unmatched_line"]
    (match,) = await place(seller, bank, {"category": "cost/bank"})
    assert await tasks(world, seller) == []
    await reverse(seller, match)
    assert await tasks(world, seller) == ["unmatched_line"]
    await world.guard()


async def test_the_number_of_an_invoice_pays_its_orders(world: World) -> None:
    seller = await world.cooperative()
    await seller.can_invoice()
    order = await delivered(world, seller)
    address = {"street": "Kerkstraat 1", "postcode": "4811 AB", "town": "Breda"}
    invoice = await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {"postalAddress": address})
    prefix, count = invoice["number"].split("-")
    line, glued = await came(
        world, seller, ("242.00", f"factuur {prefix.lower()} - {count}, dank"), ("1.00", f"{prefix}-{count}9")
    )
    await matched(world, seller, line, glued)
    assert await rules_of(world, seller, line) == [("reference", "242.00")]
    assert await rules_of(world, seller, glued) == []
    assert (await order_now(seller, order))["payment"] == "paid"


async def test_what_was_recorded_comes_by_its_line(world: World) -> None:
    """By reference first; without one if only it has this amount, in these days."""
    seller = await world.cooperative()
    await came(world, seller, ("0.01", "begin"))
    named, other = await delivered(world, seller), await delivered(world, seller, "50.00")
    for order in (named, other):
        await world.pay(seller, order)
    lines = await came(world, seller, ("242.00", named["reference"]), ("60.50", "zonder kenmerk"), ("60.51", "x"))
    await matched(world, seller, *lines)
    assert [await rules_of(world, seller, line) for line in lines] == [
        [("reference", "242.00")],
        [("in_transit", "60.50")],
        [],
    ]
    assert (await world.balances(seller))["in_transit"] == "0.00"
    # Nobody is paid twice: the order has what was recorded.
    assert (await order_now(seller, named))["owedBack"]["amount"] == "0.00"
    await world.guard()


async def test_standing_rules_and_the_banks_own_costs(world: World) -> None:
    seller = await world.cooperative()
    energy = await add_rule(seller, category="cost/energy", iban="nl02 abna 0123 4567 89")
    await add_rule(seller, category="cost/rent", text="huur loods")
    assert energy["iban"] == ENERGY
    refused = await add_rule(seller, 422, category="cost/rent")
    assert refused["facts"]["rule"] == "iban_or_text"
    (light,) = await came(world, seller, ("-61.00", "maart"), counterparty_iban=ENERGY)
    (rent,) = await came(world, seller, ("-300.00", "HUUR\nLOODS maart"))
    (fee,) = await came(world, seller, ("-2.50", "kosten"), bank_code="ACMT-MDOP-CHRG")
    await matched(world, seller, light, rent, fee)
    assert await rules_of(world, seller, light) == [("standing", "-61.00")]
    assert await rules_of(world, seller, rent) == [("standing", "-300.00")]
    assert await rules_of(world, seller, fee) == [("bank_code", "-2.50")]
    assert (await world.balances(seller))["cooperative_fund"] == "-363.50"
    # A rule that ended places nothing any more; what it placed stays.
    place = f"/v1/bank-rules/{energy['id']}"
    await seller.treasurer("DELETE", place)
    assert (await seller.treasurer("GET", place))["endedAt"] is not None
    assert (await seller.treasurer("DELETE", place, status=409))["code"] == "already_settled"
    (later,) = await came(world, seller, ("-61.00", "april"), counterparty_iban=ENERGY)
    await matched(world, seller, later)
    assert await left_of(world, later) == "-61.00"
    listed = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/bank-rules")
    assert [bool(one["endedAt"]) for one in listed["items"]] == [False, True]
    await world.guard()


async def test_money_to_another_account_of_ours_is_in_transit_until_it_comes(world: World) -> None:
    seller = await world.cooperative()
    await seller.pays_to()
    await seller.pays_to(OTHER_IBAN)
    (left,) = await came(world, seller, ("-100.00", "sparen"), counterparty_iban=OTHER_IBAN)
    await matched(world, seller, left)
    assert await rules_of(world, seller, left) == [("own_account", "-100.00")]
    assert (await world.balances(seller))["in_transit"] == "-100.00"
    (arrived,) = await came(world, seller, ("100.00", "van lopend"), iban=OTHER_IBAN, counterparty_iban=IBAN)
    await matched(world, seller, arrived)
    assert (await world.balances(seller))["in_transit"] == "0.00"
    first, second = [(await seller.treasurer("GET", f"/v1/bank-lines/{line}/matches"))[0] for line in (left, arrived)]
    assert first["targetId"] == second["targetId"] == first["journalId"]
    refused = await reverse(seller, first, 409)
    assert (refused["code"], refused["facts"]["journal_id"]) == ("reverse_that_first", second["journalId"])
    await reverse(seller, second)
    await reverse(seller, first)
    assert (await world.balances(seller))["in_transit"] == "0.00"
    # Both in one file, whichever comes first.
    (out,) = await came(world, seller, ("-20.00", "a"), counterparty_iban=OTHER_IBAN)
    (back,) = await came(world, seller, ("20.00", "b"), iban=OTHER_IBAN, counterparty_iban=IBAN)
    await matched(world, seller, back, out)
    assert (await world.balances(seller))["in_transit"] == "0.00"
    await world.guard()


async def test_what_an_order_refuses_stays_open(world: World) -> None:
    """The treasurer who imports bought it themselves, and gets money back: somebody else places that line."""
    seller = await world.cooperative()
    order = await world.order(seller.treasurer, await world.offering(seller))
    paid, back, other = await came(
        world, seller, ("250.00", order["reference"]), ("-8.00", order["reference"]), ("-1.00", "x")
    )
    await matched(world, seller, paid, back, other)
    assert [await left_of(world, line) for line in (paid, back, other)] == ["0.00", "-8.00", "-1.00"]
    await world.guard()


@pytest.mark.parametrize("amount", ["-36.30", "-40.00"])
async def test_a_creditor_is_paid_by_a_line(world: World, amount: str) -> None:
    seller = await world.cooperative()
    order = await delivered(world, seller)
    await world.cost(seller, order, "36.30")
    (line,) = await came(world, seller, (amount, "bon 12"))
    creditor = {"kind": "member", "id": seller.member_id}
    suggested = await seller.treasurer("GET", f"/v1/bank-lines/{line}/suggestions")
    if amount == "-40.00":
        assert suggested == []
        assert (await place(seller, line, {"creditor": creditor}, status=409))["code"] == "nothing_owed"
        return
    ((part,),) = [one["parts"] for one in suggested]
    assert (part["what"], part["creditorKind"], part["targetId"]) == ("creditor", "member", seller.member_id)
    (match,) = await place(seller, line, {"creditor": creditor})
    assert (await world.balances(seller))["payable_member"] == "0.00"
    (payout,) = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/payouts"))["items"]
    assert (payout["bankLineId"], payout["id"]) == (line, match["journalId"])
    await reverse(seller, match)
    assert (await left_of(world, line), (await world.balances(seller))["payable_member"]) == ("-36.30", "36.30")
    # What a creditor pays back is owed to them again.
    (again,) = await place(seller, line, {"creditor": creditor})
    (returned,) = await came(world, seller, ("36.30", "retour"))
    (back,) = await place(seller, returned, {"creditor": creditor})
    assert (await world.balances(seller))["payable_member"] == "36.30"
    (third,) = await came(world, seller, ("-36.30", "nog eens"))
    await place(seller, third, {"creditor": creditor})
    assert (await reverse(seller, back, 409))["code"] == "reverse_that_first"
    assert again["rule"] == "by_hand"
    await world.guard()


async def test_a_statement_places_its_lines_when_it_is_taken(world: World) -> None:
    """Typed, and confirmed by an outside approver; or in a file. What somebody paid counts from that moment."""
    seller = await world.cooperative()
    with world.clock.at("2026-03-05"):
        await seller.pays_to()
        one, other = await delivered(world, seller), await delivered(world, seller)
    with world.clock.at("2026-03-10"):
        approver = await world.approver(seller.id)
        lines = [statements.line("2026-03-06", "242.00", "x", reference=f"{one['reference']}")]
        typed = await statements.type_in(seller, statements.statement("2026-03-06", "2026-03-08", "0.00", *lines))
        await statements.move(approver, typed)
        entry = statements.entry("2026-03-09", "242.00", f"{other['reference']} dank")
        unknown = statements.entry("2026-03-09", "1.00", "bedankt")
        content = statements.camt(statements.of_bank("2026-03-09", "2026-03-09", "242.00", entry, unknown))
        for added in (2, 0):
            assert (await statements.send(seller.treasurer, seller, content))["linesAdded"] == added
        assert [(await order_now(seller, order))["payment"] for order in (one, other)] == ["paid", "paid"]
        assert [line["text"] for line in await statements.lines_of(seller, "state=open")] == ["bedankt"]
        payments = await seller.treasurer("GET", f"/v1/orders/{one['id']}/payments")
        assert [(payment["paidOn"], payment["method"]) for payment in payments] == [("2026-03-06", "bank_transfer")]
        held = await world.balances(seller)
        assert (held["bank"], held["suspense"]) == ("-485.00", "1.00")
    await world.guard()
