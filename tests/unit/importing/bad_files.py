"""Files that are no model, or a hostile one, each with the sentence that it should get."""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as save_safetensors
from torch import nn

Files = dict[str, bytes]
PICKLE = "runs code when it is opened"
OBJECTS = "Python objects that could run code"
DAMAGED = "damaged or cut off"
HDF5 = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class Bad:
    """One case: the files of a source, and a part of the sentence."""

    name: str
    files: Callable[[Path], Files]  # given the path of a canary that nothing may touch
    sentence: str


class Evil:
    """An object that creates a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.canary),)


class Net(nn.Module):
    """A module saved whole."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(2, 2)


def example(latent: int = 3, hidden: int = 5, values: int = 16) -> dict[str, torch.Tensor]:
    """The state dict of pytorch/examples' VAE, small."""
    layers = {"fc1": (hidden, values), "fc21": (latent, hidden), "fc22": (latent, hidden), "fc3": (hidden, latent),
              "fc4": (values, hidden)}  # fmt: skip
    generator = torch.Generator().manual_seed(0)
    weights = {f"{name}.weight": torch.randn(shape, generator=generator) for name, shape in layers.items()}
    return weights | {f"{name}.bias": torch.zeros(shape[0]) for name, shape in layers.items()}


def saved(value: Any, legacy: bool = False) -> bytes:
    """What torch.save writes."""
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=not legacy)
    return buffer.getvalue()


