"""Many images at once: each row is what a single image gets, whatever stands beside it; stopping; what is not there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np
import pytest

from explorer.base.errors import Refusal
from explorer.image_lab import batch as image_batch
from explorer.image_lab.batch import Entry, Reference, Row, reference_of, seen_in_chunks
from explorer.image_lab.scores import anomaly_scores as surprise
from explorer.image_lab.scores.anomaly_scores import DEFAULT_SCORE, score_quantiles_of, scores_of
from explorer.images.image_io import to_png
from explorer.inference.decoding import MODEL_CACHE, model_of
from explorer.inference.latents import latents_of, originals
from explorer.inference.reconstruction import reconstruct
from explorer.maps.fits.projections import kept_map, map_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.training.train_run import train_new
from tests.helpers import digit_picture, encoded, replace_weights, tiny_config


def never() -> bool:
    """Not to be stopped."""
    return False


def rows_of(reference: Reference, entries: list[Entry]) -> list[Row]:
    """All rows."""
    return [one.row for chunk in seen_in_chunks(reference, entries, never) for one in chunk]


@pytest.fixture
def own(trained: Run) -> list[Entry]:
    """Twenty of the run's test images as files."""
    images = originals(load_run(trained))
    assert images is not None
    return [(f"{i}.png", to_png(images.pixels[i])) for i in range(20)]


@pytest.fixture
def reference(trained: Run) -> Reference:
    """The run with a map."""
    return reference_of(load_run(trained), map_of(load_run(trained), "pca"))


def test_all_rows_are_of_one_model_whatever_becomes_of_the_run(
    trained: Run, reference: Reference, own: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_batch, "CHUNK", 4)
    expected = rows_of(reference, own)
    chunks = seen_in_chunks(reference, own, never)
    rows = [one.row for one in next(chunks)]
    replace_weights(trained)
    MODEL_CACHE.models.clear()  # so that nobody finds the former model there
    rows += [one.row for chunk in chunks for one in chunk]
    assert [row.file for row in rows] == [row.file for row in expected]
    for row, wanted in zip(rows, expected, strict=True):
        assert numbers(row) == pytest.approx(numbers(wanted), rel=1e-2)  # a percentile goes by ranks
    other = rows_of(reference_of(load_run(trained), map_of(load_run(trained), "pca")), own)
    assert all(one.mse != pytest.approx(row.mse, rel=1e-2) for one, row in zip(other, rows, strict=True))


def numbers(row: Row) -> dict[str, float]:
    """The row's numbers by their names."""
    return {name: value for name, value in asdict(row).items() if isinstance(value, float)}


def test_a_row_is_what_a_single_image_gets(trained: Run, reference: Reference, own: list[Entry]) -> None:
    images, latents = originals(load_run(trained)), latents_of(load_run(trained))
    assert images is not None
    projection = kept_map(load_run(trained), "pca")
    assert projection is not None
    rows = rows_of(reference, own)
    score_quantiles = score_quantiles_of(load_run(trained))
    scores = [
        scores_of(load_run(trained), images.pixels[i : i + 1], [DEFAULT_SCORE])[DEFAULT_SCORE][0] for i in range(20)
    ]
    single = reconstruct(model_of(load_run(trained)), images.pixels[:20])
    assert [row.file for row in rows] == [name for name, _ in own]
    for i, (row, alone) in enumerate(zip(rows, single, strict=True)):
        assert row.error is None
        assert row.mse == pytest.approx(alone.mse, rel=1e-4)
        assert row.kl_nats == pytest.approx(alone.kl_nats, rel=1e-4)
        assert row.elbo_nats == pytest.approx(alone.elbo_nats, abs=3), "of other draws"
        assert row.percentile == pytest.approx(score_quantiles.percentile(DEFAULT_SCORE, scores[i]), abs=0.5)
        assert (row.x, row.y) == pytest.approx(projection.points[i].tolist(), abs=1e-3)
        nearest, _ = latents.nearest(latents.mu[i], 12)
        assert latents.labels is not None
        counts = np.bincount(latents.labels[nearest])
        assert row.nearest_class in {latents.label_name(int(label)) for label in np.flatnonzero(counts == counts.max())}


