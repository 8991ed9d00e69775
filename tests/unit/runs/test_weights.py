"""Weights that a killed training left are told from altered ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from explorer.base.errors import ExplorerError
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.run import WEIGHTS, Run
from explorer.runs.weights import carries_its_checksum, resumed_weights, save_weights
from explorer.training.train_run import resume_run


def flip(path: Path) -> None:
    """Change the last bit."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def lose_checksum(path: Path) -> None:
    """Write the same tensors as earlier versions did."""
    save_file(load_file(path), path)


def test_the_checksum_is_of_every_byte(trained: Run) -> None:
    content = (trained.path / WEIGHTS).read_bytes()
    assert carries_its_checksum(content)
    for place in [*range(300), *range(300, len(content), 97)]:
        altered = bytearray(content)
        altered[place] ^= 1
        assert not carries_its_checksum(bytes(altered)), place


def test_equal_weights_make_equal_files(trained: Run) -> None:
    before, model = load_run(trained).weights_sha256, load_model(load_run(trained), torch.device("cpu"))
    assert save_weights(trained, model) == before == resumed_weights(trained)


def test_weights_written_just_before_their_hash_are_gone_on_with(trained: Run) -> None:
    written = trained.status().weights_sha256
    trained.write_status(replace(trained.status(), weights_sha256="0" * 64))
    assert resumed_weights(trained) == written


def test_weights_of_an_earlier_version_are_known_by_the_status(trained: Run) -> None:
    lose_checksum(trained.path / WEIGHTS)
    with pytest.raises(ExplorerError, match="checksum does not match"):
        resumed_weights(trained)
    trained.write_status(replace(trained.status(), weights_sha256=resumed_hash(trained)))
    assert resumed_weights(trained) == trained.status().weights_sha256


def resumed_hash(run: Run) -> str:
    """The SHA-256 of the weights file."""
    return hashlib.sha256((run.path / WEIGHTS).read_bytes()).hexdigest()


@pytest.mark.parametrize("damage", [flip, lose_checksum])
def test_altered_weights_are_not_gone_on_with(damage: Callable[[Path], None], trained: Run) -> None:
    before = trained.status()
    damage(trained.path / WEIGHTS)
    with pytest.raises(ExplorerError, match=r"their checksum does not match\. Restore .* or delete it to go on"):
        resume_run(trained, lambda _: None, lambda: False, epochs=3)
    assert (trained.status().state, trained.status().weights_sha256) == ("finished", before.weights_sha256)
    (trained.path / WEIGHTS).unlink()
    resume_run(trained, lambda _: None, lambda: False, epochs=3)
    assert load_run(trained).weights_sha256 == resumed_weights(trained)
