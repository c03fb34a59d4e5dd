"""Rate limits: units a minute by class; a GraphQL operation costs more units the more it selects."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from app.domain.actors import VISITOR, Identity

WINDOW = 60
"""Seconds."""
LOGIN_COST = 10
"""Units of a login: people log in rarely, but password guessing is frequent."""
PARTS = 20
"""A process reserves this fraction of a limit at a time, and spends it without further queries."""


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
    """The rest of a rate: units, and seconds until the next window."""

    rate: Rate
    units: int
    seconds: int
    allowed: bool


def client_of(identity: Identity, address: str) -> str:
    """The client that a request counts for: the app and the person of its token, otherwise the address."""
    if identity == VISITOR:
        return f"address {_network(address)}"
    return f"{identity.client_id}|{identity.issuer}|{identity.subject}"


@lru_cache(4096)
def _network(address: str) -> str:
    """The address; for IPv6 the /64, which belongs to one household."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{found}/64", strict=False)) if isinstance(found, IPv6Address) else str(found)


def window_of(now: datetime) -> tuple[datetime, int]:
    """The start of the present window, and the seconds that are left of it."""
    passed = int(now.timestamp()) % WINDOW
    began = datetime.fromtimestamp(int(now.timestamp()) - passed, UTC)
    return began, WINDOW - passed


def old_window(now: datetime) -> datetime:
    """Windows that began before this are over for every process."""
    return now - timedelta(seconds=5 * WINDOW)


def units_of(rows: int, fields: int) -> int:
    """The cost of a GraphQL operation: one unit, plus one for every 50 rows and every 50 fields that it selects."""
    return 1 + rows // 50 + fields // 50
