"""What kind of file something is, told by its content; and the kinds that are never opened."""

from __future__ import annotations

import io
import zipfile

from explorer.base import ExplorerError
from explorer.base.languages import N_, _

ONNX = ".onnx"
ZIP = b"PK\x03\x04"
HDF5 = b"\x89HDF\r\n\x1a\n"
PARQUET = b"PAR1"
LEGACY_TORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # the pickled magic number of torch before 1.6
PICKLES = tuple(b"\x80" + bytes([protocol]) for protocol in range(2, 6))
MOST_ENTRIES = 10_000

BRING_STATE_DICT = N_("Bring the state dict (torch.save(model.state_dict(), 'vae.pt')), safetensors, or ONNX.")
BRING_ONNX = N_("Bring an ONNX file of the encoder and one of the decoder; docs/import.md says how to make them.")


def kind_of(content: bytes, name: str, with_onnx: bool = False) -> str:
    """The kind of a file: "torch", "safetensors", "onnx", "npz", "parquet" or "json".

    Beside an ONNX file (``with_onnx``) anything else is "data", which may be the weights of that file. Raises
    ExplorerError, which says what to bring instead, for a kind that is not opened.
    """
    if not content:
        raise ExplorerError(_("{name} is empty.").format(name=name), _("Copy it again."))
    if content.startswith(ZIP):
        return kind_of_zip(content, name)
    if content.startswith(LEGACY_TORCH):
        return "torch"
    if content.startswith(HDF5):
        raise ExplorerError(
            _("{name} is an HDF5 file, as Keras writes it; it can hold code.").format(name=name), _(BRING_ONNX)
        )
    if content.startswith(PARQUET):
        return "parquet"
    if content.startswith(PICKLES) or name.endswith((".pkl", ".pickle", ".joblib", ".dill")):
        raise ExplorerError(
            _("{name} is a pickle, which runs code when it is opened.").format(name=name), _(BRING_STATE_DICT)
        )
    if is_safetensors(content):
        return "safetensors"
    if content.lstrip()[:1] == b"{":
        return "json"
    if name.lower().endswith(ONNX):
        return "onnx"
    if with_onnx:
        return "data"
    if name.lower().endswith((".pt", ".pth", ".ckpt", ".bin", ".safetensors", ".npz")):
        raise ExplorerError(
            _("{name} is not what its name says: it is damaged or cut off.").format(name=name),
            _("Save or copy it again."),
        )
    raise ExplorerError(_("{name} is no model that is known here.").format(name=name), _(BRING_STATE_DICT))


def kind_of_zip(content: bytes, name: str) -> str:
    """The kind of a zip file, by the names in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise ExplorerError(
            _("{name} is damaged or cut off.").format(name=name), _("Save or copy it again.")
        ) from error
    if len(names) > MOST_ENTRIES:
        raise ExplorerError(
            _("{name} holds more than {most_entries:,} files.").format(name=name, most_entries=MOST_ENTRIES),
            _(BRING_STATE_DICT),
        )
    inner = {entry.split("/", 1)[-1] for entry in names}  # torch puts all into one folder
    if inner & {"archive_format", "archive_version", "serialized_exported_program.json"}:
        raise ExplorerError(
            _("{name} is an exported program (.pt2), which may hold pickles.").format(name=name), _(BRING_ONNX)
        )
    if "constants.pkl" in inner or any(entry.startswith("code/") for entry in inner):
        raise ExplorerError(
            _("{name} is a TorchScript program, which runs code.").format(name=name), _(BRING_STATE_DICT)
        )
    if "data.pkl" in inner:
        return "torch"
    if {"config.json", "model.weights.h5"} <= set(names):
        raise ExplorerError(_("{name} is a Keras model, which can hold code.").format(name=name), _(BRING_ONNX))
    if names and all(entry.endswith(".npy") for entry in names):
        return "npz"
    return "zip"


def is_safetensors(content: bytes) -> bool:
    """Whether it begins as a safetensors file does: the length of the header, and the header's JSON."""
    length = int.from_bytes(content[:8], "little")
    return len(content) > 8 and content[8:9] == b"{" and 2 <= length <= 100_000_000
