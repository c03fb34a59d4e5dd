"""The processes that go on: the server, the worker, or both in one; and what operators look at."""

import gc

gc.disable()  # half a second of the start: nothing that the imports make is garbage

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from app.adapters.metrics import expose
from app.adapters.telemetry import send_traces
from app.api.connections import Bounded
from app.main import VERSION, build
from app.settings import Settings
from app.worker import keep_working

gc.enable()
gc.freeze()


def watch(settings: Settings) -> None:
    """What operators look at: figures for Prometheus, traces for OpenTelemetry."""
    expose(settings.metrics_port, settings.metrics_host)
    send_traces(settings.otlp_endpoint, VERSION)


async def serve_and_work(settings: Settings, url: str, ready: Callable[[], None]) -> None:
    """Server and worker in one process, until a signal; `ready` is called once the server answers."""
    server, stop = server_of(settings, url, ready), asyncio.Event()
    working = asyncio.create_task(keep_working(settings, url, stop))
    serving = asyncio.create_task(server.serve())
    await asyncio.wait({serving, working}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    server.should_exit = True
    await asyncio.gather(serving, working)


class Server(uvicorn.Server):
    """Says when it answers, and leaves the signals to us, so that whatever runs beside it ends with it."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], leave: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._leave = leave

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._leave()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def server_of(settings: Settings, url: str, ready: Callable[[], None] = lambda: None) -> Server:
    """The server, not started yet; `ready` is called once it answers."""
    app = build(settings, url)
    gc.freeze()  # nor is the app: looking through it every so often made some answers slow
    config = Bounded(
        app,
        version=VERSION,
        connections_per_address=settings.connections_per_address,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=20,
        server_header=False,
    )
    return Server(config, ready, app.state.wiring.uploads.stop)
