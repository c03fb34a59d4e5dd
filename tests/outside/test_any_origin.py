"""A page of another origin in a real browser: it reads, changes, subscribes, and reads refusals."""

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

from app.db.embedded import EmbeddedPostgres
from app.settings import Settings
from tests import tools
from tests.outside.pairs import serving_twice
from tests.outside.proxies import nginx
from tests.tls import Tls
from tests.world import GUEST, Json, World

PAGE = """<!doctype html><meta charset="utf-8"><title>shop</title><script>
const given = GIVEN, told = {};
const bearer = { "Authorization": `Bearer ${given.token}`, "Content-Type": "application/json" };
// What frontends and their libraries send beside it.
const habits = { "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "a=b",
  "baggage": "a=b", "sentry-trace": "a-b-1", "X-Requested-With": "XMLHttpRequest", "Cache-Control": "no-cache",
  "Pragma": "no-cache", "apollographql-client-name": "shop", "Prefer": "return=minimal", "X-Request-Id": "1" };

async function asked(name, path, options = {}) {
  const answer = await fetch(given.samen + path, options);
  const headers = Object.fromEntries([...answer.headers.entries()]);
  const text = await answer.text();
  told[name] = { status: answer.status, headers, body: text ? JSON.parse(text) : null };
  return told[name];
}

function followed() {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(given.samen.replace("https", "wss") + "/graphql", "graphql-transport-ws");
    socket.onerror = () => reject(new Error("the socket did not open"));
    socket.onopen = () => socket.send(JSON.stringify({ type: "connection_init",
      payload: { Authorization: bearer.Authorization } }));
    socket.onmessage = ({ data }) => {
      const said = JSON.parse(data);
      if (said.type === "connection_ack") {
        const query = "subscription($id: UUID!) { order(id: $id) { state } }";
        socket.send(JSON.stringify({ id: "1", type: "subscribe",
          payload: { query, variables: { id: told.placed.body.order.id } } }));
      }
      if (said.type === "next") resolve(said.payload.data.order.state);
    };
  });
}

async function everything() {
  const page = await asked("page", "/v1/catalogue/offerings?limit=1", { headers: habits });
  await asked("again", "/v1/catalogue/offerings?limit=1",
    { headers: { "If-None-Match": page.headers.etag }, cache: "no-store" });
  await asked("placed", "/v1/orders", { method: "POST", body: JSON.stringify(given.order),
    headers: { ...bearer, ...habits, "Idempotency-Key": "page-1" } });
  const me = await asked("me", "/v1/me", { headers: bearer });
  await asked("changed", "/v1/me", { method: "PATCH", body: JSON.stringify({ email: "jo@example.org" }),
    headers: { ...bearer, ...habits, "If-Match": me.headers.etag } });
  await asked("refused", "/v1/orders?limit=1");
  await asked("large", "/v1/orders", { method: "POST", body: " ".repeat(100001), headers: bearer });
  await asked("graphql", "/graphql", { method: "POST", headers: { ...bearer, ...habits },
    body: JSON.stringify({ query: "{ me { person { email } } }" }) });
  told.state = await followed();
}
everything().catch((error) => { told.error = String(error); })
  .finally(() => fetch("/told", { method: "POST", body: JSON.stringify(told) }));
</script>"""


@contextmanager
def shop(tls: Tls, page: str) -> Iterator[tuple[int, Queue[Json]]]:
    """A page on a separate host, and the report that it sends at the end."""
    told: Queue[Json] = Queue()

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode() if self.path == "/" else b"")

        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    context: ssl.SSLContext = tls.server()
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, told
    server.shutdown()
    server.server_close()


async def browsed(page: str, told: Queue[Json], folder: Path) -> Json:
    """The report of a page in Chromium, which knows the hosts but not their authority."""
    command = [tools.chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
    command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command += ["--host-resolver-rules=MAP *.test 127.0.0.1 , MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
    command += ["--ignore-certificate-errors", "--remote-debugging-port=0", f"--user-data-dir={folder}", page]
    pipe = asyncio.subprocess.DEVNULL
    browser = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    try:
        return await asyncio.to_thread(told.get, timeout=60)
    finally:
        browser.terminate()
        await browser.wait()


async def test_a_page_of_another_origin_shops_and_follows(
    world: World, postgres: EmbeddedPostgres, database_url: str, settings: Settings, tls: Tls, tmp_path: Path
) -> None:
    offering = await world.offering(await world.cooperative())
    await world.offering(await world.cooperative())
    buyer, _ = await world.known()
    order = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}
    with (
        serving_twice(tmp_path, postgres, database_url, settings, visitor=600) as pair,
        nginx(tls, pair.ports) as front,
    ):
        given = json.dumps({"samen": front.url, "token": buyer.token, "order": order})
        with shop(tls, PAGE.replace("GIVEN", given)) as (shop_port, messages):
            told = await browsed(f"https://shop.test:{shop_port}/", messages, tmp_path / "browser")
    assert "error" not in told, told
    statuses = {name: answer["status"] for name, answer in told.items() if name != "state"}
    assert statuses == {
        "page": 200,
        "again": 304,
        "placed": 201,
        "me": 200,
        "changed": 200,
        "refused": 401,
        "large": 413,
        "graphql": 200,
    }
    read = {name: set(told[name]["headers"]) for name in statuses}
    assert {"etag", "link", "api-version"} <= read["page"]
    assert {"location", "etag", "trace-id"} <= read["placed"]
    assert {"ratelimit", "ratelimit-policy", "www-authenticate", "trace-id"} <= read["refused"]
    assert (told["refused"]["body"]["code"], told["large"]["body"]["code"]) == ("unauthenticated", "too_large")
    assert told["graphql"]["body"]["data"] == {"me": {"person": {"email": "jo@example.org"}}}
    assert told["state"] == "PLACED"
