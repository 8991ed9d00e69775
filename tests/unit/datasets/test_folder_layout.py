"""To which split and class each file of a folder belongs: a table of the layouts in which people keep their images."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.datasets.folder_layout import UNCLASSED, class_names, kind_of, layout_of
from explorer.datasets.folder_scan import ImageFile, Scan

Expected = dict[str, tuple[str, str]]  # of each file: split and class; the split '' is drawn


def placed(names: list[str]) -> Expected:
    """Split and class of each file that is part of the data."""
    scan = Scan(Path("set"), tuple(ImageFile(Path(name), 1, 1) for name in names), ())
    return {image.file.path.as_posix(): (image.split, image.label) for image in layout_of(scan).images}


LAYOUTS: dict[str, Expected] = {
    "flat": {"a.png": ("", ""), "b.png": ("", "")},
    "classes": {"cat/a.png": ("", "cat"), "dog/b.png": ("", "dog")},
    "classes, deeper": {"cat/black/a.png": ("", "cat"), "cat/b.png": ("", "cat"), "dog/c.png": ("", "dog")},
    "classes below one folder": {"pets/cat/a.png": ("", "cat"), "pets/dog/b.png": ("", "dog")},
    "classes and images beside them": {"a.png": ("", UNCLASSED), "cat/b.png": ("", "cat")},
    "train and test": {"train/a.png": ("train", ""), "test/b.png": ("test", "")},
    "train and test of classes": {
        "train/cat/a.png": ("train", "cat"), "train/dog/b.png": ("train", "dog"), "test/cat/c.png": ("test", "cat"),
    },
    "train, val, test: val is trained on": {
        "train/a.png": ("train", ""), "val/b.png": ("train", ""), "test/c.png": ("test", ""),
    },
    "train and val: val is tested on": {"train/cat/a.png": ("train", ""), "val/cat/b.png": ("test", "")},
    "val and test: val is trained on": {"valid/a.png": ("train", ""), "test/b.png": ("test", "")},
    "other cases": {"Train/Cat/a.png": ("train", "Cat"), "TEST/Dog/b.png": ("test", "Dog")},
    "other names": {
        "training_set/a.png": ("train", ""), "validation/b.png": ("train", ""), "test1/c.png": ("test", ""),
    },
    "one level deeper": {"archive/train/cat/a.png": ("train", "cat"), "archive/test/dog/b.png": ("test", "dog")},
    "two levels deeper": {"x/archive/train/a.png": ("train", ""), "x/archive/test/b.png": ("test", "")},
    "twice the same name": {"train/train/cat/a.png": ("train", "cat"), "test/test/dog/b.png": ("test", "dog")},
    "a folder of images in each": {
        "train/images/cat/a.png": ("train", "cat"), "train/images/dog/b.png": ("train", "dog"),
        "test/images/cat/c.png": ("test", "cat"),
    },
    "train alone": {"train/cat/a.png": ("", "cat"), "train/dog/b.png": ("", "dog")},
    "splits in each class": {
        "cat/train/a.png": ("train", "cat"), "cat/test/b.png": ("test", "cat"),
        "dog/train/c.png": ("train", "dog"), "dog/val/d.png": ("test", "dog"),
    },
    "defects": {
        "bottle/train/good/a.png": ("train", "bottle"), "bottle/test/broken/b.png": ("test", "bottle"),
        "cable/train/good/c.png": ("train", "cable"), "cable/test/cut/d.png": ("test", "cable"),
    },
    "a train beside a bus is a class": {
        "train/a.png": ("", "train"), "bus/b.png": ("", "bus"), "car/c.png": ("", "car"),
    },
    "a class that only begins like a split": {"trainer/a.png": ("", "trainer"), "tester/b.png": ("", "tester")},
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_file_is_in_its_split_and_class(layout: str) -> None:
    assert placed(list(LAYOUTS[layout])) == LAYOUTS[layout]


def test_images_beside_the_splits_are_left_out_and_named() -> None:
    names = ["train/a.png", "test/b.png", "extra/c.png", "cover.png", "ground_truth/train/d.png"]
    scan = Scan(Path("set"), tuple(ImageFile(Path(name), 1, 1) for name in names), ())
    layout = layout_of(scan)
    assert [image.name for image in layout.images] == ["train/a.png", "test/b.png"]
    assert [each.name for each in layout.left_out] == ["extra/c.png", "cover.png", "ground_truth/train/d.png"]
    assert {each.reason for each in layout.left_out} == {"beside the folders of the splits"}


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["train/a.png", "test/b.png"], "train/ to train on, test/ to test"),
        (["Train/a.png", "val/b.png", "test/c.png"], "Train/ to train on, val/ to validate, test/ to test"),
        (["train/a.png", "validation/b.png"], "train/ to train on, validation/ to test"),
        (["train/a.png", "bus/b.png"], ""),
    ],
)
def test_what_decides_the_splits_is_said(names: list[str], sentence: str) -> None:
    assert layout_of(Scan(Path("set"), tuple(ImageFile(Path(name), 1, 1) for name in names), ())).splits == sentence


def test_classes_are_in_the_order_of_their_numbers() -> None:
    assert class_names(["10", "2", "1", "2"]) == ("1", "2", "10")
    assert class_names(["class 10", "Class 9", "b", "a"]) == ("a", "b", "Class 9", "class 10")
    assert class_names(["one", "one"]) == ()


@pytest.mark.parametrize("name", ["", "trains", "contest", "latest", "val2b", "test tube", "pretrain"])
def test_what_is_no_split(name: str) -> None:
    assert kind_of(name) == ""
