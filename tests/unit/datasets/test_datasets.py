"""The contract of every entry of DATASETS, and what happens offline or with damaged files."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torchvision.datasets
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from explorer.base.errors import ExplorerError
from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.datasets.datasets import DATASETS, SPLITS, Images, dataset_spec
from explorer.datasets.folder_report import NotTaken
from explorer.datasets.mnist_files import IDX_FILES, MNIST_TEST, read_idx
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.helpers import write_folder, write_mnist_like

DOWNLOADED = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}


@pytest.fixture
def filled(data_root: Path) -> Path:
    """A data root with small stand-ins for what would be downloaded."""
    for name in DOWNLOADED.values():
        write_mnist_like(data_root, name)
    return data_root


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("side", [None, 16])
@pytest.mark.parametrize("name", DATASETS)
def test_contract(name: str, side: int | None) -> None:
    spec = dataset_spec(name)
    assert spec.present()
    for split in SPLITS:
        images = spec.load(split, side)
        assert images.pixels.dtype == np.uint8
        assert images.shape == (images.shape[0], side or spec.side, side or spec.side)
        assert images.shape[0] in (1, 3)
        assert len(images) > 1
        assert images.labels is not None
        assert images.labels.dtype == np.int64
        assert images.labels.shape == (len(images),)
        assert 0 <= images.labels.min() <= images.labels.max() < len(images.classes)
        assert images.fingerprint() == spec.load(split, side).fingerprint()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("name", DATASETS)
def test_splits_are_disjoint(name: str) -> None:
    train, test = (dataset_spec(name).load(split, None) for split in SPLITS)
    assert {picture.tobytes() for picture in train.pixels}.isdisjoint(picture.tobytes() for picture in test.pixels)


def test_digits_are_those_of_scikit_learn() -> None:
    digits = load_digits()
    parts = train_test_split(np.arange(len(digits.target)), test_size=0.2, random_state=0, stratify=digits.target)
    for split, indices in zip(SPLITS, parts, strict=True):
        images = dataset_spec("digits").load(split, None)
        chosen = np.sort(indices)
        assert np.array_equal(images.pixels[:, 0], (digits.images[chosen] * (255 / 16)).round())
        assert images.labels is not None
        assert np.array_equal(images.labels, digits.target[chosen])


def test_digits_are_all_there_and_stratified() -> None:
    train, test = (dataset_spec("digits").load(split, None) for split in SPLITS)
    assert (len(train), len(test)) == (1437, 360)
    assert train.labels is not None
    assert test.labels is not None
    assert np.bincount(test.labels) == pytest.approx(np.bincount(train.labels) / 4, abs=1)
    assert (train.pixels.min(), train.pixels.max()) == (0, 255)


def test_fingerprint_sees_pixels_and_labels() -> None:
    pixels = np.zeros((3, 1, 2, 2), np.uint8)
    labels = np.zeros(3, np.int64)
    same = [Images(pixels, labels, ("a", "b")).fingerprint() for _ in range(2)]
    assert same[0] == same[1]
    others = [
        Images(pixels + np.uint8(1), labels, ("a", "b")),
        Images(pixels, labels + 1, ("a", "b")),
        Images(pixels, None, ()),
        Images(pixels.reshape(3, 1, 1, 4), labels, ("a", "b")),
    ]
    assert len({same[0], *(images.fingerprint() for images in others)}) == 5


@pytest.mark.parametrize(("name", "kind"), DOWNLOADED.items())
def test_offline_says_what_is_missing_and_what_works(
    name: str, kind: str, data_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object, **__: object) -> None:
        raise URLError("no network")

    write_mnist_like(data_root, kind)
    (data_root / kind / "raw" / IDX_FILES[2]).unlink()
    monkeypatch.setattr(torchvision.datasets.mnist, "download_and_extract_archive", offline)
    assert not dataset_spec(name).present()
    with pytest.raises(ExplorerError) as caught:
        dataset_spec(name).load("train", None)
    raw = data_root / kind / "raw"
    assert f"missing {IDX_FILES[2]} in {raw}." in caught.value.message
    assert caught.value.hint.startswith("Connect to the internet")
    assert "'digits' works without" in caught.value.hint


@pytest.mark.parametrize(
    ("there", "how"),
    [
        ("raw/train-images.idx3-ubyte", "rename"),
        ("raw/train-images-idx3-ubyte.gz", "unpack"),
        ("raw/train-images.idx3-ubyte.gz", "unpack"),
        ("train-images-idx3-ubyte", "move"),
        ("../train-images-idx3-ubyte", "move"),
    ],
)
def test_a_file_that_is_almost_there_is_named(
    there: str, how: str, data_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object, **__: object) -> None:
        raise URLError("no network")

    write_mnist_like(data_root, "MNIST")
    raw = data_root / "MNIST" / "raw"
    found = raw.parent.joinpath(there).resolve()
    (raw / IDX_FILES[0]).rename(found)
    monkeypatch.setattr(torchvision.datasets.mnist, "download_and_extract_archive", offline)
    with pytest.raises(ExplorerError) as caught:
        dataset_spec("mnist").load("train", None)
    assert caught.value.hint.startswith(f"There is {found}: {how} it to {raw / IDX_FILES[0]}. Connect")


@pytest.mark.parametrize(("name", "kind"), DOWNLOADED.items())
def test_pixels_labels_and_classes_are_those_of_torchvision(name: str, kind: str, filled: Path) -> None:
    for split in SPLITS:
        images = dataset_spec(name).load(split, None)
        theirs = getattr(torchvision.datasets, kind)(filled, train=split == "train")
        assert np.array_equal(images.pixels[:, 0], theirs.data.numpy())
        assert images.labels is not None
        assert images.labels.tolist() == theirs.targets.tolist()
        assert images.classes == tuple(title.split(" - ")[0] for title in theirs.classes)


def test_labels_of_other_images_get_a_sentence(filled: Path) -> None:
    write_mnist_like(filled, "other", n_train=7)
    shutil.copy(filled / "other" / "raw" / IDX_FILES[1], filled / "MNIST" / "raw" / IDX_FILES[1])
    with pytest.raises(ExplorerError, match=r"are damaged: 7 labels for images of shape \(30, 28, 28\)"):
        dataset_spec("mnist").load("train", None)


@pytest.mark.parametrize("damage", [b"", b"\0\0\x08\x03", b"\0\0\x07\x03" + bytes(900), bytes(10)])
def test_damaged_files_get_a_sentence(filled: Path, damage: bytes) -> None:
    (filled / "MNIST" / "raw" / IDX_FILES[0]).write_bytes(damage)
    with pytest.raises(ExplorerError, match=r"MNIST files in .* are damaged: .+\. Delete that folder"):
        dataset_spec("mnist").load("train", None)


def test_truncated_files_get_a_sentence(filled: Path) -> None:
    path = filled / "MNIST" / "raw" / IDX_FILES[0]
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ExplorerError, match="are damaged"):
        dataset_spec("mnist").load("train", None)


@pytest.mark.parametrize("name", ["cifar", "", "DIGITS", "folder"])
def test_unknown_names_are_answered_with_the_known(name: str) -> None:
    meant = r"Did you mean 'digits'\? " if name == "DIGITS" else ""
    with pytest.raises(ExplorerError, match=f"no data set '{name}'. {meant}Choose one of: digits, mnist.*folder:PATH"):
        dataset_spec(name)


def test_folder_entry(tmp_path: Path, data_root: Path) -> None:
    folder = write_folder(tmp_path / "pets", [f"{kind}/{i}.png" for kind in ("cat", "dog") for i in range(6)])
    (folder / "cat" / "bad.png").write_text("no picture")
    spec = dataset_spec(f"folder:{folder}")
    assert spec.present()
    train, test = (spec.load(split, 16) for split in SPLITS)
    assert train.shape == (3, 16, 16)
    assert train.classes == ("cat", "dog")
    assert train.names is not None
    assert train.labels is not None
    assert [train.classes[label] for label in train.labels] == [name.split("/")[0] for name in train.names]
    assert len(train) + len(test) == 12
    assert train.report is not None
    assert train.report.skipped == (NotTaken("not an image that can be read", 1, ("cat/bad.png",)),)


@pytest.mark.mnist
def test_mnist_is_the_real_one(mnist: str) -> None:
    train, test = (dataset_spec(mnist).load(split, None) for split in SPLITS)
    assert (len(train), len(test), train.shape) == (60_000, 10_000, (1, 28, 28))
    assert train.pixels.mean() / 255 == pytest.approx(0.1307, abs=1e-4)  # the field's usual normalisation
    assert test.labels is not None
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_the_test_images_of_mnist_are_here_without_a_download(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torchvision.datasets, "MNIST", lambda *_, **__: pytest.fail("downloaded"))
    spec = dataset_spec("mnist")
    assert not spec.present()
    assert [spec.here(split) for split in SPLITS] == [False, True]
    images = spec.load("test", None)
    assert images.fingerprint() == load_run(Run(SHIPPED_RUNS / "mnist-2d")).data.fingerprint_test
    assert images.pixels.flags.writeable
    assert images.labels is not None
    assert np.bincount(images.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_only_of_mnist_the_test_images_ship(data_root: Path) -> None:
    here = [name for name, spec in DATASETS.items() if spec.here("test")]
    assert here == ["digits", "mnist", "shapes", "emoji", "dsprites"]


def test_files_of_ones_own_come_before_those_that_ship(filled: Path) -> None:
    assert len(dataset_spec("mnist").load("test", None)) == 10


@pytest.mark.mnist
def test_the_shipped_test_images_are_the_real_ones(mnist: str) -> None:
    real = dataset_spec(mnist).load("test", None)
    pixels, labels = map(read_idx, MNIST_TEST)
    assert np.array_equal(pixels, real.pixels[:, 0])
    assert real.labels is not None
    assert np.array_equal(labels, real.labels)


@pytest.mark.parametrize("content", [b"", b"no xz file"])
def test_a_damaged_compressed_file_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "some.xz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"some\.xz is no xz file"):
        read_idx(path)
