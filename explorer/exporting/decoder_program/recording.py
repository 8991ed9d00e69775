"""One call of a decoder, followed operator by operator as torch executes it, and written down as a program."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from explorer.base import ExplorerError
from explorer.exporting.decoder_program.calls import Call, UnsupportedError
from explorer.exporting.decoder_program.operators import OPERATORS
from explorer.exporting.decoder_program.program import DecoderProgram

# Their results depend on the shape of a tensor alone, not on its values.
OF_SHAPES = frozenset(
    ("ones_like", "zeros_like", "full_like", "empty_like", "new_zeros", "new_ones", "new_full", "new_empty")
)


class Recorder(TorchDispatchMode):
    """While it is entered, every operator on something that depends on ``code`` [1, K] becomes operations.

    What does not depend on it is calculated once and is a constant of the program. In this mode operators arrive
    after torch has resolved the composite ones; ``known`` holds the tensors that depend on the code, by their identity.
    """

    def __init__(self, code: Tensor, program: DecoderProgram) -> None:
        super().__init__()
        self.program = program
        self.known: dict[int, tuple[Tensor, int]] = {id(code): (code, 0)}  # a tensor that is kept keeps its identity

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Leave ``__torch_dispatch__`` as it is: torch's wrapper would load its compiler, for seconds."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Execute the operator; write it down where its result depends on the code."""
        kwargs = kwargs or {}
        depends = any(id(leaf) in self.known for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor))
        name = func._schema.name.removeprefix("aten::")
        result = func(*args, **kwargs)
        if depends and name not in OF_SHAPES:
            self.write(name.removesuffix("_"), func, args, kwargs, result)
        return result

    def write(self, name: str, func: Any, args: Any, kwargs: Any, result: Any) -> None:
        """Add the operator's operations, and remember which values its results are."""
        operator = OPERATORS.get(name)
        if operator is None:
            raise UnsupportedError(name)
        call = Call(self.program, func, bound(func, args, kwargs), result, self.known)
        values = operator(call)
        results = result if isinstance(result, (list, tuple)) else [result]
        for tensor, value in zip(results, values, strict=False):  # statistics of a normalisation have none
            self.known[id(tensor)] = (tensor, value)


def bound(func: Any, args: Any, kwargs: Any) -> dict[str, Any]:
    """The operator's arguments by their names in its schema, defaults included."""
    schema = func._schema.arguments
    given = {argument.name: value for argument, value in zip(schema, args, strict=False)} | kwargs
    return {argument.name: given.get(argument.name, argument.default_value) for argument in schema}


def recorded(decode: nn.Module, code: int, shape: tuple[int, int, int]) -> DecoderProgram:
    """The program of a decoder on the CPU that maps codes [1, ``code``] to mean images [1, *shape].

    Raises UnsupportedError for an operator that the engine has not.
    """
    z, program = torch.zeros(1, code), DecoderProgram(code, shape, sizes=[code])
    recorder = Recorder(z, program)
    with torch.no_grad(), recorder:
        picture = decode(z)
    _, value = recorder.known.get(id(picture), (None, 0))
    if value != len(program.operations) or not value:
        raise ExplorerError("The decoder's picture does not depend on the code.", "Look at it over the socket.")
    return program
