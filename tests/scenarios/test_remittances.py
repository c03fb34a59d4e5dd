"""Remittances: owed, reported line by line, invoiced, settled, and computed again."""

import json
from pathlib import Path

import asyncpg
from typer.testing import CliRunner

from app.cli import cli
from tests.scenarios.test_first_sale import books_are_right
from tests.world import Caller, Json, Seller, World

RULES: list[Json] = [{"kind": "remit_above", "threshold": "100.00", "percent": "50"}, {"kind": "pot"}]


async def report(seller: Seller, through: str, status: int | None = None) -> Json:
    body = {"through": through}
    found: Json = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/remittances", body, status=status)
    return found


async def specification(who: Caller, remittance: Json) -> Json:
    found: Json = await who("GET", f"/v1/remittances/{remittance['id']}/specification")
    return found


async def test_from_owed_to_settled_and_a_refund_nets_with_the_next(world: World, tmp_path: Path) -> None:
    """150 and 100 above a threshold of 100: 25 + 50; the first is refunded after it was paid: 50 net next time."""
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(RULES), await world.app()
        first = await world.sale(seller, app, "150.00")
        await world.sale(seller, app, "100.00")
        assert (await report(seller, "2026-03", 422))["facts"]["rule"] == "month_closed_first"
    owed = f"/v1/cooperatives/{seller.id}/remittance-owed"
    with world.clock.at("2026-04-02"):
        assert (await seller.treasurer("GET", owed))["owed"]["amount"] == "75.00"
        # It would date each sale.
        await seller.controller("GET", owed, status=404)
        await world.close_month(seller, "2026-03")
        reported = await report(seller, "2026-03")
        assert (reported["state"], reported["amount"]["amount"], reported["after"]) == ("reported", "75.00", None)
        assert (await report(seller, "2026-03", 422))["facts"]["rule"] == "not_reported_yet"
        place = f"/v1/remittances/{reported['id']}"
        await seller.treasurer("POST", f"{place}/payments", {}, status=409)
        await seller.treasurer("POST", f"{place}/invoices", {"reference": "F1"}, status=403)
        await seller.controller("POST", f"{place}/invoices", {"reference": "BR-2026-118"})
        await world.work()
        assert "settle_remittance" in [t["what"] for t in (await seller.treasurer("GET", "/v1/tasks"))["items"]]
        await seller.controller("POST", f"{place}/payments", {}, status=404)
        paid = await seller.treasurer("POST", f"{place}/payments", {"paidOn": "2026-04-02"})
        assert (paid["state"], paid["settledOn"]) == ("settled", "2026-04-02")
    assert (await world.balances(seller))["payable_municipality"] == "0.00"

    spec = await specification(seller.treasurer, reported)
    assert sum(line["cents"] for line in spec["lines"]) == spec["cents"] == 7500
    assert seller.member_id not in json.dumps(spec)
    table = await seller.treasurer("GET", f"{place}/specification?format=csv")
    assert table.splitlines()[-1] == "total,,,,,,,,,75.00"
    await works_out(tmp_path, spec)

    with world.clock.at("2026-04-05"):
        await seller.refund(first["id"], {"reason": "klacht"})
        assert (await seller.treasurer("GET", owed))["owed"]["amount"] == "-75.00"
        app = await world.app()
        await world.sale(seller, app, "250.00")
    with world.clock.at("2026-05-02"):
        await world.close_month(seller, "2026-04")
        second = await report(seller, "2026-04")
    assert (second["amount"]["amount"], second["after"]) == ("50.00", "2026-03")
    await works_out(tmp_path, await specification(seller.treasurer, second))
    again = await seller.controller("POST", "/v1/recomputations", {"remittanceId": second["id"]})
    assert (again["matches"], again["recomputed"], again["ledger"]) == (True, second["amount"], second["amount"])
    await books_are_right(world)


async def works_out(folder: Path, spec: Json) -> None:
    """With the program alone, from the municipality's file."""
    file = folder / "spec.json"
    file.write_text(json.dumps(spec), encoding="utf-8")
    said = CliRunner().invoke(cli, ["recompute", str(file)])
    assert (said.exit_code, "agrees" in said.output) == (0, True), said.output
    spec["lines"][0]["facts"]["year"][0]["after"] += 2000
    file.write_text(json.dumps(spec), encoding="utf-8")
    said = CliRunner().invoke(cli, ["recompute", str(file)])
    assert said.exit_code == 1


async def test_a_specification_that_was_changed_is_noticed(world: World, database_url: str) -> None:
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(RULES), await world.app()
        await world.sale(seller, app, "150.00")
    with world.clock.at("2026-04-02"):
        await world.close_month(seller, "2026-03")
        reported = await report(seller, "2026-03")
    owner = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    # Triggers refuse this to everybody else.
    await owner.execute("set session_replication_role = replica")
    await owner.execute("update remittance set cents = cents + 1 where id = $1", reported["id"])
    sql = "update specification set lines = jsonb_set(lines, '{0,cents}', '2501') where id = $1"
    await owner.execute(sql, reported["id"])
    again = await seller.treasurer("POST", "/v1/recomputations", {"remittanceId": reported["id"]})
    assert (again["matches"], again["digestMatches"], again["recomputed"]["amount"]) == (False, False, "25.00")
    assert again["differences"][0]["stated"]["amount"] == "25.01"
    told = await seller.controller("POST", "/v1/recomputations", {"remittanceId": reported["id"]})
    assert told == again | {"differences": []}
    await owner.execute("delete from specification where id = $1", reported["id"])
    await owner.execute("delete from remittance where id = $1", reported["id"])
    await owner.close()
