"""Which names this server answers to, and which pages may open its sockets."""

from __future__ import annotations

from urllib.parse import urlsplit

from explorer.base.runtime_settings import settings

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def hostname_of(netloc: str) -> str:
    """The name in a ``Host`` header or in an origin's ``host:port``, in lower case; empty for what is neither."""
    try:
        parts = urlsplit(f"//{netloc}")
        _ = parts.port  # checks it
    except ValueError:
        return ""
    return parts.hostname or "" if parts.netloc == netloc and "@" not in netloc else ""


def is_our_host(host: str) -> bool:
    """Whether a ``Host`` header names this machine or one of ``EXPLORER_HOSTS``.

    Under any other name, which its owner may point to this machine, a foreign page would count as one of ours.
    """
    return hostname_of(host) in (*LOCAL_HOSTS, *settings().hosts)


def is_our_page(origin: str, host: str) -> bool:
    """Whether a page of ``origin`` came from this server, to which it speaks as ``host``.

    Behind a proxy that changes ``Host``, pages come from one of ``EXPLORER_HOSTS``.
    """
    netloc = urlsplit(origin).netloc if origin.startswith(("http://", "https://")) else ""
    return bool(netloc) and (netloc == host or hostname_of(netloc) in settings().hosts)
