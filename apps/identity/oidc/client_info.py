"""Which browser somebody uses, and from where, as far as they need to know it again; nothing of it is for deciding."""

import ipaddress

from django.http import HttpRequest

# In order: later names stand in the words of earlier browsers too.
FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)

SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_family(request: HttpRequest) -> str:
    """Such as "Firefox, Linux"; empty when nothing is recognised. The whole line is not kept: it marks people."""
    said = request.headers.get("User-Agent", "")[:500]
    found = [next((name for mark, name in marks if mark in said), "") for marks in (FAMILIES, SYSTEMS)]
    return ", ".join(name for name in found if name)


def address_of(request: HttpRequest) -> str:
    """Where a call came from, as the front server says it (it drops what was claimed before); "" if nobody knows."""
    address = _address(request)
    return str(address) if address is not None else ""


def network_of(request: HttpRequest) -> str:
    """The address, or the /64 it lies in for IPv6: a single home or cloud machine is given all of one (RFC 6177)."""
    address = _address(request)
    if not isinstance(address, ipaddress.IPv6Address):
        return str(address or "")
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


def _address(request: HttpRequest) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        return ipaddress.ip_address(said)
    except ValueError:
        return None
