"""The keys of an installation, from the settings or kept beside the data, and the names under which it signs."""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path

from app.adapters.tokens import KeyRing, new_key
from app.db.sealing import Sealing
from app.settings import Settings


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


def sealing(settings: Settings) -> Sealing:
    """The key of sealed facts: from the settings, or kept beside the data."""
    if settings.sealing_key is not None:
        return Sealing.of(settings.sealing_key.get_secret_value())
    if settings.production:
        raise RuntimeError("SAMEN_SEALING_KEY is needed in production: what is sealed has to stay readable.")
    return Sealing.of(_kept(settings, "sealing-key", lambda: base64.b64encode(os.urandom(32)).decode()))


def _kept(settings: Settings, name: str, made: Callable[[], str]) -> str:
    """What a file beside the data says that only we can read; it is made where it is missing."""
    file = (settings.data_dir or Path(".samen")) / name
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(made())
        try:
            os.link(half, file)
        except FileExistsError:  # another process was faster
            pass
        finally:
            half.unlink()
    return file.read_text(encoding="utf-8")
