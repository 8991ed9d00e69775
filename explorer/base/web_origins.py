"""Which pages may open this server's sockets."""

from __future__ import annotations

from urllib.parse import urlsplit

from explorer.base.runtime_settings import settings


def is_our_page(origin: str, host: str) -> bool:
    """Whether a page of ``origin`` came from this server, to which it speaks as ``host``.

    Behind a proxy that changes ``Host``, pages come from one of ``EXPLORER_HOSTS``.
    """
    try:
        site = urlsplit(origin)
    except ValueError:
        return False
    if site.scheme not in ("http", "https") or not site.netloc:
        return False
    return site.netloc == host or site.hostname in settings().hosts
