"""Options of the command line that say how a file of arrays is read; they become part of the data set's name."""

from __future__ import annotations

import argparse

FLAGS = {  # by the option's name in ``arrays:FILE?name=value``
    "label": ("--label-column", "NAME", "of arrays:FILE: the column or key of the classes; none for no classes"),
    "layout": ("--array-layout", "L", "of arrays:FILE: NHWC, NCHW, NHW or flat, where it is not recognised"),
    "shape": ("--array-shape", "HxW", "of arrays:FILE with flat images: height x width, as 28x28 or 32x32x3"),
    "values": ("--array-values", "LOW,HIGH", "of arrays:FILE: the values of black and white; =-1,1 with a minus"),
}
TRANSPOSED = "array_transposed"


def add_array_options(command: argparse.ArgumentParser) -> None:
    """Add the options; each is None where it is not given."""
    for name, (flag, placeholder, summary) in FLAGS.items():
        command.add_argument(flag, dest=f"array_{name}", metavar=placeholder, help=summary)
    command.add_argument(
        "--transposed",
        dest=TRANSPOSED,
        action="store_true",
        help="of arrays:FILE: swap rows and columns (EMNIST)",
    )


def named_dataset(dataset: str, options: argparse.Namespace) -> str:
    """The name of the data set with what the options say; ExplorerError where it is no file of arrays."""
    from explorer.datasets.arrays import with_options

    given = {name: text for name in FLAGS if (text := getattr(options, f"array_{name}")) is not None}
    return with_options(dataset, given | ({"transposed": "yes"} if getattr(options, TRANSPOSED) else {}))
