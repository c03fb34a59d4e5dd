"""How fast a client may ask: units a minute by class; a GraphQL operation costs more units the more it asks for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from app.domain.actors import VISITOR, Identity

WINDOW = 60
"""Seconds."""
LOGIN_COST = 10
"""Units of a login, which nobody needs often and who guesses secrets does."""
PARTS = 20
"""A process takes units out of the common store in parts of the limit, and spends them without asking again."""


@dataclass(frozen=True)
class Rate:
    """`limit` units a minute for each client of a class; 0 is no limit."""

    name: str
    limit: int

    @property
    def part(self) -> int:
        return max(self.limit // PARTS, 1)


@dataclass(frozen=True)
class Left:
    """What is left of a rate: units, and seconds until the window begins anew."""

    rate: Rate
    units: int
    seconds: int
    allowed: bool


def client_of(identity: Identity, address: str) -> str:
    """Whom a request counts for: the app and the person of its token, else the address that it comes from."""
    if identity == VISITOR:
        return f"address {_network(address)}"
    return f"{identity.client_id}|{identity.issuer}|{identity.subject}"


@lru_cache(4096)
def _network(address: str) -> str:
    """The address; of IPv6 the /64, which is one household's."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{found}/64", strict=False)) if isinstance(found, IPv6Address) else str(found)


def window_of(now: datetime) -> tuple[datetime, int]:
    """When the present window began, and the seconds that are left of it."""
    passed = int(now.timestamp()) % WINDOW
    began = datetime.fromtimestamp(int(now.timestamp()) - passed, UTC)
    return began, WINDOW - passed


def old_window(now: datetime) -> datetime:
    """Windows that began before this are over for everybody."""
    return now - timedelta(seconds=5 * WINDOW)


def units_of(rows: int, fields: int) -> int:
    """What a GraphQL operation costs: one unit, one for every 50 rows and every 50 fields that it asks for."""
    return 1 + rows // 50 + fields // 50
