"""ONNX files that are refused: one sentence each, nothing run before, and no run left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from explorer.base import ExplorerError
from explorer.cli.main import main
from tests.unit.importing.onnx_pairs import LinearVAE, decoder, encoder, imported, smooth, written

IMAGES = smooth(20, (1, 6, 6))
VAE = LinearVAE.fitted(IMAGES.astype(np.float32) / 255, 4)
Change = Callable[[onnx.ModelProto], Any]


def appended(operator: str, *inputs: str, domain: str = "", **attributes: Any) -> Change:
    """A node at the end, whose result is the output."""

    def change(model: onnx.ModelProto) -> None:
        last = model.graph.output[0].name
        taken = [last if name == "y" else name for name in inputs or ("y",)]
        model.graph.node.append(helper.make_node(operator, taken, ["end"], domain=domain, **attributes))
        model.graph.output[0].name = "end"
        if domain:
            model.opset_import.append(helper.make_opsetid(domain, 1))

    return change


def many_nodes(model: onnx.ModelProto) -> None:
    last = model.graph.output[0].name
    nodes = [helper.make_node("Identity", [last if n == 0 else f"i{n}"], [f"i{n + 1}"]) for n in range(20_000)]
    model.graph.node.extend(nodes)
    model.graph.output[0].name = "i20000"


def functions_in_functions(model: onnx.ModelProto) -> None:
    """2^40 nodes once inlined."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    for n in range(40):
        name, domain = (f"F{n - 1}", "own") if n else ("Relu", "")
        nodes = [helper.make_node(name, [a], [b], domain=domain) for a, b in (("a", "c"), ("c", "b"))]
        model.functions.append(helper.make_function("own", f"F{n}", ["a"], ["b"], nodes, opsets))
    appended("F39", domain="own")(model)


def function_in_itself(model: onnx.ModelProto) -> None:
    nodes = [helper.make_node("F", ["a"], ["b"], domain="own")]
    model.functions.append(helper.make_function("own", "F", ["a"], ["b"], nodes, [helper.make_opsetid("own", 1)]))
    appended("F", domain="own")(model)


def loop(model: onnx.ModelProto) -> None:
    body = helper.make_graph([], "body", [], [])
    appended("Loop", "", "", "y", body=body)(model)


def sparse(model: onnx.ModelProto) -> None:
    values = helper.make_tensor("s", TensorProto.FLOAT, [1], [1.0])
    places = helper.make_tensor("i", TensorProto.INT64, [1], [0])
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [4]))


def two_inputs(model: onnx.ModelProto) -> None:
    model.graph.input.append(helper.make_tensor_value_info("labels", TensorProto.FLOAT, ["n", 10]))


def external(location: str, offset: str = "0") -> Change:
    def change(model: onnx.ModelProto) -> None:
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in {"location": location, "offset": offset}.items():
            tensor.external_data.add(key=key, value=value)

    return change


def short_tensor(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].raw_data = model.graph.initializer[0].raw_data[:-4]


