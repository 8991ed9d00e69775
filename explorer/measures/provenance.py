"""When and with what a measure was taken: what is needed to cite it."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

PACKAGES = ("torch", "numpy", "scipy", "scikit-learn", "torchmetrics")


@dataclass(frozen=True)
class Provenance:
    """Date (ISO 8601, UTC), device and versions of Python and of the packages that computed a measure."""

    date: str
    device: str
    versions: Mapping[str, str]


def provenance_now(device: str) -> Provenance:
    """The provenance of what is computed now on ``device``."""
    versions = {"python": platform.python_version()} | {name: version_of(name) for name in PACKAGES}
    return Provenance(datetime.now(UTC).isoformat(timespec="seconds"), device, versions)


def version_of(package: str) -> str:
    """The installed version of a package; "" without it."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def provenance_from(values: Any) -> Provenance | None:
    """A stored provenance; None where there is none. Raises TypeError, KeyError or AttributeError for a damaged one."""
    if values is None:
        return None
    versions = {str(name): str(version) for name, version in values["versions"].items()}
    return Provenance(str(values["date"]), str(values["device"]), versions)
