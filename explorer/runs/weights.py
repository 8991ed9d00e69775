"""The weights file: written with a checksum of its own, and known again after its training was killed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from explorer.base import ExplorerError, damaged, when_free, write_atomic
from explorer.runs.run import WEIGHTS, Run

if TYPE_CHECKING:
    from torch import Tensor

    from models import VAE

SHA256 = "sha256"  # in the header's metadata
NO_DIGITS = "0" * 64  # in its place while it is computed


def save_weights(run: Run, model: VAE) -> str:
    """The SHA-256 of the weights file, for the status, after writing it; ExplorerError where it cannot be written.

    The status says which weights are the run's. The checksum in the file tells weights that a killed training wrote
    just before that status from altered ones.
    """
    content = weights_content(model.state_dict())
    write_atomic(run.path / WEIGHTS, content)
    return digest_of(content)


def weights_content(tensors: Mapping[str, Tensor]) -> bytes:
    """The content of a weights file with these tensors, which carries its own checksum."""
    from safetensors.torch import save

    plain = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    content = save(plain, {SHA256: NO_DIGITS})
    return content.replace(NO_DIGITS.encode(), digest_of(content).encode(), 1)


def resumed_weights(run: Run) -> str:
    """The SHA-256 of the weights that a resumed training goes on with; '' where there are none.

    Raises ExplorerError where they are neither those of the status nor as a training wrote them.
    """
    if not run.has_weights:
        return ""
    content = weights_of(run)
    found = digest_of(content)
    if found != run.status().weights_sha256 and not carries_its_checksum(content):
        raise altered(run, "Restore weights.safetensors, or delete it to go on from the checkpoint alone.")
    return found


def weights_of(run: Run) -> bytes:
    """The content of the weights file, unchecked; ExplorerError where there is none."""
    path = run.path / WEIGHTS
    try:
        return when_free(path.read_bytes)
    except FileNotFoundError as error:
        hint = "Wait for its training, or train it again."
        raise ExplorerError(f"The run {run.name} has no weights.", hint) from error
    except OSError as error:
        raise damaged(path, error.strerror) from error


def altered(run: Run, hint: str) -> ExplorerError:
    """The sentence for weights that are not those that were written."""
    return ExplorerError(f"The weights of {run.name} were altered or cut off: their checksum does not match.", hint)


def carries_its_checksum(content: bytes) -> bool:
    """Whether ``save_weights`` wrote exactly these bytes; False for a file of an earlier version."""
    try:
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        digits = header["__metadata__"][SHA256].encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    written = content.replace(digits, NO_DIGITS.encode(), 1)
    return len(digits) == len(NO_DIGITS) and digest_of(written).encode() == digits


def digest_of(content: bytes) -> str:
    """The SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
