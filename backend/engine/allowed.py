"""From where a key may be used: origins of pages, addresses and networks. Pure; called wherever a key is checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address


def is_allowed_origin(origin: str | None, allowed: Collection[str]) -> bool:
    """Tell whether a page may use the key; callers that are no browsers send no origin and are not held by the list."""
    return not allowed or origin is None or origin.lower() in allowed


def networks_of(allowed: Iterable[str]) -> tuple[Network, ...]:
    """Read addresses and networks.

    Raises:
        ValueError: a text that is neither.
    """
    return tuple(ip_network(text, strict=False) for text in allowed)


def is_allowed_address(address: str, allowed: Collection[Network]) -> bool:
    """Tell whether an address lies in one of the networks; any does when there are none."""
    if not allowed:
        return True
    try:
        found = _plain(ip_address(address))
    except ValueError:
        # A socket without an address cannot be told apart from anybody: the list does not name it.
        return False
    return any(found in network for network in allowed if network.version == found.version)


def _plain(address: _Address) -> _Address:
    """Give the IPv4 address that a socket of both families writes as ::ffff:1.2.3.4."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped
