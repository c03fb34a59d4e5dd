"""Ten thousand hostile requests beside a hundred honest ones: the honest ones are all answered."""

import asyncio
import itertools
import uuid
from collections import Counter

import httpx

from app.main import build
from app.settings import Settings
from tests.faces.test_graphql_limits import HOSTILE
from tests.world import GUEST, World

TIMES, WIDTH = 10_000, 100


async def test_the_honest_are_answered_beside_ten_thousand_hostile(
    world: World, settings: Settings, database_url: str
) -> None:
    offering, person = await world.offering(await world.cooperative()), world.person()
    limits = {"rate_visitor": 600, "rate_standard": 3000}
    app = build(settings.model_copy(update=limits), database_url)
    bad = httpx.ASGITransport(app=app, client=("192.0.2.66", 1), raise_app_exceptions=False)
    good = httpx.ASGITransport(app=app, client=("192.0.2.1", 1))
    token = f"Bearer {person.token}"
    queries = list(HOSTILE.values())
    line = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}

    async def attack(client: httpx.AsyncClient, number: int) -> int:
        forged = {"Authorization": f"Bearer {person.token}x{number}"}
        match number % 6:
            case 0:
                asked = client.post("/graphql", json={"query": queries[number % len(queries)]})
            case 1:
                asked = client.get("/v1/orders", headers=forged)
            case 2:
                asked = client.post("/v1/orders", content=b"x" * 200_000, headers=forged)
            case 3:
                asked = client.post("/v1/orders", json={"lines": [[[]]]}, headers={"Idempotency-Key": str(number)})
            case 4:
                asked = client.get(f"/v1/orders/{uuid.uuid4()}?or=1%00")
            case _:
                form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": str(number)}
                asked = client.post("/oauth/token", data=form)
        return (await asked).status_code

    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=bad, base_url="http://test") as hostile,
        httpx.AsyncClient(transport=good, base_url="http://test", headers={"Authorization": token}) as honest,
    ):
        numbers, met = itertools.count(), Counter[int]()

        async def attacker() -> None:
            while (number := next(numbers)) < TIMES:
                met[await attack(hostile, number)] += 1

        async def ordinary(number: int) -> int:
            await asyncio.sleep(number / 50)
            headers = {"Idempotency-Key": f"honest-{number}"}
            return (await honest.post("/v1/orders", json=line, headers=headers)).status_code

        attackers = [attacker() for _ in range(WIDTH)]
        answers = await asyncio.gather(*(ordinary(n) for n in range(100)), *attackers)
    assert Counter(answers[:100]) == {201: 100}
    assert sum(met.values()) == TIMES
    assert met[429] > TIMES * 0.8
    assert not [status for status in met if status >= 500 or (status in (200, 201) and met[status] > 600)]