def zipped(entries: dict[str, bytes]) -> bytes:
    """A zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_data_pkl(data: bytes) -> bytes:
    """A torch file whose pickle is replaced."""
    with zipfile.ZipFile(io.BytesIO(saved(example()))) as archive:
        return zipped({name: data if name.endswith("data.pkl") else archive.read(name) for name in archive.namelist()})


def header(tensors: dict[str, Any], length: int | None = None) -> bytes:
    """A safetensors file with this header, and 64 bytes."""
    text = json.dumps(tensors).encode()
    return (length if length is not None else len(text)).to_bytes(8, "little") + text + bytes(64)


def altered(**changes: torch.Tensor | None) -> dict[str, torch.Tensor]:
    """The example with some tensors replaced, or left out where they are None; dots are written as two underscores."""
    tensors: dict[str, Any] = example() | {name.replace("__", "."): value for name, value in changes.items()}
    return {name: value for name, value in tensors.items() if value is not None}


def pickled(name: str, protocol: int) -> Callable[[Path], Files]:
    """A source of one pickle that would touch the canary."""
    return lambda canary: {name: pickle.dumps(Evil(canary), protocol)}


def one(name: str, content: bytes) -> Callable[[Path], Files]:
    """A source of one file."""
    return lambda _: {name: content}


def nested(depth: int) -> bytes:
    """A pickle of lists in lists."""
    return b"\x80\x02" + b"]" * depth + b"a" * (depth - 1) + b"."


FLOAT = {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 64]}
STATE = saved(example())
SAFE = save_safetensors(example())
LEGACY = saved(example(), legacy=True)

BAD = [
    # pickles of all kinds
    *(Bad(f"pickle-{n}", pickled("vae.pkl", n), PICKLE) for n in range(6)),
    *(Bad(f"pickle-as-pt-{n}", pickled("vae.pt", n), PICKLE) for n in range(2, 6)),
    Bad("pickle-as-pt-0", lambda canary: {"vae.pt": pickle.dumps(Evil(canary), 0)}, DAMAGED),
    Bad("pickle-as-onnx", lambda canary: {"vae.onnx": pickle.dumps(Evil(canary))}, PICKLE),
    Bad("pickle-as-safetensors", lambda canary: {"vae.safetensors": pickle.dumps(Evil(canary))}, PICKLE),
    Bad("cloud", one("encoder.pkl", b"\x80\x05\x8c\x17cloudpickle.cloudpickle\x94\x8c\x0e_make_function\x94\x93."),
        PICKLE),
    Bad("joblib", one("vae.joblib", pickle.dumps({"a": 1})), PICKLE),
    Bad("plain-pickle", one("vae.pickle", pickle.dumps({"a": [1.0]})), PICKLE),
    Bad("pt-evil", lambda canary: {"vae.pt": saved({"a": Evil(canary)})}, "mkdir"),
    Bad("pt-evil-legacy", lambda canary: {"vae.pt": saved({"a": Evil(canary)}, legacy=True)}, OBJECTS),
    Bad("ckpt-evil", lambda canary: {"vae.ckpt": saved({"state_dict": example(), "h": Evil(canary)})}, "mkdir"),
    Bad("pt-evil-beside-json", lambda canary: {"vae.pt": saved(Evil(canary)), "specs.json": b"{}"}, "mkdir"),
    Bad("whole-module", one("vae.pt", saved(Net())), "Net"),
    Bad("whole-module-legacy", one("vae.pth", saved(Net(), legacy=True)), OBJECTS),
    Bad("data-pkl-evil", lambda canary: {"vae.pt": with_data_pkl(pickle.dumps(Evil(canary), 2))}, "mkdir"),
    Bad("data-pkl-deep", one("vae.pt", with_data_pkl(nested(200_000))), "vae.pt"),
    Bad("data-pkl-empty", one("vae.pt", with_data_pkl(b"")), DAMAGED),
    Bad("data-pkl-noise", one("vae.pt", with_data_pkl(bytes(range(256)))), DAMAGED),
    # programs
    Bad("torchscript", one("vae.pt", zipped({"vae/constants.pkl": b"", "vae/code/a.py": b"", "vae/data.pkl": b""})),
        "TorchScript"),
    Bad("pt2", one("vae.pt2", zipped({"vae/archive_format": b"pt2", "vae/data/a.pkl": b""})), "exported program"),
    Bad("pt2-older", one("vae.pt2", zipped({"serialized_exported_program.json": b"{}"})), "exported program"),
    Bad("keras", one("vae.keras", zipped({"config.json": b"{}", "metadata.json": b"{}", "model.weights.h5": HDF5})),
        "Keras"),
    Bad("h5", one("vae.h5", HDF5 + bytes(100)), "HDF5"),
    Bad("h5-as-pt", one("vae.pt", HDF5 + bytes(100)), "HDF5"),
    # damage
    Bad("empty", one("vae.pt", b""), "is empty"),
    Bad("empty-onnx", one("vae.onnx", b""), "is empty"),
    *(Bad(f"cut-{n}", one("vae.pt", STATE[: len(STATE) * n // 10]), DAMAGED) for n in (1, 5, 9)),
    *(Bad(f"cut-legacy-{n}", one("vae.pt", LEGACY[: len(LEGACY) * n // 10]), DAMAGED) for n in (1, 5, 9)),
    *(Bad(f"cut-safetensors-{n}", one("vae.safetensors", SAFE[: len(SAFE) * n // 10]), DAMAGED) for n in (1, 5, 9)),
    Bad("noise", one("vae.pt", bytes(range(255, -1, -1)) * 10), DAMAGED),
    Bad("text", one("vae.pt", b"This is a text.\n"), DAMAGED),
    Bad("picture", one("vae.pt", b"\x89PNG\r\n\x1a\n" + bytes(50)), DAMAGED),
    Bad("html", one("vae.bin", b"<!DOCTYPE html><html>Not found</html>"), DAMAGED),
    Bad("lfs-pointer", one("vae.safetensors", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), DAMAGED),
    Bad("safetensors-length", one("vae.safetensors", header({"a": FLOAT}, 10**12)), DAMAGED),
    Bad("safetensors-header", one("vae.safetensors", (20).to_bytes(8, "little") + b"{not json at all....}"), DAMAGED),
    Bad("safetensors-100-gb", one("vae.safetensors", header({"a": {**FLOAT, "shape": [10**5, 10**6]}})), DAMAGED),
    Bad("safetensors-offsets", one("vae.safetensors", header({"a": {**FLOAT, "data_offsets": [0, 10**9]}})), DAMAGED),
    Bad("safetensors-overlap", one("vae.safetensors", header({"a": FLOAT, "b": FLOAT})), DAMAGED),
    Bad("safetensors-negative", one("vae.safetensors", header({"a": {**FLOAT, "shape": [-4, -4]}})), DAMAGED),
    # tensors that are no model
    Bad("nan", one("vae.pt", saved(altered(fc1__weight=torch.full((5, 16), torch.nan)))), "fc1.weight"),
    Bad("inf", one("vae.safetensors", save_safetensors(altered(fc4__bias=torch.full((16,), torch.inf)))), "fc4.bias"),
    Bad("overflow", one("vae.pt", saved(altered(fc21__weight=torch.full((3, 5), 3e38)))), "NaN or infinite"),
    Bad("no-tensors", one("vae.pt", saved({})), "there is none"),
    Bad("numbers", one("vae.pt", saved({"a": 1, "b": [2.0]})), "there is none"),
    Bad("a-tensor", one("vae.pt", saved(torch.zeros(3))), "there is none"),
    Bad("a-list", one("vae.pt", saved([torch.zeros(3)])), "there is none"),
    Bad("two-state-dicts", one("vae.pt", saved({"encoder": example(), "decoder": example()})),
        "several: encoder, decoder"),
    Bad("unknown-layout", one("vae.pt", saved({"layer.weight": torch.zeros(3, 4)})), r"layer.weight \[3, 4\]"),
    Bad("missing", one("vae.pt", saved(altered(fc22__bias=None))), "no layout that is known"),
    Bad("too-many", one("vae.pt", saved(altered(fc5__bias=torch.zeros(3)))), "no layout that is known"),
    Bad("heads-differ", one("vae.pt", saved(altered(fc22__weight=torch.zeros(2, 5), fc22__bias=torch.zeros(2)))),
        "do not fit"),
    Bad("decoder-differs", one("vae.pt", saved(altered(fc3__weight=torch.zeros(5, 4)))), "do not fit"),
    Bad("bias-differs", one("vae.pt", saved(altered(fc1__bias=torch.zeros(6)))), "do not fit"),
    Bad("no-latent", one("vae.pt", saved(example(latent=0))), "latent size is 0|do not fit"),
    Bad("not-square", one("vae.pt", saved(example(values=15))), "no square image"),
    Bad("complex", one("vae.pt", saved(altered(fc1__weight=torch.zeros(5, 16, dtype=torch.complex64)))), "complex"),
    Bad("100-gb-by-strides", one("vae.pt", saved(altered(fc1__weight=torch.zeros(1).expand(10**5, 10**6)))), "numbers"),
    # the wrong files
    Bad("json-alone", one("specs.json", b"{}"), "no model in these files"),
    Bad("zip-of-pictures", one("vae.zip", zipped({"a.png": b"x"})), "a.png is no model"),
    Bad("zip-outside", one("vae.zip", zipped({"../../vae.pt": STATE})), "leads to another folder"),
    Bad("two-files", lambda _: {"a.pt": STATE, "b.pt": STATE}, "several files of weights: a.pt, b.pt"),
    Bad("readme", one("README.md", b"# A VAE\n"), "no model that is known"),
]  # fmt: skip
