"""What is in an exported page, and what is not."""

from __future__ import annotations

import gzip
import io
import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from explorer.base.errors import ExplorerError
from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.datasets.datasets import dataset_spec
from explorer.exporting.page.content import PageOptions, page_content
from explorer.exporting.report.subject import Subject
from explorer.inference.decoding import load_with_model
from explorer.inference.latents import latents_of
from explorer.maps.fits.projections import map_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.imported_runs import decoder_alone, imported_run, latents_run

pytestmark = pytest.mark.usefixtures("shipped_root", "data_root", "runs_root")


@dataclass(frozen=True)
class Unpacked:
    """The content as the page reads it."""

    header: dict[str, Any]
    content: bytes

    def array(self, name: str, kind: str) -> NDArray[Any]:
        """A binary part."""
        return np.frombuffer(self.part(name), kind)

    def part(self, name: str) -> bytes:
        """Its bytes."""
        offset, length = self.header["blobs"][name]
        return self.content[offset : offset + length]


def unpacked(run: Run, options: PageOptions | None = None) -> Unpacked:
    """The content of a run's page."""
    content = gzip.decompress(page_content(Subject(*load_with_model(run)), options or PageOptions()).content)
    (length,) = struct.unpack("<I", content[:4])
    return Unpacked(json.loads(content[4 : 4 + length]), content[4 + length :])


def test_codes_labels_and_maps_are_those_of_the_run(trained: Run) -> None:
    found, latents = unpacked(trained), latents_of(load_run(trained))
    n, latent = latents.mu.shape
    mu = found.array("mu", "<f2").reshape(n, latent).astype(np.float32)
    np.testing.assert_allclose(mu, latents.mu, rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(found.array("labels", "<u2"), latents.labels)
    np.testing.assert_allclose(found.array("kl", "<f2"), latents.values.kl_nats.sum(1), rtol=1e-3)
    (facts,) = found.header["maps"]
    points = map_of(load_run(trained), "pca").points
    steps = found.array("map-pca", "<u2").reshape(n, 2) / 65_535
    low, high = (np.array([facts["range"][axis][end] for axis in "xy"]) for end in (0, 1))
    np.testing.assert_allclose(low + steps * (high - low), points, atol=float((high - low).max()) / 65_535)
    assert (found.header["run"], found.header["n"], found.header["conditional"]) == ("tiny", n, 0)
    assert found.header["classes"] == list(latents.classes)
    assert found.header["views"]["directions"] is None


def test_without_latents_nothing_of_an_image_is_left(trained: Run) -> None:
    found = unpacked(trained, PageOptions(latents=False))
    assert (found.header["n"], found.header["maps"], found.header["thumbnails"]) == (0, [], 0)
    assert {name for name, (_, length) in found.header["blobs"].items() if length} == {"decoder"}


def test_thumbnails_are_the_images_and_only_there_where_they_are_asked_for(trained: Run) -> None:
    assert not [name for name in unpacked(trained).header["blobs"] if name.startswith("sheet")]
    found, images = unpacked(trained, PageOptions(thumbnails=True)), dataset_spec("digits").load("test", None).pixels
    assert found.header["thumbnails"] == 2
    with Image.open(io.BytesIO(found.part("sheet1"))) as sheet:
        pixels = np.asarray(sheet)
    np.testing.assert_array_equal(pixels[:8, 8:16], images[257, 0])


def test_thumbnails_of_images_that_are_not_here_are_refused() -> None:
    run = imported_run("bare")
    with pytest.raises(ExplorerError, match="bare came without images"):
        unpacked(run, PageOptions(thumbnails=True))
    assert (unpacked(run).header["n"], unpacked(run).header["maps"]) == (0, [])


def test_a_run_without_a_decoder_has_no_page() -> None:
    with pytest.raises(ExplorerError, match="codes has no decoder"):
        unpacked(latents_run("codes"))


def test_a_decoder_alone_has_one() -> None:
    found = unpacked(decoder_alone("only"))
    assert (found.header["n"], found.header["latent"], found.header["has_prior"]) == (0, 3, True)


def test_a_decoder_that_is_too_large_is_named(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.exporting.decoder_program.building.MOST_BYTES", 1000)
    with pytest.raises(ExplorerError, match=r"more than the 0 MB that a browser is sent\. A page cannot") as caught:
        unpacked(trained)
    assert "report tiny --html" in str(caught.value.hint)


def test_of_many_dimensions_there_are_directions() -> None:
    run = Run(SHIPPED_RUNS / "emoji-32d")
    assert unpacked(run, PageOptions(latents=False)).header["directions"] is None  # 32 have a slider each


def test_classes_of_a_conditional_model() -> None:
    header = unpacked(Run(SHIPPED_RUNS / "mnist-cvae-8d"), PageOptions(latents=False)).header
    assert (header["latent"], header["conditional"], len(header["dims"])) == (8, 10, 8)
