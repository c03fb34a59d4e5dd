"""Mail by SMTP, where it is configured."""

from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib


class Mail:
    """Sends plain text. `url` is `smtp://user:password@host:587` (STARTTLS) or `smtps://` (TLS from the start)."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    async def send(self, to: list[str], subject: str, text: str) -> None:
        """Send one message; raises what aiosmtplib raises, so that the worker tries again."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = ", ".join(to)
        message["Subject"] = " ".join(subject.split())
        message.set_content(text)
        await aiosmtplib.send(
            message,
            hostname=self._url.hostname,
            port=self._url.port,
            username=unquote(self._url.username) if self._url.username else None,
            password=unquote(self._url.password) if self._url.password else None,
            use_tls=self._url.scheme == "smtps",
            timeout=15,
        )
