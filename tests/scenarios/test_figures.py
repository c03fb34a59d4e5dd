"""What a municipality reads of a cooperative: totals, and no figure of one member; the staff read all of it."""

from dataclasses import replace
from decimal import Decimal

import asyncpg
import pytest

from app.db.engine import Database
from app.db.people import persons
from tests.scenarios.test_remittances import RULES, report
from tests.walls.cast import identity
from tests.world import Caller, Json, Seller, World

LOWER: list[Json] = [{"kind": "remit_above", "threshold": "50.00", "percent": "50"}, {"kind": "pot"}]
"""Everybody who earned more than 100.00 pays 25.00 more."""
FIGURES = """query($id: UUID!) { remittance(id: $id) {
    amount { amount }
    byRule { name amount { amount } } byMonth { name amount { amount } } recomputed specification } }"""
REPLAY = """query($id: UUID!) { agreementReplay(agreementId: $id, year: 2026) {
    total { draft { name amount { amount } } } members { member } gainers losers unchanged } }"""


async def earners(world: World, seller: Seller, count: int) -> list[Seller]:
    """The cooperative, seen by each of so many members."""
    others = [await world.member(seller, f"Lid {number}") for number in range(count - 1)]
    return [seller, *(replace(seller, member=caller, member_id=member_id) for caller, member_id in others)]


async def sold(world: World, members: list[Seller], nets: list[int], app: Caller) -> Decimal:
    """One sale of each member, for so many euro. Returns what the bank got, with VAT."""
    for member, net in zip(members, nets, strict=True):
        if net:
            await world.sale(member, app, f"{net}.00")
    return Decimal(sum(nets)) * Decimal("1.21")


def named(rows: list[Json]) -> dict[str, str]:
    return {row["name"]: row["amount"]["amount"] for row in rows}


@pytest.mark.parametrize(
    ("january", "february", "months"),
    [
        pytest.param([300] * 3, [100] * 3, {}, id="three earners"),
        pytest.param([300] * 5, [100] * 5, {"2026-01": "500.00", "2026-02": "250.00"}, id="five"),
        pytest.param([300] * 6, [2_000, *[100] * 5], {}, id="six, of whom one dominates a month"),
        pytest.param([300] * 6, [100, *[0] * 5], {}, id="a month of one, which the other would tell"),
    ],
)
async def test_a_municipality_reads_totals_of_a_remittance(
    world: World, database: Database, january: list[int], february: list[int], months: dict[str, str]
) -> None:
    with world.clock.at("2026-01-10"):
        seller, app = await world.cooperative(RULES), await world.app()
        members = await earners(world, seller, len(january))
        bank = await sold(world, members, january, app)
    with world.clock.at("2026-02-10"):
        await world.close_month(seller, "2026-01")
        bank += await sold(world, members, february, app)
    with world.clock.at("2026-03-02"):
        await world.close_month(seller, "2026-02")
        reported = await report(seller, "2026-02")
    place, total = f"/v1/remittances/{reported['id']}", reported["amount"]["amount"]
    seen = await seller.controller("GET", place)
    assert (named(seen["byRule"]), named(seen["byMonth"])) == ({"remit_above": total}, months)
    assert (seen["recomputed"], len(seen["digest"])) == (True, 64)
    assert "lines" not in seen
    for form in ("json", "csv"):
        await seller.controller("GET", f"{place}/specification?format={form}", status=404)
    told = await seller.controller.graphql(FIGURES, id=reported["id"])
    assert "errors" not in told
    assert told["data"]["remittance"]["specification"] is None
    assert named(told["data"]["remittance"]["byMonth"]) == months
    again = await seller.controller("POST", "/v1/recomputations", {"remittanceId": reported["id"]})
    assert (again["matches"], again["differences"]) == (True, [])
    lines = (await seller.treasurer("GET", f"{place}/specification"))["lines"]
    assert len(lines) == sum(1 for net in (*january, *february) if net)
    async with database.transaction() as tx:
        await persons.enter(tx, identity(world, seller.controller.login))
        assert await tx.value("select count(*) from remittance") == 1
        assert await tx.value("select count(*) from specification") == 0


