"""The demo network loads twice without a change, and its stories come out right."""

from app.db.engine import Database
from app.demo.loader import Loader
from app.demo.stories import STORIES, Stories
from app.main import people_issuer
from tests.scenarios.test_first_sale import books_are_right
from tests.world import World


async def test_the_story_of_the_thread(world: World, database: Database) -> None:
    """29 wished and 3 tolerated are three packs at 12.00, with VAT and 6.95 delivery 50.51, shared to the cent."""
    loader = Loader(database, people_issuer(world.settings))
    await loader.load()
    assert await loader.load() == []
    said: list[str] = []
    await STORIES["thread"](Stories(loader, "http://test", said.append))
    told = "\n".join(said)
    assert "3 packs for 50.51" in told
    paid = [line.split() for line in said if " spools " in line]
    assert [(words[0], words[1], words[-1]) for words in paid] == [
        *(("Fatima", "11", "account"), ("Samira", "6", "account"), ("Bo", "13", "pot")),
    ]
    assert sum(round(float(words[3]) * 100) for words in paid) == 5051
    await books_are_right(world)
