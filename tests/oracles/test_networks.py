"""The posteriors that ship are those of the weights that ship, under the options of the configuration."""

from __future__ import annotations

import numpy as np
import pytest

from tests.oracles.networks import layers_of
from tests.oracles.shipped import ShippedRun, shipped_runs

IMAGES = slice(0, 200)
ROUNDING, ROUNDING_RESIDUAL = 1e-5, 1e-4  # of float32, absolute and relative; of some twenty layers one after another


@pytest.mark.parametrize("run", shipped_runs())
def test_mu_and_logvar_are_those_of_the_weights(run: ShippedRun) -> None:
    mu, logvar = run.networks.encode(run.x(IMAGES), run.classes(IMAGES))
    rounding = ROUNDING_RESIDUAL if run.residual else ROUNDING
    np.testing.assert_allclose(run.latents["mu"][IMAGES], mu, rtol=rounding, atol=rounding)
    np.testing.assert_allclose(run.latents["logvar"][IMAGES], logvar, rtol=rounding, atol=rounding)


@pytest.mark.parametrize("run", shipped_runs(lambda run: not run.residual))
def test_the_weights_have_the_sizes_of_the_configuration(run: ShippedRun) -> None:
    hidden, latent = run.options["hidden"], run.options["latent"]
    encoder, decoder = (
        [len(layer.weight) for layer in layers_of(run.networks.weights, network) if layer.weight.ndim == 2]
        for network in ("encoder", "decoder")
    )
    assert encoder == [*hidden, 2 * latent if run.variational else latent]
    assert decoder[:-1] == hidden[::-1]