@pytest.mark.parametrize(
    ("nets", "totals", "counts"),
    [
        pytest.param([300] * 3, False, (None, None, None), id="three earners"),
        pytest.param([300] * 5, True, (0, 5, 0), id="five"),
        pytest.param([5_000, *[300] * 5], False, (0, 6, 0), id="six, of whom one dominates"),
        pytest.param([50, *[300] * 5], False, (None, None, None), id="one of six is below the limit"),
    ],
)
async def test_a_municipality_reads_totals_of_a_replay(
    world: World, nets: list[int], totals: bool, counts: tuple[int | None, ...]
) -> None:
    with world.clock.at("2026-05-10"):
        seller, app = await world.cooperative(RULES), await world.app()
        await sold(world, await earners(world, seller, len(nets)), nets, app)
        draft = await drafted(seller)
        running = await seller.controller("POST", f"/v1/agreements/{draft}/replays", {"year": 2026}, status=422)
        assert running["facts"] == {"rule": "year_over_first", "value": 2026}
        assert len((await seller.treasurer("POST", f"/v1/agreements/{draft}/replays", {"year": 2026}))["members"]) > 0
    with world.clock.at("2027-01-10"):
        exact = await seller.treasurer("POST", f"/v1/agreements/{draft}/replays", {"year": 2026})
        seen = await seller.controller("POST", f"/v1/agreements/{draft}/replays", {"year": 2026})
        told = (await seller.controller.graphql(REPLAY, id=draft))["data"]["agreementReplay"]
    assert len(exact["members"]) == len(nets)
    assert seen["members"] == told["members"] == []
    assert tuple(seen[name] for name in ("gainers", "losers", "unchanged")) == counts
    assert tuple(told[name] for name in ("gainers", "losers", "unchanged")) == counts
    if not totals:
        assert (seen["total"], seen["earnings"], told["total"]) == (None, None, None)
        return
    assert seen["earnings"] == exact["earnings"] == len(nets)
    for side in ("actual", "draft", "difference"):
        assert named(seen["total"][side]) == named(exact["total"][side])
    assert named(told["total"]["draft"]) == named(exact["total"]["draft"])


async def drafted(seller: Seller) -> str:
    body = {"title": "Nieuw", "activeFrom": "2028-01-01", "rules": LOWER}
    body |= {"examples": [{"name": "nothing", "net": "0", "expected": {}}]}
    return str((await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body))["id"])


async def test_two_answers_to_a_municipality_never_tell_what_changed_in_between(
    world: World, database_url: str
) -> None:
    """Neither by asking again nor by other rules: the difference could be the refund of one member."""
    with world.clock.at("2026-05-10"):
        seller, app = await world.cooperative(RULES), await world.app()
        members = await earners(world, seller, 6)
        orders = [await world.sale(member, app, "300.00") for member in members]
        draft = await drafted(seller)
    place = f"/v1/agreements/{draft}"
    with world.clock.at("2027-01-10"):
        first = await seller.controller("POST", f"{place}/replays", {"year": 2026})
        assert first["earnings"] == 6
        other = await seller.controller("POST", f"/v1/agreements/{seller.agreement_id}/replays", {"year": 2026})
        assert named(other["total"]["actual"]) == named(first["total"]["actual"])
    with world.clock.at("2027-01-11"):
        await seller.refund(orders[0]["id"], {"reason": "klacht"})
        await seller.treasurer("POST", f"{place}/tests")
        assert await seller.controller("POST", f"{place}/replays", {"year": 2026}) == first
        assert (await seller.treasurer("POST", f"{place}/replays", {"year": 2026}))["earnings"] == 5
        edited = {"rules": [LOWER[0] | {"threshold": "60.00"}, LOWER[1]]}
        version = (await seller.treasurer("GET", place))["version"]
        await seller.treasurer("PATCH", place, edited, headers={"If-Match": f'"{version}"'})
        anew = await seller.controller("POST", f"{place}/replays", {"year": 2026})
        assert (anew["total"], anew["earnings"], anew["computedAt"]) == (None, None, "2027-01-11T11:00:00Z")
        edited["rules"][0]["threshold"] = "61.00"
        version = (await seller.treasurer("GET", place))["version"]
        await seller.treasurer("PATCH", place, edited, headers={"If-Match": f'"{version}"'})
        fourth = await seller.controller("POST", f"{place}/replays", {"year": 2026}, status=422)
        assert fourth["facts"] == {"rule": "few_sets_of_rules", "value": 3}
    owner = await asyncpg.connect(database_url)
    assert await owner.fetchval("select count(*) from replay_figures where agreement_id = $1", draft) == 2
    await owner.close()
