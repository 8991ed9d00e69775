"""Training on the GPU by compiled networks: in a file of its own, so that the compiler runs beside the other tests."""

from __future__ import annotations

import pytest
import torch

from tests.cuda.models import config_of, step_by_step, trained

pytestmark = pytest.mark.cuda


@pytest.mark.parametrize("amp", [False, True], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("name", ["vae", "conv-vae"])
def test_a_compiled_graph_trains_as_single_steps_do(
    name: str, amp: bool, card: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled, ticks = trained(config_of(name, amp=amp, compile=True), card)
    assert compiled.way == "compiled, CUDA graph"
    step_by_step(monkeypatch)
    _, expected = trained(config_of(name, amp=amp), card)
    curves = [[tick.train_elbo_nats for tick in of] for of in (ticks, expected)]
    assert curves[0] == pytest.approx(curves[1], rel=0.005 if amp else 1e-4)
