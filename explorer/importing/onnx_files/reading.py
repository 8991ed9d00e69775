"""An ONNX file becomes a plain graph: one input, known operators, every weight in it, and nothing random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.importing.onnx_files.operators import CONVERTED, EXPORT_AGAIN, PASSING, RANDOM
from explorer.importing.onnx_files.tensors import COPY_AGAIN, check_tensors

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, ValueInfoProto

MOST_NODES = 20_000
MOST_FUNCTIONS = 500
STANDARD = ("", "ai.onnx")
Function = tuple[str, str]  # domain and name
Dims = tuple[int | None, ...]  # None where the file does not fix it


@dataclass(frozen=True)
class Graph:
    """A checked graph.

    Attributes
    ----------
    file : the name of its file.
    content : the ONNX file of the graph alone, with every value renamed.
    batch : the number of images or codes that it states to take, None for any.
    taken : the dimensions of its input, without the batch.
    returned : the dimensions of its outputs as declared or inferred, without the batch.
    names : of the outputs, in the file.
    final : the last operator of each output that changes values, rather than their shape.
    """

    file: str
    content: bytes
    batch: int | None
    taken: Dims
    returned: tuple[Dims, ...]
    names: tuple[str, ...]
    final: tuple[str, ...]


def read_graph(name: str, files: Mapping[str, bytes]) -> Graph:
    """The graph in the file ``name`` of ``files``. Raises ExplorerError, which says what is wrong with it."""
    model = inlined(parsed(files[name], name), name)
    graph = model.graph
    check_domains(graph.node, name)
    check_tensors(graph, name, files)
    check_whole(model, name)
    kept = [value for value in graph.output if value.name not in drawn(graph)]
    if not kept:
        raise ExplorerError(
            _("Every output of {name} is drawn at random.").format(name=name),
            _("Export mu and logvar, not a sample of z."),
        )
    nodes = needed(graph, {value.name for value in kept})
    check_operators(nodes, name)
    source = one_input(graph, name)
    final = [last_operator(nodes, value.name) for value in kept]
    plain = plain_model(model, nodes, source, kept)
    batch, *taken = dims(source)
    return Graph(
        name, plain.SerializeToString(), batch, tuple(taken), inferred(plain),
        tuple(value.name for value in kept), tuple(final),
    )  # fmt: skip


def parsed(content: bytes, name: str) -> ModelProto:
    """The file as protobuf, with a standard opset that is known."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(content)
    except (DecodeError, ValueError, RuntimeError) as error:
        raise ExplorerError(
            _("{name} is no readable ONNX file: it is damaged or cut off.").format(name=name), _(COPY_AGAIN)
        ) from error
    if not model.graph.node or not model.graph.output:
        raise ExplorerError(_("{name} holds no network: it is damaged or cut off.").format(name=name), _(COPY_AGAIN))
    version = standard_opset(model)
    newest = onnx.defs.onnx_opset_version()
    if not 1 <= version <= newest:
        raise ExplorerError(
            _("{name} is of opset {version}.").format(name=name, version=version),
            _("Export it with an opset of {newest} or below.").format(newest=newest),
        )
    return model


def inlined(model: ModelProto, name: str) -> ModelProto:
    """The model with the functions that it defines put in place of their calls.

    Raises ExplorerError for too many nodes, before they are made, and for control flow.
    """
    from onnx import inliner

    bodies = {(function.domain, function.name): function.node for function in model.functions}
    for nodes in (model.graph.node, *bodies.values()):
        check_no_flow(nodes, name)
    if len(bodies) > MOST_FUNCTIONS or inlined_size(model.graph.node, bodies, {}) > MOST_NODES:
        raise ExplorerError(
            _("{name} has more than {most_nodes:,} nodes.").format(name=name, most_nodes=MOST_NODES),
            _("Bring the encoder and the decoder alone."),
        )
    if not bodies:
        return model
    try:
        return inliner.inline_local_functions(model)
    except RuntimeError as error:
        raise ExplorerError(
            _("The functions in {name} do not fit their calls.").format(name=name), _(COPY_AGAIN)
        ) from error


def check_no_flow(nodes: Iterable[NodeProto], name: str) -> None:
    """Raise ExplorerError for a node that runs a graph of its own."""
    for node in nodes:
        if any(attribute.HasField("g") or attribute.graphs for attribute in node.attribute):
            raise not_converted(node, name)


def inlined_size(
    nodes: Iterable[NodeProto], bodies: Mapping[Function, Iterable[NodeProto]], sizes: dict[Function, int]
) -> int:
    """The number of nodes after inlining; above ``MOST_NODES`` where functions call each other in a circle."""
    total = 0
    for node in nodes:
        key = (node.domain, node.op_type)
        if key in bodies and key not in sizes:
            sizes[key] = MOST_NODES + 1  # what a call within its own body would cost
            sizes[key] = inlined_size(bodies[key], bodies, sizes)
        total += sizes.get(key, 1)
    return total


