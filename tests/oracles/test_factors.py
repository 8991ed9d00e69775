"""Measures of codes against known factors, of the run whose factors are known."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from explorer.datasets.shapes import FACTORS
from tests.oracles.codes import least_variance_accuracy, modularity, two_cuts_accuracy
from tests.oracles.networks import Array, Classes
from tests.oracles.shipped import PROJECT, ShippedRun

RUN = ShippedRun("shapes-tcvae-10d")
COMPARED = (PROJECT / "docs" / "disentanglement.md").read_text()


@cache
def codes_and_factors() -> tuple[Array, Classes]:
    """Posterior means of the test images, and the factors that these were drawn from: [N, K], [N, F]."""
    factors = RUN.images().factors
    assert factors is not None
    return RUN.latents["mu"], factors


def active() -> Array:
    """Posterior means of the dimensions that vary."""
    codes, _ = codes_and_factors()
    return codes[:, codes.var(0) > 0.01]


def near(measure: str, value: float, errors: float = 4) -> None:
    """That the figure of the run is this one, within some of its standard errors."""
    assert RUN.figure(measure) == pytest.approx(value, abs=errors * RUN.measures[measure]["stderr"]), measure


def test_modularity_by_templates() -> None:
    _, factors = codes_and_factors()
    assert RUN.figure("modularity") == pytest.approx(modularity(active(), factors), abs=0.002)


def test_separation_by_correlations_and_by_trying_all_cuts() -> None:
    _, factors = codes_and_factors()
    scores = [[two_cuts_accuracy(code, factors[:, 0]) for code in active().T]]
    scores += [[np.corrcoef(code, factor)[0, 1] ** 2 for code in active().T] for factor in factors[:, 1:].T]
    best = np.sort(np.array(scores), axis=1)
    near("sap", float((best[:, -1] - best[:, -2]).mean()))


def test_least_variances_of_other_batches() -> None:
    _, factors = codes_and_factors()
    near("factor-vae", least_variance_accuracy(active(), factors, np.random.default_rng(7)))


def test_importances_of_other_trees() -> None:
    codes, factors = codes_and_factors()
    first, second = np.array_split(np.random.default_rng(3).permutation(len(codes)), 2)
    rows, told = [], []
    for name, factor in zip(FACTORS, factors.T, strict=True):
        kind, depth = (ExtraTreesClassifier, 8) if name == "shape" else (ExtraTreesRegressor, 12)
        trees = kind(40, max_depth=depth, max_features=1.0, random_state=1).fit(codes[first], factor[first])
        rows.append(trees.feature_importances_)
        told.append(trees.score(codes[second], factor[second]))
    told[0] = (told[0] - 1 / 3) / (1 - 1 / 3)  # an accuracy, of classes equally many
    table = np.array(rows)  # [F, K]
    by_dimension = 1 - entropy(table, base=len(table), axis=0)
    assert RUN.figure("dci-disentanglement") == pytest.approx(by_dimension @ table.sum(0) / len(table), abs=0.08)
    by_factor = 1 - entropy(table, base=table.shape[1], axis=1)
    assert RUN.figure("dci-completeness") == pytest.approx(by_factor.mean(), abs=0.08)
    assert RUN.figure("dci-informativeness") == pytest.approx(np.mean(told), abs=0.05)


@pytest.mark.parametrize(
    ("measure", "row"),
    [
        ("mig", "MIG, as here"),
        ("mig-sampled", "MIG of sampled codes"),
        ("sap", "SAP, as here"),
        ("dci-disentanglement", "DCI disentanglement"),
        ("dci-completeness", "DCI completeness"),
        ("dci-informativeness", "DCI informativeness"),
        ("factor-vae", "FactorVAE score, as here"),
        ("modularity", "Modularity"),
    ],
)
def test_the_docs_quote_the_figures(measure: str, row: str) -> None:
    found = RUN.measures[measure]
    assert f"\n| {row} | {found['value']:.3f} ± {found['stderr']:.3f} |" in COMPARED
