"""Mail by SMTP, if it is configured."""

import asyncio
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTPException, SMTPRecipientRefused, SMTPRecipientsRefused, SMTPResponseException
from email_validator import EmailNotValidError, validate_email

from app.adapters.certificates import certificate_fault, trusted

PATIENCE = 60
"""The most seconds for a whole mail; 15 for each answer of the mail server."""


class MailFailed(Exception):
    """A mail was not sent. The message contains no address; `final`: the address will not accept it later either."""

    def __init__(self, note: str, *, final: bool = False) -> None:
        super().__init__(note)
        self.final = final


class Mail:
    """Sends plain text. `url` is `smtp://user:password@host:587` (STARTTLS) or `smtps://` (TLS from the start)."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    async def send(self, to: str, subject: str, text: str, *, mark: str) -> None:
        """Sends a message to one person; `mark` lets servers recognise a repeat. Raises MailFailed."""
        try:
            address = validate_email(to, check_deliverability=False, allow_smtputf8=False, test_environment=True)
        except EmailNotValidError:
            raise MailFailed("no mail address", final=True) from None
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = recipient = str(address.ascii_email)
        message["Subject"] = " ".join(subject.split())
        message["Message-ID"] = f"<{mark}@{self._sender.rpartition('@')[2].rstrip('>') or 'samen'}>"
        message.set_content(text)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._send(message, recipient)
        except (SMTPException, OSError) as error:
            raise _told(error) from error

    async def _send(self, message: EmailMessage, to: str) -> None:
        await aiosmtplib.send(
            message,
            recipients=[to],
            hostname=self._url.hostname,
            port=self._url.port,
            username=unquote(self._url.username) if self._url.username else None,
            password=unquote(self._url.password) if self._url.password else None,
            use_tls=self._url.scheme == "smtps",
            tls_context=trusted("smtp"),
            timeout=15,
        )


def _told(error: Exception) -> MailFailed:
    """The error; a refusal of the recipient with a code from 500 on is final."""
    if isinstance(error, SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    code = error.code if isinstance(error, SMTPResponseException) else None
    if fault := certificate_fault(error):
        return MailFailed(f"the certificate of the mail server is refused: {fault}")
    final = isinstance(error, SMTPRecipientRefused) and error.code >= 500
    return MailFailed(type(error).__name__ + (f" {code}" if code else ""), final=final)