def check_domains(nodes: Iterable[NodeProto], name: str) -> None:
    """Raise ExplorerError for an operator that is not of ONNX itself."""
    for node in nodes:
        if node.domain not in STANDARD:
            called = f"{node.domain}.{node.op_type}"[:80]
            raise ExplorerError(
                _("{name} has the operator {called}, which is not of ONNX itself.").format(name=name, called=called),
                _(EXPORT_AGAIN),
            )


def check_whole(model: ModelProto, name: str) -> None:
    """Raise ExplorerError unless the graph keeps ONNX's own rules."""
    import onnx

    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise ExplorerError(
            _("{name} breaks the rules of ONNX: {reason}").format(name=name, reason=reason), _(COPY_AGAIN)
        ) from error


def check_operators(nodes: Iterable[NodeProto], name: str) -> None:
    """Raise ExplorerError for the first operator that is not converted."""
    for node in nodes:
        if node.op_type not in CONVERTED:
            raise not_converted(node, name)


def not_converted(node: NodeProto, name: str) -> ExplorerError:
    """The sentence for an operator that is not converted."""
    return ExplorerError(
        _("{name} has the operator {op_type}, which is not converted.").format(name=name, op_type=node.op_type[:60]),
        _(EXPORT_AGAIN),
    )


def drawn(graph: GraphProto) -> set[str]:
    """The values that depend on a random operator."""
    found: set[str] = set()
    for node in graph.node:  # in the order of computation
        if node.op_type in RANDOM or found.intersection(node.input):
            found.update(output for output in node.output if output)
    return found


def needed(graph: GraphProto, outputs: set[str]) -> list[NodeProto]:
    """The nodes on which the outputs depend."""
    wanted, kept = set(outputs), []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(value for value in node.input if value)
    return kept[::-1]


def last_operator(nodes: Iterable[NodeProto], value: str) -> str:
    """The operator that computed the value, before those that only change its shape; empty for none."""
    makers = {output: node for node in nodes for output in node.output}
    while value in makers and makers[value].op_type in PASSING:
        value = makers[value].input[0]
    return makers[value].op_type if value in makers else ""


def one_input(graph: GraphProto, name: str) -> ValueInfoProto:
    """The graph's only input, float32 with a batch dimension."""
    from onnx import TensorProto

    held = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in held]
    if len(inputs) != 1:
        raise ExplorerError(
            _("{name} takes {n} inputs; one is needed.").format(name=name, n=len(inputs)),
            _("Export it with images or codes as its only input."),
        )
    kind = inputs[0].type.tensor_type
    if kind.elem_type != TensorProto.FLOAT:
        raise ExplorerError(_("{name} does not take float32 numbers.").format(name=name), _("Export it in float32."))
    if not 2 <= len(kind.shape.dim) <= 4:
        raise ExplorerError(
            _("{name} takes an array of {n} axes.").format(name=name, n=len(kind.shape.dim)),
            _("Images and codes have a batch and 1 to 3 axes more."),
        )
    return inputs[0]


def dims(value: ValueInfoProto) -> Dims:
    """The dimensions of a value, None where they are not fixed."""
    return tuple(dim.dim_value if dim.dim_value > 0 else None for dim in value.type.tensor_type.shape.dim)


def inferred(model: ModelProto) -> tuple[Dims, ...]:
    """The dimensions of the outputs without the batch, completed by ONNX's shape inference where that succeeds."""
    import onnx

    try:
        complete = onnx.shape_inference.infer_shapes(model)
    except (onnx.shape_inference.InferenceError, ValueError, RuntimeError):
        complete = model
    return tuple(dims(value)[1:] for value in complete.graph.output)


def plain_model(
    model: ModelProto, nodes: Iterable[NodeProto], source: ValueInfoProto, kept: list[ValueInfoProto]
) -> ModelProto:
    """The nodes that are needed and their weights, with names that cannot collide when they become attributes."""
    from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, helper

    names: dict[str, str] = {}

    def renamed(value: str) -> str:
        return names.setdefault(value, f"v{len(names)}") if value else ""

    def info(value: ValueInfoProto) -> ValueInfoProto:
        copy = ValueInfoProto()
        copy.CopyFrom(value)
        copy.name = renamed(value.name)
        return copy

    graph = GraphProto(name="network", input=[info(source)])
    for node in nodes:
        copy = NodeProto(op_type=node.op_type, attribute=node.attribute)
        copy.input.extend(map(renamed, node.input))
        copy.output.extend(map(renamed, node.output))
        copy.output[0] = copy.output[0] or renamed(f"unused output of {node.output}")  # the converter's key of a node
        graph.node.append(copy)
    graph.output.extend(map(info, kept))
    for tensor in model.graph.initializer:
        if tensor.name in names:
            weight = TensorProto()
            weight.CopyFrom(tensor)
            weight.name = renamed(tensor.name)
            graph.initializer.append(weight)
    version = helper.make_opsetid("", standard_opset(model))
    return helper.make_model(graph, opset_imports=[version], ir_version=model.ir_version)


def standard_opset(model: ModelProto) -> int:
    """The version of ONNX's own operators in use; 0 where none is stated."""
    return max((opset.version for opset in model.opset_import if opset.domain in STANDARD), default=0)
