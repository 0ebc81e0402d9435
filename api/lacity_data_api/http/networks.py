"""Which addresses count as one client."""

from __future__ import annotations

import ipaddress


def network_of(address: str) -> str:
    """The address; of an IPv6 client its /64 network, all of whose addresses a single host may use."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
