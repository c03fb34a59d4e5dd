"""Keys of providers: callers that need a key wait for it, and without keys nobody is accepted or refused.

The provider is another company's HTTP API; `tests/provider.py` imitates it.
"""

import asyncio
import contextlib
import gzip
import json
import logging
import time
import tracemalloc
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from functools import partial

import httpx
import pytest
import websockets
from fastapi import FastAPI
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.adapters import issuers
from app.adapters.issuers import PATIENCE, RemoteKeys
from app.adapters.tokens import Issuer, identify
from app.db.logins import logins_at
from app.domain.errors import IssuerUnavailable
from app.main import build
from app.settings import Settings, TrustedIssuer
from tests.faces.test_subscriptions import said, socket
from tests.live import served, until
from tests.provider import DISCOVERY, KEYS, Provider, provider_at
from tests.tls import Tls
from tests.world import Json, World

CALLERS = 20
ME = {"query": "{ me { roles } }"}


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with provider_at() as found:
        yield found


@contextlib.asynccontextmanager
async def fresh(
    settings: Settings, database_url: str, provider: Provider, seconds: Callable[[], float] = time.monotonic
) -> AsyncIterator[FastAPI]:
    """The application directly after its start, with the provider trusted."""
    trusted = TrustedIssuer.model_validate({"name": provider.issuer, "scopes": ["catalogue:read", "members:read"]})
    app = build(settings.model_copy(update={"issuers": [trusted]}), logins_at(database_url), seconds=seconds)
    async with app.router.lifespan_context(app):
        yield app


