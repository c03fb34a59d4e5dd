"""The demo network loads twice without a change, and its stories give the right results."""

import re

from app.db.engine import Database
from app.demo.loader import EVERY_SCOPE, Loader
from app.demo.papers import LUNCH_TREASURER, Papers
from app.demo.stories import Stories
from app.keys import people_issuer
from app.usecases.people.members import MemberChange, change_member
from app.usecases.people.persons import get_me
from tests.scenarios.test_first_sale import books_are_right
from tests.world import World


async def test_the_story_of_the_thread(world: World, database: Database) -> None:
    """29 wished and 3 tolerated are three packs at 12.00, with VAT and 6.95 delivery 50.51.

    The VAT of 8.77 is deducted; the rest is shared to the cent.
    """
    loader = Loader(database, people_issuer(world.settings))
    await loader.load()
    assert await loader.load() == []
    said: list[str] = []
    await Stories(loader, "http://test", said.append).tell("thread")
    told = "\n".join(said)
    assert "3 packs for 50.51" in told
    paid = [line.split() for line in said if " spools " in line]
    assert [(words[0], words[1], words[-1]) for words in paid] == [
        ("Fatima", "11", "account"),
        ("Samira", "6", "account"),
        ("Bo", "13", "pot"),
    ]
    assert sum(round(float(words[3]) * 100) for words in paid) == 4174
    await books_are_right(world)


async def test_the_story_of_the_party(world: World, database: Database) -> None:
    """40 × 11.00 less 120.00 of groceries, of which 9.91 of VAT comes back: 329.91 is shared. ONS and Scope are paid
    theirs with VAT.
    """
    loader = Loader(database, people_issuer(world.settings))
    await loader.load()
    said: list[str] = []
    await Stories(loader, "http://test", said.append).tell("party")
    told = "\n".join(said)
    for part in ("50 % is 164.96", "30 % is 98.97", "20 % is 65.98", "119.75 is paid", "79.84 is paid"):
        assert part in told
    await books_are_right(world)


async def test_the_story_of_the_barter(world: World, database: Database) -> None:
    loader = Loader(database, people_issuer(world.settings))
    await loader.load()
    said: list[str] = []
    await Stories(loader, "http://test", said.append).tell("barter")
    assert [line.split(":")[0].strip() for line in said if "minutes:" in line] == [
        "Lucia has +60 minutes",
        "Dirk has -60 minutes",
        "Lucia has +0 minutes",
        "Dirk has +0 minutes",
    ]
    await books_are_right(world)


async def test_the_story_of_the_papers(world: World, database: Database) -> None:
    """5 × 80.00 and one back; 37 lunches at 11.00 on one invoice; 30 % of 1,815.00 before, the rest after."""
    loader, base = Loader(database, people_issuer(world.settings)), world.settings.public_url
    await loader.load()
    said: list[str] = []
    await Stories(loader, base, said.append).tell("papers")
    papers = [line for line in said if " = " in line]
    assert [re.findall(r"([A-Z]+)\d{4}-\d{5}, (\S+) \+ (\S+) = (\S+):", line)[0] for line in papers] == [
        ("LP", "400.00", "84.00", "484.00"),
        ("LP", "80.00", "16.80", "96.80"),
        ("BN", "407.00", "36.63", "443.63"),
        ("HS", "450.00", "94.50", "544.50"),
        ("HS", "1050.00", "220.50", "1270.50"),
    ]
    links = await Papers(loader, base, print).links()
    assert list(links) == ["invoice", "credit note", f"collective invoice (token of {LUNCH_TREASURER})"]
    token = world.keys.token(
        issuer=loader.issuer, audience="samen", subject=LUNCH_TREASURER, client_id="till", scopes=EVERY_SCOPE
    )
    assert [line.rpartition(" ")[2] for line in papers[:3]] == list(links.values())
    for line in said:
        if base in line:
            headers = {"Accept": "text/html"} | (
                {"Authorization": f"Bearer {token}"} if "/v1/invoices/" in line else {}
            )
            seen = await world.client.get(line.rpartition(" ")[2].removeprefix(base), headers=headers)
            kind = "application/pdf" if line in papers else "text/html"
            assert (seen.status_code, seen.headers["content-type"].partition(";")[0]) == (200, kind), line
    await books_are_right(world)

    assert await loader.load() == []
    again: list[str] = []
    await Stories(loader, base, again.append).tell("papers")
    assert again == ["It was played before:", *(f"  {name}: {link}" for name, link in links.items())]


async def test_it_loads_again_after_somebody_changed_what_it_loaded(world: World, database: Database) -> None:
    """A person who is a member already stays one, even if the trade name has changed."""
    loader = Loader(database, people_issuer(world.settings))
    await loader.load()
    (noor,) = [holding.member_id for holding in (await loader.run_as("noor")(get_me)).holdings if holding.member_id]
    coordinator = loader.run_as("vrije-uitloop-coordinator")
    for name in ("Noors tuinen", "De Groene Hoek"):
        changes = MemberChange(trade_name=name)
        changed = await coordinator(change_member, member_id=noor, expected_version="*", changes=changes)
        assert changed.trade_name == name
        assert await loader.load() == []


async def test_the_story_of_the_month(world: World, database: Database) -> None:
    """Of 1,250.00: 484.00, 50.00 and 75.00 come in; 121.00 and 36.30 go out, of which 36.30 comes back; 50.00 of cash
    is brought, and the bank takes 9.95.
    """
    loader = Loader(database, people_issuer(world.settings))
    await loader.load()
    said: list[str] = []
    await Stories(loader, "http://test", said.append).tell("month")
    placed = [line.strip().partition(": ")[0] for line in said if line.startswith("  ") and "http" not in line]
    expected = [
        "-121.00 Verfhuis Breda B.V. 2207",
        "-36.30 Mila",
        "-9.95 Kosten betaalrekening",
        "36.30 Mila",
        placed[0],
        "50.00 Buurvrouw bedankt voor de ramen",
        "50.00 GELDSTORTING",
        "75.00 J. Smit zoals afgesproken",
    ]
    assert len(placed) == len(expected)
    assert all(one.startswith(start) for one, start in zip(sorted(placed), expected, strict=True)), placed
    assert placed[0].startswith("484.00 Bakkerij Het Anker B.V. RF")
    told = "\n".join(said)
    for part in (
        "The bank says 1778.05",
        "at the bank 1778.05, in cash 10.00, not known yet 75.00",
        "Mila is owed 36.30",
    ):
        assert part in told
    await books_are_right(world)
    again: list[str] = []
    await Stories(loader, "http://test", again.append).tell("month")
    assert again == ["It was played before:", *said[-len(again) + 1 :]]
