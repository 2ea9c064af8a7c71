"""Which network addresses a fetch may go to. Rule: what is not known to be public is refused.

The lists are IANA's special-purpose registries (RFC 6890 and later entries). `ipaddress.is_global` is not used: the
one of Python 3.11.7 calls 224.0.0.1, ff02::1, 64:ff9b::7f00:1 and 2002:7f00:1:: global, among others.
"""

from __future__ import annotations

import ipaddress

PORTS = (80, 443)  # every platform page and file server; other ports are how a foreign page probes a network

_REFUSED_4 = tuple(
    (ipaddress.IPv4Network(net), words)
    for net, words in (
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "an address inside a provider's network"),
        ("127.0.0.0/8", "this machine"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a test-network address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)
# Only 2000::/3 is given out for the public internet (RFC 4291, IANA); these parts of it are not plain hosts.
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_6 = tuple(
    (ipaddress.IPv6Network(net), words)
    for net, words in (
        ("2001::/23", "a tunnel or protocol address"),  # Teredo 2001::/32, benchmarking, ORCHID
        ("2001:db8::/32", "a documentation address"),
        ("2002::/16", "a 6to4 address"),
        ("3fff::/20", "a documentation address"),
    )
)
_NAMED_6 = (
    (ipaddress.IPv6Network("::1/128"), "this machine"),
    (ipaddress.IPv6Network("::/128"), "an unspecified address"),
    (ipaddress.IPv6Network("::ffff:0:0/96"), "an IPv4 address in disguise"),
    (ipaddress.IPv6Network("::/96"), "an IPv4 address in disguise"),
    (ipaddress.IPv6Network("64:ff9b::/96"), "a NAT64 address"),
    (ipaddress.IPv6Network("64:ff9b:1::/48"), "a NAT64 address"),
    (ipaddress.IPv6Network("fc00::/7"), "a private address"),
    (ipaddress.IPv6Network("fe80::/10"), "a link-local address"),
    (ipaddress.IPv6Network("fec0::/10"), "a private address"),
    (ipaddress.IPv6Network("ff00::/8"), "a multicast address"),
)


def why_refused(address: str) -> str | None:
    """Return what `address` (an IP address as text) is when a fetch must not go there, or None when it may."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "not an IP address"
    if isinstance(parsed, ipaddress.IPv4Address):
        return next((words for net, words in _REFUSED_4 if parsed in net), None)
    if parsed in _PUBLIC_6:
        return next((words for net, words in _REFUSED_6 if parsed in net), None)
    return next((words for net, words in _NAMED_6 if parsed in net), "a reserved address")


def listed(host: str, port: int, allowed: tuple[str, ...]) -> bool:
    """Return whether `host` and `port` stand in `allowed`, a list of `host`, `host:port` and `[v6]:port`."""
    name = plain(host)
    return any(
        name == plain(entry_host) and entry_port in (None, port) for entry_host, entry_port in map(_split, allowed)
    )


def plain(host: str) -> str:
    """Return `host` as names are compared: lower case, without brackets and the final dot."""
    return host.strip("[]").rstrip(".").lower()


def _split(entry: str) -> tuple[str, int | None]:
    host, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.endswith("]")):
        return host, int(port)
    return entry, None
