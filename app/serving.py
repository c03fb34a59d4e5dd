"""The long-running processes: the server, the worker, or both in one; and their monitoring."""

import gc

# This saves half a second of the start: imports make no garbage.
gc.disable()

import asyncio
import contextlib
import ctypes
import signal
import socket
import struct
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from app.adapters.addresses import prefix_of
from app.adapters.metrics import expose
from app.adapters.telemetry import send_traces
from app.db.logins import Logins
from app.main import VERSION, build
from app.settings import Settings, SettingsWrong
from app.transport.connections import Bounded, Connection
from app.transport.wiring import Wiring
from app.worker import keep_working

gc.enable()
gc.freeze()


def watch(settings: Settings) -> None:
    """Opens the monitoring: metrics for Prometheus, traces for OpenTelemetry. Raises SettingsWrong."""
    try:
        expose(settings.metrics_port, settings.metrics_host)
    except OSError as error:
        where = f"SAMEN_METRICS_HOST, SAMEN_METRICS_PORT: {settings.metrics_host} port {settings.metrics_port}"
        raise SettingsWrong([f"{where} cannot be opened ({error.strerror})."]) from None
    send_traces(settings.otlp_endpoint, VERSION)


def listener(settings: Settings) -> socket.socket:
    """The bound socket of the API, so that a used port is reported before anything starts. Raises SettingsWrong."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sends without delay only if TCP is given.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((settings.host, settings.port))
    except OSError as error:
        opened.close()
        where = f"SAMEN_HOST, SAMEN_PORT: {settings.host} port {settings.port}"
        raise SettingsWrong([f"{where} cannot be opened ({error.strerror})."]) from None
    return opened


async def serve_and_work(settings: Settings, logins: Logins, ready: Callable[[], None]) -> None:
    """Server and worker in one process, until a signal; `ready` is called once the server answers."""
    bound = listener(settings)
    server, stop = server_of(settings, logins, ready), asyncio.Event()
    working = asyncio.create_task(keep_working(settings, logins, stop))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    await asyncio.wait({serving, working}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    server.should_exit = True
    await asyncio.gather(serving, working)


SYN_ONLY = ((0x30, 0, 0, 13), (0x54, 0, 0, 0x12), (0x15, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))
"""Classic BPF: load the flags of the TCP header; drop the packet if only SYN is set of SYN and ACK; else accept it."""
SO_ATTACH_FILTER = 26
"""Of Linux (socket(7)); Python has no name for it."""
QUEUED = 0.5
"""Seconds in which started handshakes complete, and their first requests arrive."""


class Server(uvicorn.Server):
    """Reports when it answers, and leaves signals to us, so that everything in the process ends together.

    With `drain_seconds`, SIGTERM calls `drain` first, and requests are accepted for that long; SIGINT and a second
    SIGTERM do not wait.
    """

    def __init__(
        self,
        config: Bounded,
        ready: Callable[[], None],
        *,
        drain_seconds: float = 0,
        drain: Callable[[], None] = lambda: None,
        leave: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(config)
        self._bounded = config
        self._ready, self._drain, self._leave = ready, drain, leave
        self._drain_seconds = drain_seconds
        self._drained = False
        self._end: asyncio.TimerHandle | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and self._drain_seconds and self.started and not self._bounded.draining:
            self._begin_to_drain()
            return
        if self._end is not None:
            self._end.cancel()
        super().handle_exit(sig, frame)

    def _begin_to_drain(self) -> None:
        """Answers requests for `drain_seconds` more, each as the last one of its connection."""
        self._bounded.draining = True
        for connection in self.server_state.connections:
            if isinstance(connection, Connection):
                connection.be_last()
        self._drain()
        self._end = asyncio.get_running_loop().call_later(self._drain_seconds, self._end_of_drain)

    def _end_of_drain(self) -> None:
        self._drained = self.should_exit = True

    async def _refuse_connections(self) -> None:
        """Refuses new connections, and answers the open ones.

        A closing listener resets the connections in its queue, and with them a POST that no proxy may repeat. So the
        kernel drops each SYN first. The client's kernel sends it again after a second; by then the port is closed, and
        the proxy uses another process. A handshake that has begun is completed.
        """
        program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in SYN_ONLY))
        attached = struct.pack("HP", len(SYN_ONLY), ctypes.addressof(program))
        for server in self.servers:
            for listener in server.sockets:
                listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, attached)
        await asyncio.sleep(QUEUED)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._drained:
            await self._refuse_connections()
        self._leave()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def server_of(settings: Settings, logins: Logins, ready: Callable[[], None] = lambda: None) -> Server:
    """The server, not started yet; it calls `ready` once it answers."""
    app = build(settings, logins)
    # The app is no garbage either: regular searches through it made some answers slow.
    gc.freeze()
    config = Bounded(
        app,
        version=VERSION,
        prefix=prefix_of(settings.public_url),
        connections_per_address=settings.connections_per_address,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=20,
        server_header=False,
    )
    wired: Wiring = app.state.wiring

    def drain() -> None:
        wired.readiness.draining = True

    return Server(config, ready, drain_seconds=settings.drain_seconds, drain=drain, leave=wired.uploads.stop)