async def asked(
    app: FastAPI, token: str, method: str = "GET", path: str = "/v1/me", question: Json | None = None
) -> Json:
    """Status, headers and body of one answer, and the seconds that it took."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {token}"}
        answer = await client.request(method, path, json=question, headers=headers, timeout=30)
        spent = time.monotonic() - began
        body: Json = answer.json()
        return {"status": answer.status_code, "headers": answer.headers, "seconds": spent, **body}


async def together(app: FastAPI, token: str, pause: float = 0) -> list[int]:
    """The statuses of twenty callers with one token: all at once, or each some seconds after the one before."""

    async def one(number: int) -> int:
        await asyncio.sleep(number * pause)
        return int((await asked(app, token))["status"])

    return await asyncio.gather(*(one(number) for number in range(CALLERS)))


def failures(caplog: pytest.LogCaptureFixture) -> list[Json]:
    """The log lines of failed fetches."""
    records = [record for record in caplog.records if record.name == "samen.issuers"]
    return [{name: vars(record)[name] for name in ("issuer", "url", "reason", "words")} for record in records]


@pytest.mark.parametrize(("seconds", "pause"), [(0, 0), (0.1, 0), (1, 0), (1, 0.1)])
async def test_whoever_comes_just_after_the_start_waits_for_the_keys(
    settings: Settings, database_url: str, provider: Provider, seconds: float, pause: float
) -> None:
    provider.seconds = seconds
    async with fresh(settings, database_url, provider) as app:
        assert await together(app, provider.token(), pause) == [200] * CALLERS
    assert provider.asked == [DISCOVERY, KEYS]


async def test_while_a_provider_is_away_nobody_is_refused_and_then_all_are_served(
    settings: Settings, database_url: str, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    await provider.stop()
    token = provider.token()
    async with fresh(settings, database_url, provider) as app:
        with caplog.at_level(logging.INFO):
            answers = await asyncio.gather(*(asked(app, token) for _ in range(CALLERS)))
            graphql = await asked(app, token, "POST", "/graphql", ME)
        for answer in (*answers, graphql):
            assert (answer["status"], answer["code"]) == (503, "issuer_unavailable")
            assert answer["headers"]["retry-after"] == "2"
            assert "www-authenticate" not in answer["headers"]
        assert answers[0]["detail"].startswith("De inlogdienst geeft geen antwoord.")
        assert [record for record in caplog.records if record.name == "samen.audit"] == []
        await provider.start()
        assert await together(app, token) == [200] * CALLERS


async def test_a_provider_that_is_too_slow_is_no_provider_until_it_is_quick_again(
    settings: Settings, database_url: str, provider: Provider
) -> None:
    provider.seconds = 10
    async with fresh(settings, database_url, provider) as app:
        first = asyncio.gather(*(asked(app, provider.token()) for _ in range(CALLERS)))
        await asyncio.sleep(3)
        provider.seconds = 0
        # These come during a fetch that began before them: its failure is not their answer.
        assert await together(app, provider.token()) == [200] * CALLERS
        assert {answer["status"] for answer in await first} <= {200, 503}
        assert max(answer["seconds"] for answer in await first) < PATIENCE + 2


async def test_a_caller_who_waits_longer_than_five_seconds_gets_503(
    settings: Settings, database_url: str, provider: Provider
) -> None:
    provider.seconds = 20
    async with fresh(settings, database_url, provider) as app:
        answer = await asked(app, provider.token())
    assert (answer["status"], PATIENCE - 1 < answer["seconds"] < PATIENCE + 2) == (503, True)


@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse("nothing here", 200),
        PlainTextResponse("down", 500),
        Response(status_code=302, headers={"location": "http://127.0.0.1/"}),
        JSONResponse([]),
        JSONResponse({"issuer": "http://another", "jwks_uri": "http://another"}),
        JSONResponse({"keys": "none"}),
        PlainTextResponse('{"keys": [' + " " * 200_000 + "]}"),
    ],
)
async def test_a_malformed_answer_is_no_key_and_no_refusal(provider: Provider, answer: Response) -> None:
    provider.says = answer
    keys = RemoteKeys(provider.issuer)
    with pytest.raises(IssuerUnavailable):
        await identify(provider.token(), [Issuer(name=provider.issuer, keys=keys, audience="samen")])
    provider.says = None
    assert (
        await identify(provider.token(), [Issuer(name=provider.issuer, keys=keys, audience="samen")])
    ).subject == "noor"


async def test_a_caller_who_hangs_up_does_not_stop_the_question(provider: Provider) -> None:
    provider.seconds = 0.5
    keys = RemoteKeys(provider.issuer)
    trusted = [Issuer(name=provider.issuer, keys=keys, audience="samen")]
    callers = [asyncio.create_task(identify(provider.token(), trusted)) for _ in range(3)]
    await asyncio.sleep(0.2)
    callers[0].cancel()
    assert [(await caller).subject for caller in callers[1:]] == ["noor", "noor"]
    assert callers[0].cancelled()
    assert provider.asked == [DISCOVERY, KEYS]


async def test_a_failure_is_answered_by_the_next_question_after_half_a_second(provider: Provider) -> None:
    """Ten callers directly after a failure share one more fetch."""
    provider.says = PlainTextResponse("down", 503)
    keys = RemoteKeys(provider.issuer, f"{provider.issuer}{KEYS}")
    with pytest.raises(IssuerUnavailable):
        await keys.fetch("any")
    began = time.monotonic()
    ended = await asyncio.gather(*(keys.fetch("any") for _ in range(10)), return_exceptions=True)
    assert {type(error) for error in ended} == {IssuerUnavailable}
    assert (len(provider.asked), 0.4 < time.monotonic() - began < 3) == (2, True)


async def test_a_known_key_never_waits_not_even_beside_a_question_that_hangs(
    settings: Settings, database_url: str, provider: Provider
) -> None:
    async with fresh(settings, database_url, provider) as app:
        token = provider.token()
        assert (await asked(app, token))["status"] == 200
        provider.seconds = 20
        hanging = asyncio.create_task(asked(app, provider.forge.signed(header={"kid": "unknown"})))
        await until(lambda: len(provider.asked) == 3)
        answers = [await asked(app, token) for _ in range(10)]
        assert {answer["status"] for answer in answers} == {200}
        assert max(answer["seconds"] for answer in answers) < 1
        assert not hanging.done()
        assert (await hanging)["status"] == 503


async def test_a_rotation_just_after_the_start_counts_at_once(
    settings: Settings, database_url: str, provider: Provider
) -> None:
    async with fresh(settings, database_url, provider) as app:
        before = provider.token()
        assert (await asked(app, before))["status"] == 200
        provider.rotate()
        assert await together(app, provider.token()) == [200] * CALLERS
        answer = await asked(app, before)
        assert (answer["status"], answer["facts"]) == (401, {"reason": "unknown_key"})


async def test_a_withdrawn_key_is_forgotten_in_the_background(
    settings: Settings, database_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuers, "FRESH", 0.2)
    async with fresh(settings, database_url, provider) as app:
        withdrawn = provider.token()
        assert (await asked(app, withdrawn))["status"] == 200
        provider.rotate()
        questions = len(provider.asked)
        await until(lambda: len(provider.asked) >= questions + 4)
        assert (await asked(app, withdrawn))["status"] == 401


async def test_keys_count_for_ten_minutes_while_their_provider_is_away(
    settings: Settings, database_url: str, provider: Provider
) -> None:
    passed = [0.0]
    async with fresh(settings, database_url, provider, lambda: passed[0]) as app:
        token = provider.token()
        assert (await asked(app, token))["status"] == 200
        await provider.stop()
        passed[0] = 599
        assert (await asked(app, token))["status"] == 200
        passed[0] = 600
        answer = await asked(app, token)
        assert (answer["status"], answer["code"]) == (503, "issuer_unavailable")
        await provider.start()
        assert await together(app, token) == [200] * CALLERS


async def test_unknown_key_ids_ask_twice_a_minute(settings: Settings, database_url: str, provider: Provider) -> None:
    passed = [0.0]
    async with fresh(settings, database_url, provider, lambda: passed[0]) as app:
        good = provider.token()
        assert (await asked(app, good))["status"] == 200

        async def strangers(number: int) -> tuple[int, dict[int, int]]:
            """The number of fetches for many unknown ids, and the answers to them."""
            before, told = provider.asked.count(KEYS), Counter[int]()
            for _ in range(number):
                told[(await asked(app, provider.forge.signed(header={"kid": uuid.uuid4().hex})))["status"]] += 1
            return provider.asked.count(KEYS) - before, dict(told)

        assert await strangers(30) == (2, {401: 2, 503: 28})
        passed[0] = 59
        assert await strangers(5) == (0, {503: 5})
        passed[0] = 61
        known = provider.forge.signed(header={"kid": "always the same"})
        assert [(await asked(app, known))["status"] for _ in range(5)] == [401] * 5
        assert (await asked(app, good))["status"] == 200


async def test_strangers_do_not_have_a_new_key_refused(
    settings: Settings, database_url: str, provider: Provider
) -> None:
    """They use up the allowed fetches; a person whose provider has just rotated is told to come back, not to log in."""
    passed = [0.0]
    async with fresh(settings, database_url, provider, lambda: passed[0]) as app:
        for _ in range(3):
            await asked(app, provider.forge.signed(header={"kid": uuid.uuid4().hex}))
        provider.rotate()
        answer = await asked(app, provider.token())
        assert (answer["status"], answer["code"]) == (503, "issuer_unavailable")
        passed[0] = 61
        assert (await asked(app, provider.token()))["status"] == 200


@pytest.mark.parametrize("compressed", [False, True])
async def test_an_answer_that_is_too_large_is_not_taken_in(provider: Provider, compressed: bool) -> None:
    """Whatever its encoding, no more than the limit is kept."""
    content = gzip.compress(bytes(50_000_000)) if compressed else bytes(2_000_000)
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    provider.says = Response(content, media_type="application/json", headers=headers)
    keys = RemoteKeys(provider.issuer)
    tracemalloc.start()
    with pytest.raises(IssuerUnavailable):
        await keys.fetch("any")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000
    await keys.close()


async def test_an_unknown_key_is_not_refused_while_its_provider_is_away(
    settings: Settings,
    database_url: str,
    provider: Provider,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even if others have used up the fetches for unknown keys in this minute."""
    monkeypatch.setattr(issuers, "FRESH", 1)
    async with fresh(settings, database_url, provider) as app:
        for _ in range(3):
            stranger = await asked(app, provider.forge.signed(header={"kid": uuid.uuid4().hex}))
            assert stranger["status"] == 401
        await provider.stop()
        await until(lambda: failures(caplog))
        provider.rotate()
        statuses = [(await asked(app, provider.token()))["status"] for _ in range(4)]
        assert statuses == [503] * 4
        await provider.start()
        assert (await asked(app, provider.token()))["status"] == 200


