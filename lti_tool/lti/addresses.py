"""Addresses of platforms: which may be one, and which site an address belongs to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from marshmallow import ValidationError

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]{1,253}|\[[0-9a-f:]{2,45}\])(?::\d{1,5})?")
"""Host names have at most 253 characters (RFC 1035): what is stored of a launch has a length that a column can hold."""


def origin_of(url: str | None) -> str | None:
    """Return ``scheme://host[:port]`` of an address, or None when it is none that may stand in a header."""
    try:
        parts = urlsplit(url or "")
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
    except ValueError:
        return None
    # As browsers write it, which leave the usual port out: what they compare it with comes from them.
    origin = origin.removesuffix(":443" if parts.scheme == "https" else ":80")
    return origin if _ORIGIN.fullmatch(origin) else None


def is_secure(origin: str) -> bool:
    """Whether nobody on the way can stand for a site: it is on https, or on this computer."""
    return origin.startswith("https://") or urlsplit(origin).hostname in LOOPBACK_HOSTS


def check_platform_address(url: str, *, loopback: bool) -> None:
    """Refuse an address that a platform cannot have.

    :param loopback: whether http on this computer is allowed, for trying things.
    :raises ValidationError: when it is not https, or is no address.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if host is None or parts.username is not None or parts.fragment or origin_of(url) is None:
        message = "is not a web address"
        raise ValidationError(message)
    on_loopback = parts.scheme == "http" and host in LOOPBACK_HOSTS
    if parts.scheme != "https" and not on_loopback:
        message = "must begin with https://"
        raise ValidationError(message)
    if on_loopback and not loopback:
        message = "is on this computer, which is only allowed with RUGZAK_ALLOW_LOOPBACK_PLATFORMS=yes"
        raise ValidationError(message)