def huge_tensor(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[0] = 25_000_000_000


def negative_tensor(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[0] = -1


def typeless_tensor(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].data_type = 99


def text_tensor(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.array(["text"], object), "w0"))


def infinite(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    values = numpy_helper.to_array(tensor).copy()
    values.flat[0] = np.inf
    tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


def future_opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 99


def unknown_value(model: onnx.ModelProto) -> None:
    model.graph.node[0].input[0] = "nothing"


def half_input(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT16


def random_output(model: onnx.ModelProto) -> None:
    appended("RandomNormalLike")(model)


def five_axes(model: onnx.ModelProto) -> None:
    for _ in range(3):
        model.graph.input[0].type.tensor_type.shape.dim.add(dim_value=1)


def graph_attribute(model: onnx.ModelProto) -> None:
    attribute = AttributeProto(name="body", type=AttributeProto.GRAPH)
    attribute.g.CopyFrom(helper.make_graph([], "body", [], []))
    model.graph.node[0].attribute.append(attribute)


REFUSED: dict[str, tuple[Change, str]] = {
    "a loop": (loop, "has the operator Loop, which is not converted."),
    "a graph in a node": (graph_attribute, "has the operator Flatten, which is not converted."),
    "another domain": (appended("Gelu", domain="com.microsoft"), "operator com.microsoft.Gelu, which is not of ONNX"),
    "an optional": (appended("Optional"), "has the operator Optional, which is not converted."),
    "a sequence": (appended("SequenceConstruct"), "has the operator SequenceConstruct, which is not converted."),
    "strings": (appended("StringNormalizer"), "StringNormalizer"),
    "many nodes": (many_nodes, "has more than 20,000 nodes."),
    "functions in functions": (functions_in_functions, "has more than 20,000 nodes."),
    "a function in itself": (function_in_itself, "has more than 20,000 nodes."),
    "sparse weights": (sparse, "holds sparse tensors."),
    "two inputs": (two_inputs, "takes 2 inputs; one is needed."),
    "five axes": (five_axes, "takes an array of 5 axes."),
    "half precision": (half_input, "does not take float32 numbers."),
    "a path up": (external("../secret"), "takes weights from the path '../secret', outside its folder."),
    "an absolute path": (external("/etc/passwd"), "takes weights from the path '/etc/passwd', outside its folder."),
    "a path down": (external("sub/w.bin"), "takes weights from the path 'sub/w.bin', outside its folder."),
    "a Windows path": (external("C:\\w.bin"), "outside its folder."),
    "a missing file": (external("w.bin"), "takes weights from w.bin, which is not beside it."),
    "a wrong size": (external("model.onnx"), "model.onnx does not hold the tensor 'w0' of model.onnx: wrong size."),
    "a wrong offset": (external("model.onnx", "-8"), "does not hold the tensor 'w0' of model.onnx: wrong size."),
    "an offset of words": (external("model.onnx", "many"), "states no number as a place in model.onnx."),
    "a short tensor": (short_tensor, "The tensor 'w0' of model.onnx does not hold the 144 numbers it declares."),
    "100 GB": (huge_tensor, "declares more than 2 GB of tensors."),
    "a negative size": (negative_tensor, "The tensor 'w0' of model.onnx has a negative dimension."),
    "no known type": (typeless_tensor, "The tensor 'w0' of model.onnx is of no known type."),
    "text": (text_tensor, "The tensor 'w0' of model.onnx holds text."),
    "infinite weights": (infinite, "The tensor 'w0' of model.onnx holds NaN or infinite numbers."),
    "a later opset": (future_opset, "is of opset 99."),
    "a value from nowhere": (unknown_value, "breaks the rules of ONNX:"),
    "all random": (random_output, "Every output of model.onnx is drawn at random."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_sentence_says_what_is_wrong(name: str, tmp_path: Path) -> None:
    change, sentence = REFUSED[name]
    model = decoder(VAE, "sigmoid")
    change(model)
    with pytest.raises(ExplorerError) as refused:
        imported(written(tmp_path / "alone", model=model))
    assert sentence in refused.value.message
    assert refused.value.hint
    assert "\n" not in str(refused.value)


def pairs() -> dict[str, tuple[dict[str, onnx.ModelProto], str]]:
    """Pairs that do not fit each other."""
    narrow = LinearVAE.fitted(IMAGES.astype(np.float32) / 255, 3)
    wide = LinearVAE.fitted(smooth(20, (1, 6, 8)).astype(np.float32) / 255, 4)
    code, picture = encoder(VAE), decoder(VAE, "sigmoid")
    many = encoder(VAE, batch=1)
    many.graph.node[0].CopyFrom(helper.make_node("Reshape", ["x", "eight"], ["n0"]))
    many.graph.initializer.append(numpy_helper.from_array(np.array([8, 1, 6, 6]), "eight"))
    many.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 8
    return {
        "codes of other sizes": (
            {"a": code, "b": decoder(narrow, "sigmoid")},
            "a.onnx returns 4 and 4 numbers an image; the decoder takes 3.",
        ),
        "images of other sizes": (
            {"a": code, "b": decoder(wide, "sigmoid")},
            "b.onnx is for images of 1 x 6 x 8; that is not 1 x 6 x 6.",
        ),
        "two encoders": ({"a": code, "b": code}, "a.onnx and b.onnx look like two encoders."),
        "two decoders": ({"a": picture, "b": picture}, "a.onnx and b.onnx look like two decoders."),
        "three files": ({"a": code, "b": picture, "c": picture}, "There are 3 ONNX files: a.onnx, b.onnx, c.onnx."),
        "an encoder alone": ({"a": code}, "a.onnx is an encoder; there is no decoder."),
        "a batch of eight": ({"a": many, "b": picture}, "a.onnx takes 8 at a time."),
    }


@pytest.mark.parametrize("name", pairs())
def test_pairs_that_do_not_fit(name: str, tmp_path: Path) -> None:
    models, sentence = pairs()[name]
    with pytest.raises(ExplorerError) as refused:
        imported(written(tmp_path / "pair", **models))
    assert refused.value.message == sentence


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"posterior": "mu,logvar:joined"}, "a.onnx does not return 'mu,logvar:joined': 2 of its outputs"),
        ({"posterior": "mu,sigma"}, "The model returns NaN or infinite numbers however it is read."),
        ({"posterior": "mu,variance"}, "There is no posterior 'mu,variance'."),
        ({"pixels": "1,0"}, "The pixels are '1,0'."),
        ({"pixels": "0.5/0"}, "The pixels are '0.5/0'."),
        ({"pixels": "nan,1"}, "The pixels are 'nan,1'."),
        (
            {"pixels": "0.1,0.2/0.3,0.4"},
            "The model does not fit its conventions: The shift of the pixels is",
        ),
        ({"layout": "HW"}, "There is no layout 'HW'."),
        ({"output": "tanh"}, "There is no output 'tanh'."),
        ({"shape": (1, 6, 8)}, "a.onnx is for images of 1 x 6 x 6; that is not 1 x 6 x 8."),
        ({"shape": (2, 6, 6)}, "Images of 2 x 6 x 6 are not shown here."),
        ({"shape": (1, 6, 257)}, "Images of 1 x 6 x 257 are not shown here."),
        ({"sigma": -1.0}, "sigma is -1."),
        ({"likelihood": "poisson"}, "The model does not fit its conventions: There is no likelihood 'poisson'"),
    ],
)
def test_conventions_that_cannot_be(said: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "pair", a=encoder(VAE), b=decoder(VAE, "sigmoid"))
    with pytest.raises(ExplorerError) as refused:
        imported(folder, IMAGES, **said)
    assert refused.value.message.startswith(sentence)


def test_a_cut_or_altered_file_is_refused_or_read_but_never_fails_otherwise(tmp_path: Path) -> None:
    content = decoder(VAE, "sigmoid").SerializeToString()
    folder = tmp_path / "alone"
    folder.mkdir()
    random = np.random.default_rng(0)
    for n in range(60):
        damaged = bytearray(content[: random.integers(1, len(content))] if n % 2 else content)
        if n % 2 == 0:
            damaged[random.integers(len(damaged))] ^= 1 << int(random.integers(8))
        (folder / "model.onnx").write_bytes(bytes(damaged))
        assert outcome(folder) in (4, "refused")  # read, where only a bit of a weight changed


def outcome(folder: Path) -> int | str:
    """The number of dimensions of the model in the folder, or "refused"."""
    try:
        return int(imported(folder).options["latent"])
    except ExplorerError:
        return "refused"


@pytest.mark.parametrize("change", [loop, external("../secret"), infinite])
def test_the_command_leaves_no_run(
    change: Change, tmp_path: Path, runs_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = decoder(VAE, "sigmoid")
    change(model)
    assert main(["import", str(written(tmp_path / "alone", model=model))]) == 2
    assert capsys.readouterr().err.startswith("Error: ")
    assert not list(runs_root.glob("*"))
