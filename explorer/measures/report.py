"""The measures of a run as one JSON object, with all that is needed to cite them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer.datasets import Split
from explorer.measures.diagnosis import verdict
from explorer.measures.measured_value import Measured
from explorer.measures.nats import likelihood_record
from explorer.measures.registry import MEASURES, MeasureSpec
from explorer.runs import LoadedRun

SEED_OF_Z = 0  # of the draws of z in ELBO and NLL, and of all random choices of images


def measures_report(run: LoadedRun, split: Split, found: Mapping[str, Measured]) -> dict[str, Any]:
    """Each measure's value by its field, ``n`` (images of the split), errors, details, verdict and provenance."""
    judged = verdict(found)
    report: dict[str, Any] = {"n": run.data.size(split)}
    report |= {MEASURES[name].field: one.value for name, one in found.items()}
    if "nll" in found:
        report["nll_stderr"] = found["nll"].stderr
    report["absent"] = {MEASURES[name].field: one.absent for name, one in found.items() if one.absent}
    report["details"] = {MEASURES[name].field: details(MEASURES[name], one) for name, one in found.items()}
    report["likelihood"] = likelihood_record(run, split)
    report["verdict"] = None if judged is None else f"{judged.sentence} {judged.advice}"
    return {**report, "provenance": provenance_of(run, split, found)}


def details(spec: MeasureSpec, one: Measured) -> dict[str, Any]:
    """What to know of a number besides its value."""
    return {
        "unit": spec.unit,
        "n": one.n,
        "stderr": one.stderr,
        "samples": one.samples or None,
        "effective_samples": one.effective_samples and dict(zip(("p05", "median"), one.effective_samples, strict=True)),
        "beside": dict(one.beside),
        "by_factor": {name: list(row) for name, row in one.by_factor.items()},
        "estimator": spec.estimator,
        "estimator_version": spec.version,
        "date": one.provenance and one.provenance.date,
    }


def provenance_of(run: LoadedRun, split: Split, found: Mapping[str, Measured]) -> dict[str, Any]:
    """Run, weights, data, protocol and versions: those of the measure that was taken last."""
    training, model = run.config.training, run.model
    known = [one.provenance for one in found.values() if one.provenance is not None]
    last = max(known, key=lambda one: one.date, default=None)
    return {
        "run": run.name,
        "model": model.name,
        "weights_sha256": run.weights_sha256,
        "dataset": run.data.name,
        "split": split,
        "fingerprint": run.data.fingerprint(split),
        "likelihood": model.options.get("likelihood"),
        "binarise": training.get("binarise", "none"),
        "draws": {"z": 1, "nll": samples_of(found)},
        "seeds": {"training": training.get("seed"), "z": SEED_OF_Z},
        "date": last and last.date,
        "device": last and last.device,
        "versions": last and dict(last.versions),
        "protocol": protocol(run, split, found),
    }


def samples_of(found: Mapping[str, Measured]) -> int | None:
    """K of the importance-sampled likelihood; None where it was not estimated."""
    return (found["nll"].samples or None) if "nll" in found else None


def protocol(run: LoadedRun, split: Split, found: Mapping[str, Measured]) -> str:
    """How the figures were taken, as a sentence to cite."""
    training, likelihood = run.config.training, run.model.options.get("likelihood")
    binarise = training.get("binarise", "none")
    pixels = "pixels as they are" if binarise == "none" else f"pixels binarised ({binarise}) by one fixed draw"
    of_data = f" of {run.data.name}" if run.data.name else ""
    parts = [
        f"{run.name} ({run.model.name}, weights {run.weights_sha256[:12]})",
        f"{run.data.size(split):,} {split} images{of_data}, {pixels}",
        f"{likelihood} likelihood, beta = 1, one draw of z an image (seed {SEED_OF_Z})",
    ]
    if samples_of(found):
        one = found["nll"]
        parts.append(f"NLL with K = {one.samples:,} draws of {one.n:,} random images, carried over by the ELBO's gap")
    return "; ".join(parts) + "."
