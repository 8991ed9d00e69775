"""Published figures of VAEs beside ours, each by commands that anyone can run. One JSON object.

``--table dynamic`` is table 1 of Burda et al. 2016 (one stochastic layer; MNIST binarised anew for each batch),
``static`` the reproductions of pythae (MNIST binarised once), ``dsprites`` beta-TCVAE's mutual information gap, ``m2``
the semi-supervised error of Kingma et al. 2014. A row trains a run by ``python -m explorer train`` and measures it by
``python -m explorer evaluate``; the runs are kept under EXPLORER_RUNS: one that is there is not trained again, one
that was interrupted goes on. ``--full`` is the publication's schedule, for a GPU; without it each row has a shorter
one. A row that was not asked for says that it was not run. MNIST must lie under EXPLORER_DATA.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from support import ROOT, command_line

from explorer.measures import MEASURES

BURDA = "Burda et al. 2016, table 1"
PYTHAE = "pythae, examples/scripts/reproducibility"
BOTH = ("--dataset", "mnist", "--likelihood", "bernoulli")
DYNAMIC = (*BOTH, "--binarise", "dynamic", "--latent", "50", "--hidden", "200,200", "--activation", "tanh")
STATIC = (*BOTH, "--binarise", "static")
SHORT = ("--batch-size", "128", "--lr", "4e-3", "--schedule", "cosine")
BURDAS = ("--batch-size", "20", "--lr", "1e-3", "--adam-eps", "1e-4", "--schedule", "staged")
NLL = ("nll", "elbo")  # measures; the first one is compared


@dataclass(frozen=True)
class Row:
    """A published figure and how ours is made: options of ``train`` in all, of the short schedule and of the full one.

    Attributes
    ----------
    measures : what ``evaluate`` takes; the first one is the published one.
    published : its value there, from ``source``; a share of errors where the measure is an accuracy.
    protocol : what was done there that decides the figure.
    draws : of z for each image, of the NLL.
    """

    train: tuple[str, ...]
    short: tuple[str, ...]
    full: tuple[str, ...]
    published: float
    source: str
    protocol: str
    measures: tuple[str, ...] = NLL
    draws: int = 5000


def burdas(draws: int, epochs: int, published: float) -> Row:
    """A row of Burda et al. 2016: the objective of ``draws`` draws of z."""
    model = ("--model", "vae") if draws == 1 else ("--model", "iwae", "--samples", str(draws))
    short = (*SHORT, "--epochs", str(epochs))
    protocol = "784-200-200-50, tanh; pixels drawn anew for each batch; 3,280 epochs; K = 5,000, 10,000 test images"
    return Row((*DYNAMIC, *model), short, (*BURDAS, "--epochs", "3280"), published, BURDA, protocol)


TABLES: dict[str, dict[str, Row]] = {
    "dynamic": {"vae": burdas(1, 300, 86.76), "iwae-5": burdas(5, 60, 85.54), "iwae-50": burdas(50, 10, 84.78)},
    "static": {
        "vae": Row(
            (*STATIC, "--model", "vae", "--latent", "40", "--hidden", "400"),
            (*SHORT, "--epochs", "60"),
            ("--batch-size", "100", "--lr", "1e-3", "--schedule", "cosine", "--epochs", "2000"),
            89.78, PYTHAE, "784-400-40, relu; pixels drawn once (their file); K = 200, 10,000 test images", draws=200,
        ),
        "iwae-50": Row(
            (*STATIC, "--model", "iwae", "--samples", "50", "--latent", "50", "--hidden", "200,200", "--activation",
             "tanh"),
            (*SHORT, "--epochs", "10"),
            (*BURDAS, "--epochs", "3280"),
            86.82, PYTHAE, "784-200-200-50, tanh; pixels drawn once (their file); K = 5,000, 10,000 test images",
        ),
        "vamp": Row(
            (*STATIC, "--model", "vamp-vae", "--latent", "40", "--hidden", "300,300"),
            (*SHORT, "--epochs", "40"),
            ("--batch-size", "100", "--lr", "5e-4", "--schedule", "cosine", "--epochs", "2000"),
            85.79, PYTHAE, "784-300-300-40, gated; 500 pseudo-inputs; pixels drawn once (their file); K = 5,000, "
            "10,000 test images",
        ),
    },
    "dsprites": {
        "beta-tcvae": Row(
            ("--dataset", "dsprites", "--model", "beta-tcvae", "--architecture", "burgess", "--latent", "10",
             "--beta", "6"),
            ("--batch-size", "256", "--lr", "1e-3", "--epochs", "5"),
            ("--batch-size", "256", "--lr", "1e-3", "--epochs", "500"),
            0.5, "Chen et al. 2018, figure 3 (read off)", "dense 1200-1200; 737,280 sprites, 50 epochs; MIG",
            measures=("mig", "mig-sampled", "elbo"),
        ),
    },
    "m2": {
        "1000-labels": Row(
            ("--dataset", "mnist", "--model", "m2", "--labels", "1000", "--activation", "silu", "--augment",
             "--lr", "2e-3", "--schedule", "cosine", "--weight-decay", "0.01"),
            ("--latent", "8", "--hidden", "192,192", "--label-warmup", "11", "--epochs", "16"),
            ("--latent", "50", "--hidden", "500,500", "--label-warmup", "100", "--epochs", "150"),
            0.036, "Kingma et al. 2014, table 1", "dense 500-500, 50 dimensions; 1,000 labels of 50,000 images",
            measures=("class-accuracy", "elbo"),
        ),
    },
}  # fmt: skip


def main() -> None:
    """Train and measure the rows that were asked for, and print all of the table."""
    options = arguments()
    rows = TABLES[options.table]
    chosen = list(rows) if options.rows is None else options.rows.split(",")
    if unknown := set(chosen) - set(rows):
        sys.exit(f"The table {options.table} has no row {', '.join(sorted(unknown))}; its rows: {', '.join(rows)}.")
    print(json.dumps({
        "table": options.table,
        "schedule": "full" if options.full else "short",
        "rows": {name: reported(name, row, name in chosen, options) for name, row in rows.items()},
        "cores": os.cpu_count(),
    }, indent=2))  # fmt: skip


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__, "about half an hour for the table 'dynamic' by its short schedule")
    parser.add_argument("--table", choices=tuple(TABLES), default="dynamic", help="which publication")
    parser.add_argument("--rows", metavar="ROW,...", help="only these rows are run; all where it is left out")
    parser.add_argument("--full", action="store_true", help="the publication's schedule, for a GPU")
    parser.add_argument("--epochs", type=int, help="in place of the schedule's")
    parser.add_argument("--seed", type=int, default=0, help="of the training")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    return parser.parse_args()


def reported(name: str, row: Row, chosen: bool, options: argparse.Namespace) -> dict[str, Any]:
    """A row of the result."""
    run = run_name(name, options)
    train, evaluate = commands(run, row, options)
    published = {"published": row.published, "source": row.source, "protocol": row.protocol}
    said = {"train": shown(train), "evaluate": shown(evaluate), **published}
    if not chosen:
        return {"ours": None, "why": "not run: it was not asked for", **said}
    began, load = time.perf_counter(), os.getloadavg()[0]
    trained = {run["name"]: run for run in explorer("runs")["runs"]}.get(run)
    if trained is None:
        explorer(*train)
    elif trained["state"] != "finished":
        explorer("train", "--resume", run)
    took_s = time.perf_counter() - began
    found = explorer(*evaluate)
    return {
        "ours": comparable(row, found),
        "measures": {field: found.get(field) for field in (MEASURES[name].field for name in row.measures)},
        "details": found["details"],
        "train_s": round(took_s) if trained is None else "trained before",
        "load_before": round(load, 1),
        **said,
    }


def comparable(row: Row, found: dict[str, Any]) -> float | None:
    """The row's first measure as it was published: errors in place of an accuracy."""
    value: float | None = found.get(MEASURES[row.measures[0]].field)
    if value is None:
        return None
    return round(1 - value if row.measures[0] == "class-accuracy" else value, 4)


