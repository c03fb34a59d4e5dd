"""Tamper evidence: a chain that everybody can verify, and checks of all books, requested and daily."""

import json
from pathlib import Path

from typer.testing import CliRunner

from app.cli import cli
from tests.world import World


def verify(file: Path, *more: str) -> tuple[int, str]:
    said = CliRunner().invoke(cli, ["verify", str(file), *more])
    return said.exit_code, said.output


async def test_the_chain_verifies_from_outside(world: World, tmp_path: Path) -> None:
    seller, app = await world.cooperative(), await world.app()
    await world.sale(seller, app, "10.00")
    await world.guard()
    await world.sale(seller, app, "20.00")
    await world.guard()
    await world.guard()
    place = f"/v1/cooperatives/{seller.id}"
    seals = await seller.treasurer("GET", f"{place}/seals")
    assert [(seal["number"], seal["journals"]) for seal in seals] == [(2, 3), (1, 3)]
    assert seals[0]["previous"] == seals[1]["digest"]
    await seller.member("GET", f"{place}/seals", status=403)
    await world.network("GET", f"{place}/sealed-journals", status=404)
    text = await seller.treasurer("GET", f"{place}/sealed-journals")
    file = tmp_path / "sealed.ndjson"
    file.write_text(text, encoding="utf-8")
    assert verify(file) == (0, f"6 journals in 2 links; head {seals[0]['digest']}\nthe chain holds\n")
    assert verify(file, "--head", seals[1]["digest"])[0] == 0
    assert "published head is not in this chain" in verify(file, "--head", "00")[1]

    lines = [json.loads(line) for line in text.splitlines()]
    for change in ("cents", "journal", "link", "missing"):
        planted = [dict(line) for line in lines]
        if change == "cents":
            planted[1]["legs"] = planted[1]["legs"].replace("1210", "1310")
        elif change == "journal":
            planted[1]["journal"] = planted[1]["journal"].replace("EUR", "USD")
        elif change == "link":
            planted[0]["digest"] = "ab" * 32
        else:
            del planted[2]
        file.write_text("".join(json.dumps(line) + "\n" for line in planted), encoding="utf-8")
        assert verify(file)[0] == 1, change


async def test_the_network_has_all_books_checked(world: World) -> None:
    seller = await world.cooperative()
    await world.sale(seller, await world.app(), "10.00")
    asked = await world.network("POST", "/v1/book-checks", status=202)
    assert (asked["checkedAt"], asked["broken"]) == (None, {})
    await world.guard()
    checks = (await world.network("GET", "/v1/book-checks"))["items"]
    done = next(check for check in checks if check["id"] == asked["id"])
    assert done["checkedAt"] is not None
    assert done["broken"] == {}
    await seller.treasurer("POST", "/v1/book-checks", status=403)
