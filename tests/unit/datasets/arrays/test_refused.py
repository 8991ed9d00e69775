"""What cannot be read: one sentence each, exit status 2, and nothing written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from pyarrow import parquet

from explorer.cli.main import main
from tests.unit.datasets.arrays import array_files as files
from tests.unit.datasets.arrays.array_files import LABELS, PIXELS, npz

Capture = pytest.CaptureFixture[str]
Writer = Callable[[Path], Path]
ROW = "3," + ",".join(["7"] * 144) + "\n"


def refused(capsys: Capture, dataset: str, *arguments: str) -> str:
    """The one sentence that a training on a data set ends with."""
    capsys.readouterr()
    assert main(["train", "--dataset", dataset, "--model", "vae", "--latent", "2", "--device", "cpu", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
    return err


def objects(folder: Path) -> Path:
    """Images of two sizes, which NumPy pickles."""
    images = np.empty(2, object)
    images[:] = [PIXELS[0], PIXELS[0, :5]]
    return npz(folder / "a.npz", images=images)


def numbers(folder: Path, change: Callable[[NDArray[np.float64]], object]) -> Path:
    """Images as floats, changed."""
    images = PIXELS / 255
    change(images)
    return npz(folder / "a.npz", images=images)


def text(folder: Path, content: str) -> Path:
    """A CSV of 40 good rows with something behind them."""
    path = files.csv(folder / "a.csv", PIXELS[:40], LABELS[:40])
    path.write_text(path.read_text() + content)
    return path


def table(folder: Path, **columns: object) -> Path:
    """A Parquet file of these columns."""
    parquet.write_table(pa.table(columns), folder / "a.parquet")
    return folder / "a.parquet"


def magic(folder: Path) -> Path:
    """An IDX file that is something else."""
    path = files.idx(folder / "a-images-idx3-ubyte", PIXELS)
    path.write_bytes(b"\x1f\x2f" + path.read_bytes()[2:])
    return path


def short_labels(folder: Path) -> Path:
    """Images with labels of another length beside them."""
    path = files.write_npy(folder)
    np.save(folder / "y.npy", LABELS[:9])
    return path


def holding(path: Path, content: bytes) -> Path:
    """A file of this content."""
    path.write_bytes(content)
    return path


def prose(folder: Path) -> Path:
    """A CSV that is no table of pixels."""
    (folder / "a.csv").write_text("title,author\nEmma,Austen\n")
    return folder / "a.csv"


BAD: dict[str, tuple[Writer, str]] = {
    "objects": (objects, "images in a.npz holds Python objects, which are never read: they could run code."),
    "NaN": (lambda f: numbers(f, lambda x: x.__setitem__((7, 3, 3), np.nan)), "Image 7 of a.npz has values that are"),
    "infinite": (lambda f: numbers(f, lambda x: x.__setitem__((7, 3, 3), np.inf)), "Image 7 of a.npz has values"),
    "no image": (lambda f: npz(f / "a.npz", images=PIXELS[:0]), "a.npz has no image. At least 2 are needed"),
    "one image": (lambda f: npz(f / "a.npz", images=PIXELS[:1]), "a.npz has 1 image. At least 2 are needed"),
    "no array": (lambda f: npz(f / "a.npz"), "no array of images that can be told by its name: it is empty."),
    "no names": (lambda f: npz(f / "a.npz", a=LABELS, b=LABELS), "told by its name: a (int64 [60]), b (int64 [60])."),
    "sizes": (
        lambda f: npz(f / "a.npz", x_train=PIXELS, x_test=PIXELS[:, :9]),
        "x_train in a.npz (uint8 [60, 12, 12]) and x_test in a.npz (uint8 [60, 9, 12]) hold images of different sizes.",
    ),
    "labels": (
        lambda f: npz(f / "a.npz", x=PIXELS, y=LABELS[:59]),
        "y in a.npz has 59 rows for the 60 images of x in a.npz.",
    ),
    "labels beside": (
        short_labels,
        "y.npy has 9 rows for the 60 images of x.npy.",
    ),
    "classes": (
        lambda f: npz(f / "a.npz", x=np.zeros((10**6, 2, 2), np.uint8), y=np.arange(10**6)),
        "The labels of x in a.npz have 1,000,000 different values; at most 10,000 can be classes.",
    ),
    "measurements": (lambda f: npz(f / "a.npz", x=PIXELS, y=LABELS + 0.5), "are no classes: they are not whole"),
    "texts": (lambda f: npz(f / "a.npz", x=np.full((9, 4), "a")), "x in a.npz holds no numbers, but <U1."),
    "channels": (lambda f: npz(f / "a.npz", x=np.zeros((9, 5, 6, 7))), "(float64 [9, 5, 6, 7]) has no layout of"),
    "no square": (lambda f: npz(f / "a.npz", x=np.zeros((9, 50))), "has 50 values a row, which are no square."),
    "text in CSV": (lambda f: text(f, ROW.replace("7", "seven", 1)), "a.csv has text among its pixels: invalid value"),
    "ragged": (
        lambda f: text(f, "3,7,7\n"),
        "CSV parse error: Row #42: Expected 145 columns, got 3: 3,7,7.",
    ),
    "gap in CSV": (lambda f: text(f, ROW.replace(",7", ",", 1)), "Image 40 of a.csv has values that are not finite"),
    "prose": (prose, "no column of images, and only 0 columns of"),
    "no pictures": (lambda f: table(f, a=[1, 2], b=["x", "y"]), "has no column of images, and only 1 columns of"),
    "no image files": (lambda f: table(f, image=[b"a", b"b"]), "a.parquet has no image and 2 that cannot be read."),
    "magic": (magic, "a-images-idx3-ubyte is damaged or cut off: it begins with 1f 2f 08 03, as no IDX file does."),
    "0 bytes": (lambda f: holding(f / "a.npz", b""), "a.npz is empty (0 bytes)."),
    "blank CSV": (lambda f: holding(f / "a.csv", b"\n\n"), "a.csv is empty."),
    "pickle": (lambda f: holding(f / "a.pkl", b"x"), "a.pkl is no file of arrays that can be"),
    "folder": (lambda f: f, "is a folder. Name a file in it, or write folder:"),
    "nothing": (lambda f: f / "gone.npz", "There is no file"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_sentence_for_each(name: str, tmp_path: Path, runs_root: Path, data_root: Path, capsys: Capture) -> None:
    write, sentence = BAD[name]
    assert sentence in refused(capsys, f"arrays:{write(tmp_path)}")
    assert not runs_root.exists()
    assert not data_root.exists()


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
@pytest.mark.parametrize("form", files.FORMS)
def test_files_that_are_cut_off(form: str, share: float, tmp_path: Path, runs_root: Path, capsys: Capture) -> None:
    path = files.FORMS[form](tmp_path)
    content = path.read_bytes()
    cut = content[: int(len(content) * share)]
    path.write_bytes(cut.rpartition(b",")[0] if form == "csv" else cut)
    error = refused(capsys, f"arrays:{path}")
    assert path.name in error
    assert " is damaged or cut off: " in error or (form == "csv" and share == 0.02)
    assert not runs_root.exists()


def test_a_disk_that_is_full_leaves_nothing(
    tmp_path: Path, data_root: Path, runs_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("explorer.datasets.arrays.pixels.MEMORY_LIMIT", 1000)
    monkeypatch.setattr("explorer.datasets.arrays.pixels.os.replace", full)
    error = refused(capsys, f"arrays:{files.write_npy(tmp_path)}")
    assert f"Could not write in {data_root / 'cache'}: No space left on device." in error
    assert not list((data_root / "cache").iterdir())
    shutil.rmtree(data_root)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--label-column", "lable"], "has no column 'lable' for the images of x.npy. Choose of: none."),
        (["--array-layout", "NHWX"], "'NHWX' is no layout of images. Choose one of: NHWC, NCHW, NHW, flat."),
        (["--array-layout", "NCHW"], "x.npy (uint8 [60, 12, 12]) is no NCHW. State it:"),
        (["--array-shape", "28"], "'28' is no shape of an image."),
        (["--array-layout", "flat", "--array-shape", "9x9"], "has 144 values a row, not 9 x 9."),
        (["--array-values", "255,0"], "'255,0' is no range of values."),
        (["--array-values", "nan,0"], "'nan,0' is no range of values."),
    ],
)
def test_options_that_cannot_be(
    arguments: list[str], sentence: str, tmp_path: Path, runs_root: Path, capsys: Capture
) -> None:
    assert sentence in refused(capsys, f"arrays:{files.write_npy(tmp_path)}", *arguments)
    assert not runs_root.exists()


def test_options_in_the_name_and_of_other_data_sets(tmp_path: Path, runs_root: Path, capsys: Capture) -> None:
    path = files.write_npy(tmp_path)
    assert "Array files have no option 'labels'. Did you mean 'label'?" in refused(capsys, f"arrays:{path}?labels=a")
    assert "does not say whether images are transposed" in refused(capsys, f"arrays:{path}?transposed=maybe")
    assert "'digits' is no array file, and has no label to be said." in refused(capsys, "digits", "--label-column", "a")
    assert "'arrays:' names no file." in refused(capsys, "arrays:")
