"""The keys of an installation, from the settings or kept beside the data, and the names under which it signs."""

import base64
import contextlib
import json
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.adapters.tokens import KeyRing, new_key
from app.db.engine import BOOKS_ROLE, opened
from app.db.sealing import Sealing
from app.db.sealing_key import claim, fingerprint, opens, wrapped_keys
from app.settings import Settings

SEALING_KEY = "sealing-key"
log = logging.getLogger("samen.keys")


def app_issuer(settings: Settings) -> str:
    """The issuer of apps' tokens."""
    return settings.public_url


def people_issuer(settings: Settings) -> str:
    """The built-in issuer of people's tokens, outside production only."""
    return f"{settings.public_url}/people"


def key_ring(settings: Settings) -> KeyRing:
    """Our signing keys: from the settings, or kept beside the data."""
    if settings.signing_keys is not None:
        return KeyRing.of(settings.signing_keys.get_secret_value())
    if settings.production:
        raise RuntimeError("SAMEN_SIGNING_KEYS is needed in production: every process signs with the same keys.")
    return KeyRing.of(_kept(settings, "signing-keys.json", lambda: json.dumps({"keys": [new_key()]})))


class SealingKeyError(RuntimeError):
    """The sealing key is missing, damaged or another database's; the message says what to do."""


def sealing(settings: Settings) -> Sealing:
    """The key of sealed facts: from the settings, or kept beside the data."""
    if settings.sealing_key is None and settings.production:
        raise SealingKeyError("SAMEN_SEALING_KEY is needed in production: what is sealed has to stay readable.")
    if settings.sealing_key is not None:
        place, text = "SAMEN_SEALING_KEY", settings.sealing_key.get_secret_value()
    else:
        place = str(_file(settings, SEALING_KEY))
        text = _kept(settings, SEALING_KEY, lambda: base64.b64encode(os.urandom(32)).decode())
    try:
        return Sealing.of(text)
    except ValueError:
        raise SealingKeyError(f"{place} has to be 32 bytes in base64. Put back the key of this database.") from None


async def check_sealing_key(settings: Settings, url: str, *, first: bool = True) -> None:
    """Check that the key belongs to this database. Raises SealingKeyError if it is missing or another's.

    A database without a fingerprint gets one: as soon as the key opens what is sealed there or, with `first`, if
    nothing is sealed yet. So no start makes a new key beside facts that an older key has sealed.
    """
    async with opened(url, role=BOOKS_ROLE, size=1) as database, database.transaction() as tx:
        known, wrapped = await fingerprint(tx), await wrapped_keys(tx)
        if known is None and not wrapped and not first:
            return
        if (known or wrapped) and settings.sealing_key is None and not _file(settings, SEALING_KEY).exists():
            raise SealingKeyError(
                "The key for sealed facts is missing, and this database holds facts that it sealed. Put the key in"
                f" {_file(settings, SEALING_KEY)}, or set SAMEN_SEALING_KEY. It is kept apart from the backups."
            )
        key = sealing(settings)
        opened_keys = opens(key, wrapped) if known is None else 0
        fits = (opened_keys > 0 or not wrapped) if known is None else known == key.fingerprint()
        if 0 < opened_keys < len(wrapped):
            log.warning("the sealing key opens %d of the %d keys of this database", opened_keys, len(wrapped))
        if not fits or not await claim(tx, key):
            raise SealingKeyError(
                "The key for sealed facts is not the one of this database, so nothing that is sealed can be read."
                f" Put the right key in {_file(settings, SEALING_KEY)}, or set SAMEN_SEALING_KEY."
            )


def _file(settings: Settings, name: str) -> Path:
    return (settings.data_dir or Path(".samen")) / name


def _kept(settings: Settings, name: str, made: Callable[[], str]) -> str:
    """The contents of a file beside the data that only we can read; a missing file is made, whole or not at all."""
    file = _file(settings, name)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="utf-8") as half:  # for its owner alone
            half.write(made())
            half.flush()
            os.fsync(half.fileno())
            with contextlib.suppress(FileExistsError):  # another process was faster
                os.link(half.name, file)
    return file.read_text(encoding="utf-8")