def run_name(row: str, options: argparse.Namespace) -> str:
    """The run that a row keeps, under EXPLORER_RUNS."""
    epochs = f"-{options.epochs}-epochs" if options.epochs else ""
    seed = f"-seed-{options.seed}" if options.seed else ""
    return f"literature-{options.table}-{row}{'-full' if options.full else ''}{epochs}{seed}"


def commands(run: str, row: Row, options: argparse.Namespace) -> tuple[list[str], list[str]]:
    """The arguments of ``train`` and of ``evaluate``; the last ``--epochs`` holds."""
    epochs = ["--epochs", str(options.epochs)] if options.epochs else []
    schedule = row.full if options.full else row.short
    seed = ["--seed", str(options.seed)] if options.seed else []
    device = [] if options.device == "auto" else ["--device", options.device]
    train = ["train", *row.train, *schedule, *epochs, *seed, *device, "--out", run]
    return train, ["evaluate", run, "--measures", ",".join(row.measures), "--samples", str(row.draws)]


def shown(command: list[str]) -> str:
    """The command as it is typed."""
    return " ".join(["python -m explorer", *command])


def explorer(*command: str) -> dict[str, Any]:
    """The JSON of a command of the app; its progress goes to standard error. Ends this process where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "explorer", *command, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.returncode)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    main()
