"""Latents that come without their model: the run that they become, what is told of them, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from numpy.lib import format as npy
from numpy.typing import NDArray

from explorer.base.errors import ExplorerError
from explorer.cli.main import main
from explorer.importing.conventions import Conventions
from explorer.importing.forms import latents
from explorer.importing.importer import import_model, made_run
from explorer.importing.latent_arrays import npz_arrays, parquet_arrays
from explorer.importing.source import read_source
from explorer.inference.latents import gaussian_kl, latents_of, originals
from explorer.measures.run_measures import measured
from explorer.runs.loaded_run import LoadedRun, load_run
from models import model_spec

N, K = 200, 3
RNG = np.random.default_rng(0)
LABELS = np.arange(N) % 2
MU = (RNG.standard_normal((N, K)) + 4 * LABELS[:, None]).astype(np.float32)  # two classes far apart
LOGVAR = np.full((N, K), -1.0, np.float32)
IMAGES = RNG.integers(0, 256, (N, 8, 6), np.uint8)
WHOLE = {"mu": MU, "logvar": LOGVAR, "images": IMAGES, "labels": LABELS, "classes": np.array(["left", "right"])}

pytestmark = pytest.mark.usefixtures("shipped_root", "data_root", "runs_root")


def npz(**arrays: Any) -> bytes:
    """The arrays as an npz file."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def loaded(tmp_path: Path, **arrays: NDArray[Any]) -> LoadedRun:
    """The run of these latents, made in this process."""
    path = tmp_path / "codes.npz"
    path.write_bytes(npz(**arrays))
    found = latents.read(read_source([path]), Conventions(), None)
    return load_run(made_run(found.facts(), found.weights, [path.name], "codes", None))


