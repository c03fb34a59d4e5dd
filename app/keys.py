"""The keys of an installation, from the settings or the data directory, and the issuer names under which it signs."""

import base64
import json
import logging
import os
import tempfile
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr
from pydantic_core import from_json

from app.adapters.tokens import KeyRing, new_key
from app.db.engine import opened
from app.db.logins import Logins
from app.db.platform.sealing_key import claim, fingerprint, is_kept, opens, wrapped_keys
from app.db.sealed_text import Sealing
from app.settings import PREFIX, Settings, SettingsWrong

VARIED = 16
"""The least number of different bytes in a sealing key; only one of 10¹⁶ random keys has fewer."""
log = logging.getLogger("samen.keys")


@dataclass(frozen=True)
class Key:
    """A key of the installation: its setting, or else its file in the data directory; and how to make it."""

    setting: str
    file: str
    new: Callable[[], str]
    exception: str = ""

    @property
    def variable(self) -> str:
        return f"{PREFIX}{self.setting.upper()}"


SIGNING = Key("signing_keys", "signing-keys.json", lambda: json.dumps({"keys": [new_key()]}))
SEALING = Key(
    setting="sealing_key",
    file="sealing-key",
    new=lambda: base64.b64encode(os.urandom(32)).decode(),
    exception=", unless this database has one already: then put that one back",
)


def app_issuer(settings: Settings) -> str:
    """The issuer of apps' tokens."""
    return settings.public_url


def people_issuer(settings: Settings) -> str:
    """The built-in issuer of people's tokens, outside production only."""
    return f"{settings.public_url}/people"


def key_ring(settings: Settings) -> KeyRing:
    """Our signing keys: from the settings, or from the data directory. Raises SettingsWrong if production has none."""
    return KeyRing.of(_text(settings, SIGNING)[1])


class SealingKeyError(RuntimeError):
    """The sealing key is missing, damaged or of another database; the message says what to do."""


def sealing(settings: Settings) -> Sealing:
    """The key of sealed facts: from the settings, or from the data directory. Raises SealingKeyError, SettingsWrong."""
    source, text = _text(settings, SEALING)
    try:
        return Sealing.of(text)
    except ValueError:
        raise SealingKeyError(f"{source} has to be 32 bytes in base64. Put back the key of this database.") from None


def make_keys(settings: Settings) -> tuple[list[Path], list[str]]:
    """Makes the keys of an installation in its data directory. An existing key never changes.

    Returns the new files, and a sentence for each key that was not made. Raises OSError.
    """
    files, sentences = [], []
    for key in (SIGNING, SEALING):
        file = settings.folder / key.file
        if _setting(settings, key) is not None:
            sentences.append(f"{key.variable} is set, so nothing was made for it.")
        elif file.exists() or not _write_new(file, key.new()):
            sentences.append(f"{file} was there already, and stays as it is.")
        else:
            files.append(file)
    return files, sentences


def faults_of_keys(settings: Settings) -> Iterator[str]:
    """The faults of the keys: malformed or unreadable, or in production missing or easy to guess."""
    for key, faults_of in ((SIGNING, _faults_of_signing_keys), (SEALING, _faults_of_sealing_key)):
        file = settings.folder / key.file
        if _setting(settings, key) is None and not settings.production:
            continue
        try:
            if _setting(settings, key) is None and not file.exists():
                yield f"{key.variable} is not set, and {file} is not there. `samen keys` makes it{key.exception}."
                continue
            source, text = _text(settings, key)
        except (OSError, UnicodeDecodeError) as error:
            yield f"{file} cannot be read by this user ({error}). Give it the file, or put the right one there."
            continue
        faults = list(faults_of(source, text))
        yield from faults
        if settings.production and not faults and key is SEALING and len(set(base64.b64decode(text))) < VARIED:
            yield f"{source} is too easy to guess: it has to be 32 random bytes, as `samen keys` makes it."


