"""The addresses to which webhooks may be sent: public ones, and networks that the operator allows."""

import ipaddress
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK = IPv4Address("127.0.0.1")
_SPECIAL = "0.0.0.0/8 169.254.0.0/16 224.0.0.0/4 240.0.0.0/4 ::/128 fe80::/10 ff00::/8"
"""This host, link-local, multicast and reserved addresses (RFC 6890)."""
_CLOUDS = "168.63.129.16/32 100.100.100.200/32 192.0.0.192/32 fd00:ec2::254/128 fd20:ce::254/128"
"""Hosts of cloud providers that hand out credentials: Azure, Alibaba, Oracle; AWS and Google by IPv6."""
_DISGUISES = "192.88.99.0/24 2002::/16 2001::/32 64:ff9b::/96 64:ff9b:1::/48 ::ffff:0:0/96"
"""Addresses that stand for another one: 6to4 and its relays, Teredo, NAT64, IPv4 mapped into IPv6."""
NEVER: tuple[Network, ...] = tuple(map(ipaddress.ip_network, f"{_SPECIAL} {_CLOUDS} {_DISGUISES}".split()))
"""Nothing is ever sent there, whatever the settings say."""
_WORLD = ipaddress.ip_network("2000::/3")
"""The IPv6 range of public addresses; every host on the internet has its address there."""


@dataclass(frozen=True)
class Destinations:
    """The addresses to which webhooks may go: those of the internet, and these."""

    local: bool = False
    """Outside production: this machine and private networks too, also without TLS."""
    networks: tuple[Network, ...] = ()
    """The networks that the operator allows (`SAMEN_WEBHOOK_NETWORKS`)."""

    def include(self, address: Address) -> bool:
        """Whether webhooks may be sent to an address."""
        plain = _unmapped(address)
        if any(plain in network for network in NEVER):
            return False
        named = any(plain in network for network in self.networks)
        return named or _is_public(plain) or (self.local and plain.is_private)


PUBLIC = Destinations()
"""Nothing but the internet."""


def address_of(text: str) -> Address:
    """The address in a text, without its zone. Raises ValueError."""
    return ipaddress.ip_address(text.partition("%")[0])


def addresses_in(host: str) -> tuple[Address, ...]:
    """The addresses that a host stands for without a look-up; empty if it is a name.

    It reads an IP address in each form that resolvers accept (`10.1`, `0x7f.1`, `2130706433`); `localhost` and the
    names under it are this machine (RFC 6761, 6.3).
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return (LOOPBACK,)
    try:
        return (address_of(name),)
    except ValueError:
        pass
    try:
        return (IPv4Address(socket.inet_aton(name)),)
    except (OSError, ValueError):
        return ()


def never_in(network: Network) -> Network | None:
    """The first network of `NEVER` that overlaps with `network`: settings may not allow such a network."""
    return next((never for never in NEVER if never.version == network.version and network.overlaps(never)), None)


def _unmapped(address: Address) -> Address:
    """An IPv4 address mapped into IPv6 (RFC 4291, 2.5.5.2) as IPv4; every other address unchanged."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def _is_public(address: Address) -> bool:
    """Whether an address is a public one."""
    return address.is_global and (isinstance(address, IPv4Address) or address in _WORLD)
