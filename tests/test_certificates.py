"""Our TLS clients trust the system's authorities and those of `SSL_CERT_FILE`.

Each server has a certificate of a private authority: it is accepted once this process trusts that authority.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.adapters.certificates import trusted
from app.adapters.issuers import RemoteKeys
from app.adapters.mail import MailFailed
from app.adapters.trusting import SystemCertificates
from app.adapters.webhooks import Sender
from app.domain.errors import IssuerUnavailable
from tests.live import ROOT, served
from tests.mail_server import mail_server
from tests.provider import provider_at
from tests.scenarios.test_webhook_senders import NOW, letter
from tests.test_telemetry import Collector
from tests.tls import Tls

UNKNOWN = "unable to get local issuer certificate"
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables by which the test machine may name its own authorities."""
TRACE = """
from opentelemetry import trace
from app.adapters.telemetry import send_traces
send_traces("https://localhost:{port}", "1")
trace.get_tracer("test").start_span("hello").end()
print(trace.get_tracer_provider().force_flush())
"""


async def test_the_keys_of_a_provider_whose_authority_is_unknown_are_not_taken(
    tls: Tls, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names the certificate."""
    async with provider_at(tls) as provider:
        with pytest.raises(IssuerUnavailable), caplog.at_level(logging.WARNING):
            await RemoteKeys(provider.issuer).fetch(provider.keys[0]["kid"])
    [line] = [vars(record) for record in caplog.records if record.name == "samen.issuers"]
    assert (line["issuer"], line["reason"]) == (provider.issuer, "ConnectError")
    assert UNKNOWN in line["words"]
    assert provider.asked == []


async def test_the_keys_of_a_provider_whose_authority_is_known_are_taken(trusting: Tls) -> None:
    async with provider_at(trusting) as provider:
        keys, kid = RemoteKeys(provider.issuer), provider.keys[0]["kid"]
        await keys.fetch(kid)
        assert keys.get(kid) is not None


@pytest.mark.parametrize("known", [False, True])
async def test_a_webhook_goes_out_if_the_authority_of_its_receiver_is_known(
    known: bool, tls: Tls, request: pytest.FixtureRequest
) -> None:
    if known:
        request.getfixturevalue("trusting")
    received = []

    async def hook(request: Request) -> Response:
        received.append(await request.body())
        return Response(status_code=204)

    app = Starlette(routes=[Route("/hook", hook, methods=["POST"])])
    async with served(app, tls=tls) as address, Sender(local=True) as sender:
        url = f"https://localhost:{address.rpartition(':')[2]}/hook"
        answer = await sender.send(letter(url), NOW)
    expected = (204, "", 1) if known else (None, f"its certificate is not good: {UNKNOWN}", 0)
    assert (answer.status, answer.note, len(received)) == expected


@pytest.mark.parametrize("known", [False, True])
async def test_a_mail_goes_out_if_the_authority_of_its_server_is_known(
    known: bool, tls: Tls, request: pytest.FixtureRequest
) -> None:
    if known:
        request.getfixturevalue("trusting")
    async with mail_server(tls) as server:
        if known:
            await server.mail.send("jo@example.org", "Hello", "canary", mark="1")
        else:
            with pytest.raises(MailFailed, match=f"the certificate of the mail server is refused: {UNKNOWN}"):
                await server.mail.send("jo@example.org", "Hello", "canary", mark="1")
    assert len(server.about("canary")) == known


@pytest.fixture
def collector(tls: Tls) -> Iterator[Collector]:
    with Collector() as serving:
        serving.socket = tls.server().wrap_socket(serving.socket, server_side=True)
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving
        serving.shutdown()


@pytest.mark.parametrize(
    ("variables", "arrives"),
    [
        ({}, False),
        ({"SSL_CERT_FILE": "authority"}, True),
        ({"OTEL_EXPORTER_OTLP_CERTIFICATE": "authority"}, True),
        ({"OTEL_EXPORTER_OTLP_CERTIFICATE": "another", "SSL_CERT_FILE": "authority"}, False),
    ],
)
def test_traces_go_out_if_the_authority_of_the_collector_is_known(
    variables: dict[str, str], arrives: bool, tls: Tls, collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The exporter's own variable wins."""
    another = Tls.at(tmp_path_factory.mktemp("another"))
    files = {"authority": str(tls.authority), "another": str(another.authority)}
    stated = {name: files[value] for name, value in variables.items()}
    code = TRACE.format(port=collector.server_port)
    inherited = {name: value for name, value in os.environ.items() if name not in BUNDLES}
    environment = inherited | {"OTEL_EXPORTER_OTLP_TIMEOUT": "2"} | stated
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, check=True, timeout=60)
    assert [span.name for span in collector.spans] == (["hello"] if arrives else [])


def test_the_list_of_the_library_that_sends_traces_does_not_count(
    tls: Tls, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own list would accept the collector, as a session without the system's authorities shows."""
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(tls.authority))
    address = f"https://localhost:{collector.server_port}/v1/traces"
    with requests.Session() as plain, requests.Session() as ours:
        plain.trust_env = ours.trust_env = False
        ours.mount("https://", SystemCertificates())
        assert plain.post(address, b"", timeout=5).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            ours.post(address, b"", timeout=5)


def test_each_protocol_has_a_context_of_its_own_which_judges_names_and_authorities() -> None:
    """Clients write the protocols that they speak into the context."""
    web, mail = trusted("http"), trusted("smtp")
    assert web is not mail
    assert web is trusted("http")
    assert all(context.check_hostname and context.verify_mode.name == "CERT_REQUIRED" for context in (web, mail))
