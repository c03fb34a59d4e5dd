"""Another company's mail server: it speaks SMTP on a local socket, and answers as a test wants."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import Parser

from app.adapters.mail import Mail
from tests.tls import Tls

MOST = 50_000_000
"""The most bytes of a message."""


@dataclass(kw_only=True)
class MailServer:
    """What it received: the recipients of each message, and its text."""

    port: int = 0
    received: list[tuple[list[str], str]] = field(default_factory=list)
    refused: dict[str, bytes] = field(default_factory=dict)
    """Its answer to a recipient."""
    to_data: bytes = b"354 go"
    seconds: float = 0
    """The seconds that it takes for each message."""
    silent: bool = False
    """It accepts connections and never answers."""
    tls: bool = False
    """It speaks TLS from the start."""

    @property
    def mail(self) -> Mail:
        return Mail(f"{'smtps' if self.tls else 'smtp'}://127.0.0.1:{self.port}", "samen@example.org")

    def about(self, word: str) -> list[tuple[list[str], str]]:
        """The messages that contain a word."""
        return [(to, text) for to, text in self.received if word in text]

    def mails(self, address: str) -> list[EmailMessage]:
        """The messages to an address, parsed."""
        parser = Parser(policy=policy.default)
        return [parser.parsestr(text) for to, text in self.received if address in to]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            if self.silent:
                await reader.read()
            else:
                await self._talk(reader, writer)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to: list[str] = []
        writer.write(b"220 test\r\n")
        while line := (await reader.readline()).decode().strip():
            said, command = b"250 ok", line.split(" ")[0].upper()
            if command == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                said = self.refused.get(address, said)
                to += [address] if said.startswith(b"250") else []
            elif command == "DATA":
                said = self.to_data
            writer.write((b"221 bye" if command == "QUIT" else said) + b"\r\n")
            if command == "QUIT":
                return
            if command == "DATA" and said.startswith(b"354"):
                text = (await reader.readuntil(b"\r\n.\r\n")).decode()
                await asyncio.sleep(self.seconds)
                self.received.append((to, text))
                to = []
                writer.write(b"250 ok\r\n")


@contextlib.asynccontextmanager
async def mail_server(tls: Tls | None = None) -> AsyncIterator[MailServer]:
    """A mail server that listens."""
    found = MailServer(tls=tls is not None)
    server = await asyncio.start_server(found.answer, "127.0.0.1", 0, ssl=tls.server() if tls else None, limit=MOST)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
