"""What is recognised in arrays: keys, layouts, values, splits, columns; and what the options change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from explorer.base.errors import ExplorerError
from explorer.datasets.arrays.options import with_options
from explorer.datasets.arrays.reading import read_arrays
from explorer.datasets.arrays.roles import family, labels_beside, role
from explorer.datasets.arrays.tones import range_of
from explorer.datasets.datasets import Images, dataset_spec
from explorer.datasets.folder_report import report_sentences
from tests.unit.datasets.arrays import array_files as files
from tests.unit.datasets.arrays.array_files import COLOUR, LABELS, PIXELS, N, both, in_order, loaded, npz


def told(images: Images) -> str:
    """The report as one text."""
    assert images.report is not None
    return " ".join(report_sentences(images.report))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("images", ("", "images")), ("X", ("", "images")), ("arr_0", ("", "images")), ("imgs", ("", "images")),
        ("train_images", ("train", "images")), ("x_test", ("test", "images")), ("val_labels", ("val", "labels")),
        ("ytrain", ("train", "labels")), ("train", ("train", "images")), ("Usage", ("", "split")), ("age", ("", "")),
        ("test_age", ("test", "")),
    ],
)  # fmt: skip
def test_roles_of_names(name: str, expected: tuple[str, str]) -> None:
    assert role(name) == expected


def test_files_that_belong_together(tmp_path: Path) -> None:
    names = [
        "train-00000-of-00002.parquet", "train-00001-of-00002.parquet", "test-00000-of-00001.parquet", "x_train.npy",
        "x_test.npy", "y_train.npy", "other.npy", "train-images-idx3-ubyte", "train-images-idx3-ubyte.gz",
        "t10k-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
    ]  # fmt: skip
    for name in names:
        (tmp_path / name).touch()

    def together(name: str) -> list[str]:
        return [path.name for path in family(tmp_path / name)]

    assert together("train-00000-of-00002.parquet") == [names[2], names[0], names[1]]
    assert together("x_train.npy") == ["x_test.npy", "x_train.npy"]
    assert together("other.npy") == ["other.npy"]
    assert together("train-images-idx3-ubyte") == ["t10k-images-idx3-ubyte.gz", "train-images-idx3-ubyte"]
    assert labels_beside(tmp_path / "x_train.npy") == tmp_path / "y_train.npy"
    assert labels_beside(tmp_path / "train-images-idx3-ubyte") == tmp_path / "train-labels-idx1-ubyte.gz"
    assert labels_beside(tmp_path / "other.npy") is None


@pytest.mark.parametrize(
    ("low", "high", "whole", "expected"),
    [
        (0, 1, True, (0, 1)), (0, 1, False, (0, 1)), (0.2, 0.7, False, (0, 1)), (-1, 1, False, (-1, 1)),
        (0, 255, True, (0, 255)), (0, 254.7, False, (0, 255)), (0, 16, True, (0, 16)), (0, 5.5, False, (0, 5.5)),
        (0, 1023, True, (0, 1023)), (0, 40000, True, (0, 65535)), (-0.4, 2.8, False, (-0.4, 2.8)),
        (0, 1000.5, False, (0, 1000.5)), (-128, 127, True, (-128, 127)),
    ],
)  # fmt: skip
def test_the_values_of_black_and_white(low: float, high: float, whole: bool, expected: tuple[float, float]) -> None:
    assert range_of(low, high, whole) == expected


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (PIXELS, PIXELS),
        (PIXELS[..., None], PIXELS),
        (PIXELS[:, None], PIXELS),
        (PIXELS.reshape(N, -1), PIXELS),
        (np.asfortranarray(PIXELS), PIXELS),
        (PIXELS / 255, PIXELS),
        ((PIXELS / 127.5 - 1).astype(np.float32), PIXELS),
        (PIXELS.astype(np.float32), PIXELS),
        (PIXELS.astype(np.int64), PIXELS),
        (PIXELS.astype(">u2") * 257, PIXELS),
        (PIXELS > 128, (PIXELS > 128) * np.uint8(255)),
        ((PIXELS > 128).astype(np.uint8), (PIXELS > 128) * np.uint8(255)),
        (COLOUR, COLOUR.transpose(0, 3, 1, 2)),
        (COLOUR.transpose(0, 3, 1, 2), COLOUR.transpose(0, 3, 1, 2)),
        (COLOUR.reshape(N, -1), COLOUR.reshape(N, 3, 12, 12)),
        (np.concatenate([COLOUR, np.full((N, 12, 12, 1), 255, np.uint8)], 3), COLOUR.transpose(0, 3, 1, 2)),
        (np.zeros((N, 12, 12, 4), np.uint8) + np.arange(N, dtype=np.uint8)[:, None, None, None] * [0, 0, 0, 1], None),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_layouts_and_types(images: Any, expected: Any, packed: bool, tmp_path: Path) -> None:
    (np.savez_compressed if packed else np.savez)(tmp_path / "a.npz", images=images)
    found = loaded(tmp_path / "a.npz")
    if expected is None:  # black of little opacity, on white
        expected = np.broadcast_to((255 - np.arange(N))[:, None, None, None], (N, 3, 12, 12)).astype(np.uint8)
    assert np.array_equal(both(found), in_order(expected))


def test_rules_are_said_and_options_change_them(tmp_path: Path) -> None:
    name = npz(tmp_path / "a.npz", imgs=PIXELS / 255 * 100, y=LABELS)
    sentences = told(loaded(name)[0])
    assert "imgs in a.npz: float64 [60, 12, 12], taken as NHW, 12 x 12." in sentences
    assert "Values from 0 to 255 are black to white (there are 0 to 100)." in sentences
    stated = loaded(name, "?values=0,100&label=none&transposed=yes")
    assert np.array_equal(both(stated), in_order(PIXELS.transpose(0, 2, 1)))
    assert stated[0].labels is None
    assert "with rows and columns exchanged. Values from 0 to 100 are black to white as stated." in told(stated[0])


def test_flat_images_of_a_stated_shape(tmp_path: Path) -> None:
    name = npz(tmp_path / "a.npz", x=PIXELS.reshape(N, -1))
    wide = dataset_spec(f"arrays:{name}?layout=flat&shape=9x16")
    assert wide.load("train", 16).shape == (1, 16, 16)
    assert wide.side == 32  # they are no squares
    colour = loaded(npz(tmp_path / "b.npz", x=COLOUR.reshape(N, -1)), "?shape=12x12x3")
    assert np.array_equal(both(colour), in_order(COLOUR.transpose(0, 3, 1, 2)))


def test_images_are_resized(tmp_path: Path) -> None:
    flat = np.full((N, 12, 12), 80, np.uint8)
    flat[0] = 255
    train = dataset_spec(f"arrays:{npz(tmp_path / 'a.npz', x=flat)}").load("train", 8)
    assert train.shape == (1, 8, 8)
    assert set(np.unique(train.pixels)) <= {80, 255}
    assert "each was cropped square and resized to 8 x 8." in told(train)


def test_splits_by_keys_keep_the_order(tmp_path: Path) -> None:
    train, test = loaded(files.write_npz(tmp_path))
    assert np.array_equal(train.pixels[:, 0], PIXELS[:50])
    assert np.array_equal(test.pixels[:, 0], PIXELS[50:])
    assert train.validation is not None
    assert train.validation.tolist() == list(range(40, 50))
    assert test.validation is None
    assert "train to train on, val (10) to validate, test to test." in told(train)


def test_keras_keys_and_one_hot_labels(tmp_path: Path) -> None:
    one_hot = np.eye(3)[LABELS]
    name = npz(tmp_path / "a.npz", x_train=PIXELS[:45], y_train=one_hot[:45], x_test=PIXELS[45:], y_test=one_hot[45:])
    train, test = loaded(name)
    assert train.labels is not None
    assert train.labels.tolist() == LABELS[:45].tolist()
    assert len(test) == 15


def test_a_split_column(tmp_path: Path) -> None:
    split = np.where(np.arange(N) % 4 == 0, "Testing", "training")
    train, test = loaded(npz(tmp_path / "a.npz", images=PIXELS, split=split))
    assert np.array_equal(test.pixels[:, 0], PIXELS[::4])
    assert len(train) == 45


def test_a_draw_keeps_copies_together_and_is_the_same_again(tmp_path: Path) -> None:
    doubled = np.concatenate([PIXELS, PIXELS])
    train, test = loaded(npz(tmp_path / "a.npz", x=doubled))
    assert not {image.tobytes() for image in train.pixels} & {image.tobytes() for image in test.pixels}
    again, _ = loaded(npz(tmp_path / "b.npz", x=doubled[::-1]))
    assert np.array_equal(in_order(again.pixels), in_order(train.pixels))


def test_factors_are_carried_along(tmp_path: Path) -> None:
    factors = np.stack([np.zeros(N), LABELS, np.arange(N) % 6, np.arange(N), np.arange(N) % 2, np.arange(N) % 5], 1)
    age, place = np.linspace(20, 80, N), np.where(np.arange(N) % 2, "left", "right")
    name = npz(
        tmp_path / "a.npz", imgs=PIXELS > 128, latents_classes=factors.astype(int), latents_values=factors / 7, age=age,
        place=place, metadata=np.array([{"a": 1}], object), note=np.arange(7),
    )  # fmt: skip
    train, test = loaded(name)
    assert train.labels is None
    assert train.factor_names == ("color", "shape", "scale", "orientation", "posX", "posY", "age", "place")
    assert train.factors is not None
    assert train.factors.shape == (len(train), 8)
    rows = {(image > 128).tobytes(): i for i, image in enumerate(PIXELS)}
    own = np.array([rows[(image > 128).tobytes()] for image in test.pixels])
    assert test.factors is not None
    assert np.array_equal(test.factors[:, 1], LABELS[own])
    by_title = {column.title: column for column in test.columns}
    assert np.allclose(by_title["age"].values, age[own])
    assert by_title["place"].names == ("left", "right")
    assert np.array_equal(by_title["place"].values, 1 - own % 2)
    sentences = told(train)
    assert "Left out, objects, which are not read: metadata." in sentences
    assert "Left out, neither images nor one row for each: note." in sentences
    shapes = loaded(name, "?label=shape")[0]
    assert shapes.classes == ("0", "1", "2")
    assert "shape" not in shapes.factor_names


@pytest.mark.parametrize(("delimiter", "bom", "packed"), [(";", False, False), (",", True, False), ("\t", True, True)])
def test_csv_forms(delimiter: str, bom: bool, packed: bool, tmp_path: Path) -> None:
    path = files.csv(tmp_path / ("a.csv.gz" if packed else "a.csv"), PIXELS, LABELS, delimiter, bom)
    train, test = loaded(path)
    assert np.array_equal(both((train, test)), in_order(PIXELS))
    assert train.classes == ("0", "1", "2")


def test_csv_without_titles_and_with_other_columns(tmp_path: Path) -> None:
    plain = files.csv(tmp_path / "a.csv", PIXELS, LABELS)
    plain.write_text(plain.read_text().partition("\n")[2])
    assert loaded(plain)[0].classes == ("0", "1", "2")
    lines = files.csv(tmp_path / "b.csv", PIXELS / 255, LABELS).read_text().splitlines()
    more = [f"{line},{'Kind,side' if not i else f'k{i % 2},{i % 7}'}" for i, line in enumerate(lines)]
    (tmp_path / "b.csv").write_text("\n".join(more))
    train, _ = loaded(tmp_path / "b.csv", "?label=Kind")
    assert train.classes == ("k0", "k1")
    assert train.factor_names == ("label", "side")
    assert train.shape == (1, 12, 12)


def test_kaggles_test_file_without_labels_is_left_out(tmp_path: Path) -> None:
    train = files.csv(tmp_path / "train.csv", PIXELS, LABELS)
    rows = [line.partition(",")[2] for line in train.read_text().splitlines()]
    (tmp_path / "test.csv").write_text("\n".join(rows[:20]))
    found, test = loaded(train)
    assert len(found) + len(test) == N
    assert "Left out, without labels, which others have: test.csv." in told(found)


def test_pixels_in_one_cell_with_a_usage_column(tmp_path: Path) -> None:
    uses = ("Training", "PublicTest", "PrivateTest")
    lines = [f"{label},{' '.join(map(str, image.ravel()))},{uses[i % 3]}" for i, (label, image) in
             enumerate(zip(LABELS, PIXELS, strict=True))]  # fmt: skip
    (tmp_path / "fer.csv").write_text("\n".join(["emotion,pixels,Usage", *lines]))
    train, test = loaded(tmp_path / "fer.csv")
    assert np.array_equal(test.pixels[:, 0], PIXELS[2::3])
    assert len(train) == 40


def test_parquet_in_colour_with_names_of_classes_and_a_damaged_image(tmp_path: Path) -> None:
    names = b'{"info": {"features": {"label": {"names": ["cat", "dog", "owl"], "_type": "ClassLabel"}}}}'
    path = files.parquet_file(tmp_path / "a.parquet", COLOUR, LABELS, huggingface=names)
    train, _ = loaded(path)
    assert (train.classes, train.shape) == (("cat", "dog", "owl"), (3, 12, 12))
    assert np.array_equal(both(loaded(path)), in_order(COLOUR.transpose(0, 3, 1, 2)))
    table = parquet.read_table(path)
    content = [image["bytes"] for image in table["image"].to_pylist()]
    content[4] = b"no image"
    parquet.write_table(pa.table({"image": content, "label": LABELS}), path)
    train, test = loaded(path)
    assert len(train) + len(test) == N - 1
    assert "Not read, not an image that can be read: row 4." in told(train)


def test_parquet_of_lists_and_of_wide_tables(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"image": PIXELS.tolist(), "y": LABELS}), tmp_path / "a.parquet")
    assert np.array_equal(both(loaded(tmp_path / "a.parquet")), in_order(PIXELS))
    flat = {f"pixel{i}": column for i, column in enumerate(PIXELS.reshape(N, -1).T)}
    parquet.write_table(pa.table({"label": LABELS, **flat}), tmp_path / "b.parquet")
    assert np.array_equal(both(loaded(tmp_path / "b.parquet")), in_order(PIXELS))


def test_hdf5_needs_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    (tmp_path / "a.h5").write_bytes(b"\x89HDF")
    with pytest.raises(ExplorerError, match=r"the package h5py, which is not installed\. Run 'pip install h5py'"):
        loaded(tmp_path / "a.h5")


def test_hdf5(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"], file["labels"] = PIXELS, LABELS
    assert np.array_equal(both(loaded(tmp_path / "a.h5")), in_order(PIXELS))


def test_large_sets_live_in_the_cache_or_are_mapped(
    tmp_path: Path, data_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, own = npz(tmp_path / "a.npz", x=PIXELS, y=LABELS), files.write_npz(tmp_path)
    keras = npz(tmp_path / "k.npz", x_train=COLOUR[:50], x_test=COLOUR[50:])
    small = [loaded(path) for path in (drawn, own, keras)]
    monkeypatch.setattr("explorer.datasets.arrays.pixels.MEMORY_LIMIT", 1000)
    for path, before in zip((drawn, own, keras), small, strict=True):
        read_arrays.cache_clear()
        for part, expected in zip(loaded(path), before, strict=True):
            assert isinstance(part.pixels, np.memmap) or isinstance(part.pixels.base, np.memmap)
            assert part.fingerprint() == expected.fingerprint()
    assert len(list((data_root / "cache").iterdir())) == 2  # that of Keras lies as it is wanted


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    first = loaded(npz(tmp_path / "a.npz", x=PIXELS))[0].fingerprint()
    assert loaded(npz(tmp_path / "a.npz", x=PIXELS[:, ::-1]))[0].fingerprint() != first


def test_options_become_part_of_the_name() -> None:
    name = with_options("arrays:a b.npz?values=0,9", {"label": "x&y=1", "values": "0,1"})
    assert name == "arrays:a b.npz?values=0,1&label=x%26y%3D1"
    assert with_options("digits", {}) == "digits"