def test_the_command_makes_a_run_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "codes.npz").write_bytes(npz(**WHOLE))
    assert main(["import", str(tmp_path / "codes.npz"), "--out", "codes", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["form"], said["model"], said["latent"], said["shape"]) == ("latents", "latents", K, [1, 8, 6])
    assert main(["evaluate", "codes", "--json", "--measures", "kl,elbo,active-units,mse,knn-accuracy"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["kl_nats"] == pytest.approx(gaussian_kl(MU, LOGVAR).sum(1).mean(), rel=1e-5)
    assert (found["active_units"], found["knn_accuracy"], found["n"]) == (K, 1, N)
    assert found["elbo_nats"] is None
    assert "likelihood is not known" in found["absent"]["elbo_nats"]
    assert "codes has no decoder" in found["absent"]["mse"]
    assert main(["map", "codes", "--method", "pca", "--json", "--out", str(tmp_path / "map.parquet")]) == 0
    assert json.loads(capsys.readouterr().out)["knn_mu"] > 0.99
    assert not {"mse", "reconstruction_nats"} & set(pyarrow.parquet.read_table(tmp_path / "map.parquet").column_names)
    for command in (["sample", "codes", "--out", "a.png"], ["reconstruct", "codes", "a.png"]):
        assert main([*command, "--json"]) == 2
        assert "codes has no" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_a_run_holds_what_came(tmp_path: Path) -> None:
    run = loaded(tmp_path, **WHOLE)
    found, images = latents_of(run), originals(run)
    assert np.array_equal(found.mu, MU)
    assert np.array_equal(found.values.logvar, LOGVAR)
    assert found.labels is not None
    assert np.array_equal(found.labels, LABELS)
    assert found.label_name(1) == "right"
    assert (found.has_kl, found.has_error, found.has_nats) == (True, False, False)
    assert images is not None
    assert np.array_equal(images.pixels[:, 0], IMAGES)
    assert originals(run, "train") is None
    with pytest.raises(ValueError, match="no decoder"):
        model_spec("latents").build(run.model.options).decode_params(None)  # type: ignore[arg-type]


def test_mu_alone_is_enough(tmp_path: Path) -> None:
    run = loaded(tmp_path, mu=MU.astype(np.float64))
    found = latents_of(run)
    assert (found.has_kl, found.labels, originals(run), run.data.shape) == (False, None, None, (0, 0, 0))
    told = measured(run)
    assert "no prior" in told["kl"].absent
    assert "no labels" in told["knn-accuracy"].absent
    assert all(one.absent for one in told.values())


def test_classes_are_learned_from_the_other_folds(tmp_path: Path) -> None:
    drawn = RNG.integers(0, 2, N)  # labels that the codes do not tell
    found = measured(loaded(tmp_path, mu=MU, labels=drawn), ["knn-accuracy", "probe-accuracy"])
    assert all(0.3 < one.values[0] < 0.7 for one in found.values())


@pytest.mark.parametrize(
    ("images", "shape"),
    [(IMAGES / 255, (1, 8, 6)), (IMAGES > 99, (1, 8, 6)), (np.stack([IMAGES] * 3, -1), (3, 8, 6)),
     (IMAGES[:, None], (1, 8, 6))],
)  # fmt: skip
def test_images_of_other_layouts(tmp_path: Path, images: NDArray[Any], shape: tuple[int, int, int]) -> None:
    found = originals(loaded(tmp_path, mu=MU, images=images))
    assert found is not None
    assert found.shape == shape
    wanted = IMAGES if images.dtype != np.bool_ else (IMAGES > 99) * np.uint8(255)
    assert np.array_equal(found.pixels[:, 0], wanted)


def test_flat_images_take_a_shape() -> None:
    flat = IMAGES.reshape(N, -1)
    assert latents.pictures(flat, N, Conventions(shape=(1, 8, 6))).shape == (N, 1, 8, 6)
    with pytest.raises(ExplorerError, match="images has the shape"):
        latents.pictures(flat, N, Conventions())


def test_a_table_with_numbered_columns_or_lists() -> None:
    names = np.where(LABELS, "right", "left")
    numbered = {f"mu_{i}": MU[:, i] for i in range(K)} | {"label": LABELS, "class": names}
    for columns in (numbered, {"mu": MU.tolist(), "class": names}):
        buffer = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.table(columns), buffer)
        arrays, classes = latents.checked(parquet_arrays(buffer.getvalue(), "codes.parquet"), Conventions())
        assert np.array_equal(arrays["mu"], MU)
        assert np.array_equal(arrays["labels"], LABELS)
        assert classes == ("left", "right")


def changed(**arrays: Any) -> dict[str, NDArray[Any]]:
    """``WHOLE`` with other arrays."""
    return {**WHOLE, **arrays}


BAD: dict[str, tuple[dict[str, NDArray[Any]], str]] = {
    "no mu": ({"z": MU}, "There is no array mu in the file; it holds z."),
    "mu of one axis": (changed(mu=MU[:, 0]), "mu has the shape"),
    "one row": ({"mu": MU[:1]}, "mu has the shape"),
    "texts": ({"mu": np.array([["a"], ["b"]])}, "in place of numbers"),
    "complex": ({"mu": MU.astype(complex)}, "in place of numbers"),
    "nan": ({"mu": np.where(MU[0, 0] == MU, np.nan, MU)}, "mu holds NaN or infinite numbers"),
    "too large for float32": ({"mu": MU.astype(np.float64) * 1e300}, "mu holds NaN or infinite numbers"),
    "logvar of other shape": (changed(logvar=LOGVAR[:, :2]), "logvar has the shape"),
    "logvar without end": (changed(logvar=LOGVAR * 1e5), "logvar holds values beyond"),
    "fewer images": (changed(images=IMAGES[:9]), "images has the shape"),
    "images of two channels": (changed(images=np.stack([IMAGES] * 2, 1)), "images has the shape"),
    "images beyond one": (changed(images=IMAGES / 2.0), "not uint8 and not floats from 0 to 1"),
    "images of nan": (changed(images=IMAGES * np.nan), "not uint8 and not floats from 0 to 1"),
    "images too wide": (changed(images=np.zeros((N, 1, 257), np.uint8)), "257 pixels a side"),
    "labels of other length": (changed(labels=LABELS[:9]), "labels has the shape"),
    "labels below 0": (changed(labels=LABELS - 1), "labels reach from -1"),
    "labels of fractions": (changed(labels=LABELS / 2), "labels holds float64"),
    "too few names": (changed(classes=np.array(["left"])), "does not name the 2 classes"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_fit_is_a_sentence(case: str) -> None:
    arrays, message = BAD[case]
    with pytest.raises(ExplorerError, match=message) as refused:
        latents.checked(npz_arrays(npz(**arrays), "codes.npz"), Conventions())
    assert refused.value.hint


def header_of(shape: tuple[int, ...]) -> bytes:
    """The head of an npy file that declares an array of this shape, and nothing of it."""
    buffer = io.BytesIO()
    npy.write_array_header_1_0(buffer, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return buffer.getvalue()


def zipped_npy(content: bytes) -> bytes:
    """An npz whose mu has this content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mu.npy", content)
    return buffer.getvalue()


def test_files_that_are_not_what_they_say() -> None:
    objects = io.BytesIO()
    np.savez(objects, mu=np.array([{}, 1], object))
    whole = npz(**WHOLE)
    for content, message in (
        (objects.getvalue(), "holds Python objects, which are pickled"),
        (zipped_npy(header_of((10**6, 10**6))), "holds more than 2 GB"),
        (zipped_npy(header_of((9, 9))), "damaged or cut off"),
        (zipped_npy(b"no header"), "damaged or cut off"),
        (whole[:-200], "damaged or cut off"),
        (whole[:300] + b"\xff" + whole[301:], "damaged or cut off"),
    ):
        with pytest.raises(ExplorerError, match=message):
            npz_arrays(content, "codes.npz")


def test_damaged_tables() -> None:
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"mu": [[1.0, 2.0], [1.0]]}), buffer)
    with pytest.raises(ExplorerError, match="differ in length"):
        parquet_arrays(buffer.getvalue(), "codes.parquet")
    for content in (buffer.getvalue()[:-9], b"PAR1" + bytes(90)):
        with pytest.raises(ExplorerError, match="damaged or cut off"):
            parquet_arrays(content, "codes.parquet")


def test_latents_bring_their_own_images(tmp_path: Path, runs_root: Path) -> None:
    (tmp_path / "codes.npz").write_bytes(npz(mu=MU))
    with pytest.raises(ExplorerError, match="images of their own"):
        import_model(tmp_path / "codes.npz", "codes", "digits")
    assert not (runs_root / "codes").exists()


def test_they_are_exported_without_networks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded(tmp_path, **WHOLE)
    assert main(["export", "codes", "--out", str(tmp_path / "out"), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert "config.json" in {Path(name).name for name in result["files"]}
    assert not [name for name in result["files"] if name.endswith(".onnx")]
    assert result["left_out"] == ["encoder.onnx and decoder.onnx: this run is latents alone."]