async def test_what_is_wrong_whatever_the_keys_are_asks_nobody(provider: Provider) -> None:
    keys = RemoteKeys(provider.issuer)
    forge, trusted = provider.forge, [Issuer(name=provider.issuer, keys=keys, audience="samen")]
    for forged in (forge.unsigned("none"), forge.signed(header={"typ": "x"}), forge.signed(header={"kid": None})):
        with pytest.raises(Exception, match="token_refused"):
            await identify(forged, trusted)
    assert provider.asked == []


async def test_the_log_says_at_the_start_why_a_provider_does_not_answer(
    settings: Settings, database_url: str, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    """One line for each fetch, however many callers wait for it."""
    provider.says = PlainTextResponse("down", 500)
    with caplog.at_level(logging.WARNING):
        async with fresh(settings, database_url, provider):
            await until(lambda: failures(caplog))
        [line] = failures(caplog)
        assert (line["issuer"], line["url"]) == (provider.issuer, f"{provider.issuer}{DISCOVERY}")
        assert line["reason"] == "HTTPStatusError"
        assert line["words"] == "the answer is HTTP 500"
        caplog.clear()
        secret = provider.issuer.replace("//", "//user:canary@")
        keys = RemoteKeys(provider.issuer, f"{secret}{KEYS}?canary")
        await asyncio.gather(*(keys.fetch("any") for _ in range(5)), return_exceptions=True)
        [line] = failures(caplog)
        assert (line["url"], "canary" in str(line)) == (f"{provider.issuer}{KEYS}", False)


async def test_the_background_asks_again_with_pauses_that_grow(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.says = PlainTextResponse("down", 500)
    keys, began, after = RemoteKeys(provider.issuer), time.monotonic(), []
    async with issuers.kept_fresh([keys]):
        for number in (1, 2, 3):
            await until(partial(_asked_so_often, provider, number))
            after.append(time.monotonic() - began)
        provider.says = None
        await until(lambda: provider.asked[-1] == KEYS)
    assert 0.9 < after[1] - after[0] < 1.9 < after[2] - after[1] < 3.5
    assert keys.get(provider.keys[0]["kid"]) is not None


def _asked_so_often(provider: Provider, number: int) -> bool:
    return len(provider.asked) == number


async def test_in_production_keys_come_over_tls_alone(
    provider: Provider, caplog: pytest.LogCaptureFixture, trusting: Tls
) -> None:
    """Neither the setting nor the discovery document may have an address without TLS."""
    with pytest.raises(IssuerUnavailable), caplog.at_level(logging.WARNING):
        await RemoteKeys(provider.issuer, f"{provider.issuer}{KEYS}", https=True).fetch("any")
    async with provider_at(trusting) as secure:
        kid = secure.keys[0]["kid"]
        good = RemoteKeys(secure.issuer, https=True)
        await good.fetch(kid)
        assert good.get(kid) is not None
        secure.document = {"jwks_uri": f"{provider.issuer}{KEYS}"}
        with pytest.raises(IssuerUnavailable):
            await RemoteKeys(secure.issuer, https=True).fetch(kid)
    assert [line["words"] for line in failures(caplog)] == ["the address of the keys has to be https in production"] * 2
    assert provider.asked == []


async def test_a_socket_is_told_to_come_back_later_and_not_that_it_is_forbidden(
    settings: Settings, database_url: str, provider: Provider, world: World
) -> None:
    await provider.stop()
    async with fresh(settings, database_url, provider) as app, served(app) as address:
        async with socket(address, provider.token()) as connection:
            with pytest.raises(websockets.ConnectionClosedError) as closed:
                await said(connection)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1013
        await provider.start()
        async with socket(address, provider.token()) as connection:
            assert (await said(connection))["type"] == "connection_ack"
        async with socket(address, provider.forge.tampered(sub="network")) as connection:
            with pytest.raises(websockets.ConnectionClosedError) as closed:
                await said(connection)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403


async def test_what_a_socket_asks_for_without_keys_ends_with_when_to_try_again(
    settings: Settings, database_url: str, provider: Provider, world: World
) -> None:
    passed = [0.0]
    async with (
        fresh(settings, database_url, provider, lambda: passed[0]) as app,
        served(app) as address,
        socket(address, provider.token()) as connection,
    ):
        assert (await said(connection))["type"] == "connection_ack"
        await provider.stop()
        passed[0] = 601
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": ME}))
        [error] = (await said(connection))["payload"]["errors"]
    assert error["extensions"] == {"code": "issuer_unavailable", "status": 503, "facts": {}, "retryAfter": 2}