def _faults_of_signing_keys(source: str, text: str) -> Iterator[str]:
    try:
        keys = list(from_json(text)["keys"])
    except (ValueError, TypeError, KeyError):
        keys = []
    if not keys:
        yield f"{source} is no JSON Web Key Set with a private key in it. `samen keys` makes one."
        return
    if not all(_signs(key) for key in keys):
        yield f"{source}: each key has to be a private ES256 key (P-256) with a `kid`, as `samen keys` makes it."
    elif len({key["kid"] for key in keys}) < len(keys):
        yield f"{source} has two keys with one kid."


def _signs(key: Any) -> bool:
    """Whether a JWK is a complete private ES256 key, and its public part matches."""
    try:
        numbers = [int.from_bytes(urlsafe_b64decode(f"{key[part]}==")) for part in ("d", "x", "y")]
        public = ec.derive_private_key(numbers[0], ec.SECP256R1()).public_key().public_numbers()
    except (ValueError, TypeError, KeyError):
        return False
    kind = [key.get(name) for name in ("kty", "crv", "alg")]
    named = isinstance(key.get("kid"), str) and key["kid"] != ""
    return named and kind == ["EC", "P-256", "ES256"] and numbers[1:] == [public.x, public.y]


def _faults_of_sealing_key(source: str, text: str) -> Iterator[str]:
    try:
        Sealing(base64.b64decode(text.strip(), validate=True))
    except ValueError:
        yield f"{source} has to be 32 bytes in base64. Put back the key of this database."


async def check_sealing_key(settings: Settings, logins: Logins, role: str, *, first: bool = True) -> None:
    """Checks as `role` that the key belongs to this database. Raises SealingKeyError if it is missing or another one.

    A database without a fingerprint gets one as soon as the key opens its sealed facts or, with `first`, if nothing is
    sealed yet. So no start makes a new key beside facts that an older key has sealed.
    """
    async with opened(logins, role=role, size=1) as database, database.transaction() as tx:
        if not await is_kept(tx):
            return
        known, wrapped = await fingerprint(tx), await wrapped_keys(tx)
        if known is None and not wrapped and not first:
            return
        if (known or wrapped) and settings.sealing_key is None and not (settings.folder / SEALING.file).exists():
            raise SealingKeyError(
                "The key for sealed facts is missing, and this database holds facts that it sealed. Put the key in"
                f" {settings.folder / SEALING.file}, or set SAMEN_SEALING_KEY. It is kept apart from the backups."
            )
        key = sealing(settings)
        opened_keys = opens(key, wrapped) if known is None else 0
        fits = (opened_keys > 0 or not wrapped) if known is None else known == key.fingerprint()
        if 0 < opened_keys < len(wrapped):
            log.warning("the sealing key opens %d of the %d keys of this database", opened_keys, len(wrapped))
        if not fits or not await claim(tx, key):
            raise SealingKeyError(
                "The key for sealed facts is not the one of this database, so nothing that is sealed can be read."
                f" Put the right key in {settings.folder / SEALING.file}, or set SAMEN_SEALING_KEY."
            )


def _setting(settings: Settings, key: Key) -> SecretStr | None:
    value: SecretStr | None = getattr(settings, key.setting)
    return value


def _text(settings: Settings, key: Key) -> tuple[str, str]:
    """The place of a key, and its text. Outside production a missing key is made. Raises SettingsWrong."""
    value, file = _setting(settings, key), settings.folder / key.file
    if value is not None:
        return key.variable, value.get_secret_value()
    if not file.exists():
        if settings.production:
            raise SettingsWrong(faults_of_keys(settings))
        _write_new(file, key.new())
    return str(file), file.read_text(encoding="utf-8")


def _write_new(file: Path, text: str) -> bool:
    """Writes a new file that only its owner can read, complete or not at all. False if another process was first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="utf-8") as half:
        half.write(text)
        half.flush()
        os.fsync(half.fileno())
        try:
            os.link(half.name, file)
        except FileExistsError:
            return False
    return True