def test_too_few_held_out_images_leave_columns_empty_and_say_why(reference: Reference, own: list[Entry]) -> None:
    assert reference.absent == {}
    few = replace(
        reference,
        latents=reference.latents.at(np.arange(24)),
        score_quantiles=replace(reference.score_quantiles, n=99),
    )
    row = rows_of(few, own)[0]
    assert (row.percentile, row.nearest_class) == (None, None)
    assert few.absent == {
        "percentile": "It cannot be known from 99 held-out images: it takes 100 or more.",
        "nearest_class": "It cannot be known from 24 held-out images: it takes 25 or more.",
    }


def test_refused_ones_stand_in_their_place_and_spoil_nothing(reference: Reference, own: list[Entry]) -> None:
    gone = Refusal("c.png is a link.", "Pack the image itself.")
    mixed: list[Entry] = [("a.png", b""), own[0], ("b.png", b"no image"), ("c.png", gone), own[1]]
    rows = rows_of(reference, mixed)
    assert [row.file for row in rows] == ["a.png", "0.png", "b.png", "c.png", "1.png"]
    assert [row.error is None for row in rows] == [False, True, False, False, True]
    assert rows[3].error == "c.png is a link. Pack the image itself."
    for row in (rows[0], rows[2], rows[3]):
        assert {value for name, value in asdict(row).items() if name not in ("file", "error")} == {None}
    assert rows_of(reference, [("a.png", b"")])[0].error is not None, "none went through at all"


def test_equal_names_are_two_rows(reference: Reference, own: list[Entry]) -> None:
    twice = rows_of(reference, [("x.png", own[0][1]), ("x.png", own[1][1])])
    assert len({row.mse for row in twice}) == 2


def test_pictures_come_where_they_are_wanted(trained: Run, reference: Reference, own: list[Entry]) -> None:
    images = originals(load_run(trained))
    assert images is not None
    (chunk,) = seen_in_chunks(reference, own, never, pictures=True)
    for i, one in enumerate(chunk):
        assert one.original is not None
        np.testing.assert_array_equal(one.original, images.pixels[i])
        assert one.decoded is not None
        assert ((one.decoded / 255 - one.original / 255) ** 2).mean() == pytest.approx(one.row.mse, abs=1e-3)
    assert all(one.original is None for chunk in seen_in_chunks(reference, own, never) for one in chunk)


def test_memory_holds_two_chunks_whatever_comes(
    reference: Reference, own: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_batch, "CHUNK", 4)
    taken: list[None] = []

    def endless() -> Iterator[Entry]:
        while True:
            taken.append(None)
            yield own[0]

    chunks = seen_in_chunks(reference, endless(), never)
    for done in range(1, 6):
        assert len(next(chunks)) == 4
        assert len(taken) <= 4 * (done + 1)


def test_it_stops_when_asked(reference: Reference, own: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_batch, "CHUNK", 4)
    stop = threading.Event()
    found = []
    for chunk in seen_in_chunks(reference, own, stop.is_set):
        found.append(len(chunk))
        stop.set()
    assert found == [4]


def test_what_a_run_does_not_have_is_left_open(trained: Run, own: list[Entry]) -> None:
    (row,) = rows_of(reference_of(load_run(trained), None), own[:1])
    assert (row.x, row.y) == (None, None)
    assert row.percentile is not None


def test_an_autoencoder_has_no_kl_and_no_elbo(runs_root: object) -> None:
    run = train_new(tiny_config(model="ae"), "plain", lambda _: None, lambda: False)
    (row,) = rows_of(reference_of(load_run(run), None), [("one.png", encoded(digit_picture()))])
    assert (row.kl_nats, row.elbo_nats) == (None, None)
    assert row.mse is not None
    assert row.percentile is not None


def test_without_the_data_there_is_no_percentile(
    trained: Run, own: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surprise, "originals", lambda run: None)
    (row,) = rows_of(reference_of(load_run(trained), None), own[:1])
    assert row.percentile is None
    assert row.elbo_nats is not None


def test_a_row_does_not_depend_on_what_stands_beside_it(reference: Reference, own: list[Entry]) -> None:
    together, alone = rows_of(reference, own)[7], rows_of(reference, own[7:8])[0]
    assert together.elbo_nats == pytest.approx(alone.elbo_nats, abs=1e-3)
    assert together.nearest_class == alone.nearest_class
