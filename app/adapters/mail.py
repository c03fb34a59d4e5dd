"""Mail by SMTP, if it is configured."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTPException, SMTPRecipientRefused, SMTPRecipientsRefused, SMTPResponseException
from email_validator import EmailNotValidError, validate_email

from app.adapters.certificates import certificate_fault, trusted
from app.domain.documents import Document

PATIENCE = 90
"""The most seconds for a whole mail."""
ANSWERS_WITHIN = 15
"""The most seconds for each answer of the mail server, and a second more for each SLOWEST bytes that it gets."""
SLOWEST = 100_000


class MailFailed(Exception):
    """A mail was not sent. The message contains no address; `final`: the address will not accept it later either."""

    def __init__(self, note: str, *, final: bool = False) -> None:
        super().__init__(note)
        self.final = final


class Mail:
    """Sends text and files. `url` is `smtp://user:password@host:587` (STARTTLS) or `smtps://` (TLS from the start)."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    async def send(
        self,
        to: str,
        subject: str,
        text: str,
        *,
        mark: str,
        name: str | None = None,
        reply_to: str | None = None,
        files: Sequence[Document] = (),
    ) -> None:
        """Sends a message to one recipient; `mark` lets servers recognise a repeat. Raises MailFailed.

        With `name` it comes from that name, still at the address of the installation.
        """
        recipient = _ascii(to)
        if recipient is None:
            raise MailFailed("no mail address", final=True)
        message = EmailMessage()
        message["From"] = self._from(name)
        message["To"] = recipient
        if reply_to is not None and (answers_to := _ascii(reply_to)):
            message["Reply-To"] = answers_to
        message["Subject"] = " ".join(subject.split())
        message["Date"] = datetime.now(UTC)
        message["Message-ID"] = f"<{mark}@{self._sender.rpartition('@')[2].rstrip('>') or 'samen'}>"
        message.set_content(text)
        for one in files:
            maintype, subtype = one.media_type.value.split("/")
            message.add_attachment(one.content, maintype=maintype, subtype=subtype, filename=one.name)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._send(message, recipient)
        except (SMTPException, OSError) as error:
            raise _told(error) from error

    def _from(self, name: str | None) -> str | Address:
        """The sender; in place of its own name another one."""
        words = " ".join((name or "").split())
        return Address(words, addr_spec=parseaddr(self._sender)[1]) if words else self._sender

    async def _send(self, message: EmailMessage, to: str) -> None:
        size = sum(len(part.get_payload()) for part in message.walk() if not part.is_multipart())
        await aiosmtplib.send(
            message,
            recipients=[to],
            hostname=self._url.hostname,
            port=self._url.port,
            username=unquote(self._url.username) if self._url.username else None,
            password=unquote(self._url.password) if self._url.password else None,
            use_tls=self._url.scheme == "smtps",
            tls_context=trusted("smtp"),
            timeout=ANSWERS_WITHIN + size / SLOWEST,
        )


def _ascii(address: str) -> str | None:
    """The address in ASCII; None if it is none."""
    try:
        known = validate_email(address, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        return None
    return known.ascii_email


def _told(error: Exception) -> MailFailed:
    """The error; a refusal of the recipient with a code from 500 on is final."""
    if isinstance(error, SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    code = error.code if isinstance(error, SMTPResponseException) else None
    if fault := certificate_fault(error):
        return MailFailed(f"the certificate of the mail server is refused: {fault}")
    final = isinstance(error, SMTPRecipientRefused) and error.code >= 500
    return MailFailed(type(error).__name__ + (f" {code}" if code else ""), final=final)
