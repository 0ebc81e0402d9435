"""Identifies clients: by the address of the connection, or by the headers of a trusted proxy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

ANY = "*"


class Proxies:
    """The proxies that may name the client, as addresses or networks; ``*`` trusts all."""

    def __init__(self, trusted: Iterable[str]) -> None:
        given = [one for one in trusted if one]
        self._trusts_all = ANY in given
        self._networks = tuple(ip_network(one, strict=False) for one in given if one != ANY)

    def is_trusted(self, address: str) -> bool:
        """False for text that is not an address."""
        return self._trusts_all or any(_is_in(address, network) for network in self._networks)

    def client(self, peer: str, headers: Mapping[str, str]) -> str:
        """The last address in X-Forwarded-For that is not a trusted proxy, or the peer itself."""
        if not self.is_trusted(peer):
            return peer
        hops = [hop.strip() for hop in headers.get("X_FORWARDED_FOR", "").split(",") if hop.strip()]
        strangers = [hop for hop in hops if self._trusts_all or not self.is_trusted(hop)]
        return (strangers or hops or [peer])[-1]

    def scheme(self, peer: str, headers: Mapping[str, str]) -> str:
        """The URL scheme that the client used."""
        named = headers.get("X_FORWARDED_PROTO", "").strip().lower()
        return "https" if named == "https" and self.is_trusted(peer) else "http"


def network_of(address: str) -> str:
    """What counts as one client: the address; of IPv6 its /64 network, which a single host may use in full.

    Text that is not an address is unchanged.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False))
    return str(found)


def _is_in(address: str, network: IPv4Network | IPv6Network) -> bool:
    try:
        return ip_address(address) in network
    except ValueError:
        return False
