"""The books as files: another program computes the same balances."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

from beancount import loader

from tests.world import World


async def test_beancount_adds_the_export_up_to_the_same_balances(world: World, tmp_path: Path) -> None:
    seller, app = await world.cooperative(), await world.app()
    for net in ("3700.00", "33.33"):
        await world.sale(seller, app, net, costs="12.34")
    refunded = await world.sale(seller, app, "77.77")
    body = {"reason": "klacht", "amount": {"amount": "12.12"}}
    await seller.refund(refunded["id"], body)
    place = f"/v1/cooperatives/{seller.id}/journal-export?format="
    file = tmp_path / "books.beancount"
    file.write_text(await seller.treasurer("GET", f"{place}beancount"), encoding="utf-8")
    entries, errors, _ = loader.load_file(str(file))
    assert errors == []
    accounts = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/accounts?limit=100"))["items"]
    asserted = [entry for entry in entries if type(entry).__name__ == "Balance"]
    assert len(asserted) == len(accounts) > 5
    file.write_text(file.read_text(encoding="utf-8").replace("12.34 EUR", "12.35 EUR", 1), encoding="utf-8")
    assert loader.load_file(str(file))[1] != [], "one cent is noticed"

    rows = list(csv.DictReader(io.StringIO(await seller.treasurer("GET", f"{place}csv"))))
    lines = [json.loads(line) for line in (await seller.treasurer("GET", f"{place}jsonl")).splitlines()]
    assert len(rows) == len(lines) > 20
    for read in (rows, lines):
        assert sum(Decimal(row["amount"]) for row in read) == 0
        results = [row for row in read if row["category"]]
        assert results, "what the books earned and spent is in it"
        assert sum(Decimal(row["amount"]) for row in results) == 0
        pot = sum(Decimal(row["amount"]) for row in read if row["account_kind"] == "pot")
        assert f"{pot:.2f}" == (await world.thermometer(seller))["balance"]["amount"]
    assert all(row["reason"] for row in rows if not row["category"])
    for stranger, status in ((seller.member, 403), (app, 404)):
        await stranger("GET", f"{place}csv", status=status)


async def test_no_cell_of_the_export_is_a_formula(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller, "100.00"))
    await world.deliver(seller, order)
    body = {"orderLineId": order["lines"][0]["id"], "category": "verf", "amount": {"amount": "10.00"}}
    body |= {"payee": "supplier", "supplier": "=1+1", "receipt": "bon"}
    claim = await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", body)
    await seller.treasurer("POST", f"/v1/cost-claims/{claim['id']}/transitions", {"verb": "approve"})
    await world.pay(seller, order)
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    text = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journal-export?format=csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["party"] for row in rows if not row["party_name"]} == {"", "1a"}
    assert {row["party_name"] for row in rows} == {"", "'=1+1"}
    assert "-10.00" not in {row["party_name"] for row in rows}
    assert any(row["amount"].startswith("-") for row in rows)
