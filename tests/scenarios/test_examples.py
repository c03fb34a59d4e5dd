"""Each cooperative's example, sold, closed with its month, credited in the next: by its own rules, as data.

The second row of each has other numbers, computed by hand.
"""

from typing import Any

import pytest

from tests.scenarios.test_first_sale import books_are_right
from tests.world import SAENS_TOIS, SCOPE, VRIJE_UITLOOP, Json, World

ONS: list[Json] = [
    {"kind": "reserve_of_turnover", "to": "training_pot", "percent": "10"},
    {"kind": "remit_above", "basis": "cooperative_year", "threshold": "0", "percent": "50"},
    {"kind": "collective"},
]
BREDA: list[Json] = [
    {"kind": "remit_above", "basis": "cooperative_year", "threshold": "10000.00", "percent": "100"},
    {"kind": "collective"},
]
TENTH: list[Json] = [{"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "10"}, {"kind": "pot"}]
EXAMPLES: dict[str, tuple[list[Json], str, str | None, dict[str, str]]] = {
    "De Vrije Uitloop": (
        VRIJE_UITLOOP,
        "200.00",
        "30.00",
        {"payable_member": "30.00", "cooperative_fund": "17.00", "training_pot": "8.50", "pot": "144.50"},
    ),
    # 4999.99 − 123.45 = 4876.54: 487.65, 243.83 (largest remainder), 4145.06 kept; half of 1145.06 above 3000
    "De Vrije Uitloop, above": (
        VRIJE_UITLOOP,
        "4999.99",
        "123.45",
        {
            "payable_member": "123.45",
            "cooperative_fund": "487.65",
            "training_pot": "243.83",
            "payable_municipality": "572.53",
            "pot": "3572.53",
        },
    ),
    "ONS": (
        ONS,
        "4000.00",
        "2650.00",
        {
            "payable_member": "2650.00",
            "training_pot": "400.00",
            "cooperative_fund": "475.00",
            "payable_municipality": "475.00",
        },
    ),
    # 333.33: reserve 33.33, 300.00 left, half of it
    "ONS, odd": (
        ONS,
        "333.33",
        None,
        {"training_pot": "33.33", "cooperative_fund": "150.00", "payable_municipality": "150.00"},
    ),
    # A loss: the fund bears costs and reserve above the net amount, and nothing is remitted.
    "ONS, loss": (
        ONS,
        "100.00",
        "100.00",
        {"payable_member": "100.00", "training_pot": "10.00", "cooperative_fund": "-10.00"},
    ),
    "Breda": (BREDA, "12500.00", None, {"cooperative_fund": "10000.00", "payable_municipality": "2500.00"}),
    "Breda, below": (BREDA, "10000.00", None, {"cooperative_fund": "10000.00"}),
    "Future of Fame": (TENTH, "250.00", None, {"cooperative_fund": "25.00", "pot": "225.00"}),
    "Future of Fame, odd": (TENTH, "0.07", None, {"cooperative_fund": "0.01", "pot": "0.06"}),
    "Scope": (SCOPE, "150.00", None, {"cooperative_fund": "7.50", "pot": "142.50"}),
    "Scope, odd": (SCOPE, "33.33", "0.01", {"payable_member": "0.01", "cooperative_fund": "1.67", "pot": "31.65"}),
    "Saens Tois": (SAENS_TOIS, "300.00", None, {"cooperative_fund": "30.00", "pot": "270.00"}),
    "Lichtpunt": (TENTH, "80.00", None, {"cooperative_fund": "8.00", "pot": "72.00"}),
}


@pytest.mark.parametrize("name", EXAMPLES)
async def test_an_example_with_its_month_close_and_its_refund(world: World, name: str) -> None:
    rules, net, costs, expected = EXAMPLES[name]
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(rules), await world.app()
        order = await world.sale(seller, app, net, costs=costs)

    async def standing() -> dict[str, Any]:
        found = await world.balances(seller)
        besides = ("bank", "in_transit", "vat", "receivable_customer")
        return {kind: amount for kind, amount in found.items() if kind not in besides and amount != "0.00"}

    assert await standing() == expected
    with world.clock.at("2026-04-02"):
        await world.close_month(seller, "2026-03")
        await seller.refund(order["id"], {"reason": "klacht"})
    # Costs were owed before, so they stay: the fund bears them.
    assert await standing() == ({"payable_member": costs, "cooperative_fund": f"-{costs}"} if costs else {})
    journals = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals"))["items"]
    assert {journal["period"] for journal in journals} == {"2026-03-01", "2026-04-01"}
    await books_are_right(world)
