"""The report of a run: what stands in it, that it needs nothing else, and what is said in place of what is missing."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.datasets.datasets import dataset_spec
from explorer.exporting.report.card import model_card
from explorer.exporting.report.curves import learning_curves
from explorer.exporting.report.latent_map import latent_map
from explorer.exporting.report.measure_tables import measure_tables
from explorer.exporting.report.page import SECTIONS, Report, report_of
from explorer.exporting.report.parts import Charts, Command, Facts, Figure, Strips, Table, Words
from explorer.exporting.report.pictures import manifold, samples, traversals
from explorer.exporting.report.subject import Subject
from explorer.inference.decoding import decode_with, load_with_model
from explorer.inference.latent_space.latent_codes import prior_codes
from explorer.runs.loaded_run import WeightsReplacedError
from explorer.runs.records import DataFacts, ModelFacts
from explorer.runs.run import Run
from explorer.runs.weights import weights_content
from models import model_spec, options_of
from tests.helpers import replace_weights
from tests.imported_runs import SHAPE, imported_run, latents_run, run_of

pytestmark = pytest.mark.usefixtures("shipped_root", "data_root", "runs_root")

SHAPES = Run(SHIPPED_RUNS / "shapes-tcvae-10d")
HOSTILE = "</script><script>alert(1)</script><img src=//evil.example>"
VOID = {"meta", "img", "line", "circle", "polyline", "path"}


class Elements(HTMLParser):
    """The elements of a page, what they refer to, and whether each is closed."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.names: list[str] = []
        self.open: list[str] = []
        self.targets: list[str] = []
        self.images_without_text = 0
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        given = dict(attrs)
        self.names.append(tag)
        self.targets += [f"{given[name]}" for name in ("src", "href", "srcset", "action", "data") if name in given]
        self.images_without_text += tag == "img" and not given.get("alt")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The element that was opened last."""
        if tag not in VOID:
            assert self.open.pop() == tag


def checked(report: Report) -> str:
    """The text of a report that is well-formed, holds no script and refers to nothing outside of it."""
    page = Elements(report.html)
    assert page.open == []
    assert "script" not in page.names
    assert page.images_without_text == 0
    assert all(target.startswith(("#", "data:image/png;base64,")) for target in page.targets)
    assert b"default-src 'none'" in report.html
    assert not re.search(rb"url\(|@import|\bon\w+=", report.html)
    return report.html.decode()


def report(run: Run) -> Report:
    """The report of a run as it is now."""
    return report_of(*load_with_model(run))


def subject(run: Run) -> Subject:
    """What the sections are given."""
    return Subject(*load_with_model(run))


@pytest.fixture(scope="module")
def digits() -> DataFacts:
    """The digits, as a run records them."""
    train, test = (dataset_spec("digits").load(split, None) for split in ("train", "test"))
    prints = train.fingerprint(), test.fingerprint()
    return DataFacts("digits", SHAPE, test.classes, len(train), len(test), True, *prints)


def test_everything_stands_in_one_file_and_again_in_the_same_bytes(trained: Run) -> None:
    seen: list[tuple[float, str]] = []
    first = report_of(*load_with_model(trained), lambda done, title: seen.append((done, title)))
    text = checked(first)
    assert {*first.sections, *first.absent} == {*SECTIONS}
    assert first.absent.keys() == {"traversals"}  # it has hardly learned anything
    assert "No dimension is active" in text
    for words in ("<h1>tiny</h1>", "original", "decoded", "seed 0", "1,437", "360", trained.status().weights_sha256):
        assert words in text, words
    assert [title for _, title in seen] == [*(spec.title for spec in SECTIONS.values()), ""]
    assert seen[-1][0] == 1
    assert report(trained).html == first.html


def test_samples_are_the_decoded_draws(trained: Run) -> None:
    about = subject(trained)
    (figure,) = samples(about)
    assert isinstance(figure, Figure)
    content = base64.b64decode(figure.picture.source.partition(",")[2])
    pixels = np.asarray(Image.open(io.BytesIO(content)))
    wanted = decode_with(about.model, prior_codes(about.run, 64, seed=0))
    assert np.array_equal(pixels[:8, :8], wanted[0, 0])
    assert np.array_equal(pixels[-8:, -8:], wanted[-1, 0])


def test_latents_alone_have_a_map_and_measures() -> None:
    found = report(latents_run("codes"))
    text = checked(found)
    assert found.sections == ("model", "map", "measures")
    for name in ("reconstructions", "samples", "manifold", "traversals"):
        assert found.absent[name].startswith("codes has no decoder")
        assert found.absent[name] in text
    assert "python -m explorer evaluate codes --measures " in text


def test_without_images_the_prior_is_decoded() -> None:
    found = report(imported_run("bare"))
    checked(found)
    assert found.sections == ("model", "samples", "manifold", "traversals", "measures")
    assert "came without images" in found.absent["reconstructions"]
    assert "came without images" in found.absent["map"]
    assert found.absent["curves"] == "bare was trained elsewhere."


@pytest.mark.parametrize("name", ["<b>bold<", 'a "quote" & more', "{{ 7 * 7 }}"])
def test_names_are_text(name: str) -> None:
    plain = latents_run("plain")
    run = Run(plain.path.rename(plain.path.with_name(name)))
    config = run.config()
    assert config.data is not None
    run.write_config(replace(config, data=replace(config.data, classes=(HOSTILE, "{% raw %}"))))
    text = checked(report(run))
    assert "<b>bold" not in text
    assert "&lt;/script&gt;" in text
    assert "{% raw %}" in text


def test_where_the_data_lie_is_not_told(trained: Run) -> None:
    config = trained.config()
    assert config.data is not None
    data = replace(config.data, name="folder:/home/someone/scans")
    trained.write_config(replace(config, data=data, training={**config.training, "dataset": data.name}))
    found = report(trained)
    assert "/home/someone" not in checked(found)
    assert found.absent["reconstructions"] == "The test images of folder:scans are not on this machine."
    assert "map" in found.sections  # of the latents that the run keeps


def test_a_failed_training_says_so(trained: Run) -> None:
    trained.write_status(replace(trained.status(), state="failed", error="The disk was full."))
    (facts, *_) = model_card(subject(trained))
    assert isinstance(facts, Facts)
    assert ("State", "failed: The disk was full.") in facts.rows


def test_a_damaged_curve_file_leaves_the_rest(trained: Run) -> None:
    (trained.path / "metrics.jsonl").write_text("no JSON\n")
    assert report(trained).absent["curves"] == "tiny keeps no figures of its epochs."


def test_no_report_is_of_two_models(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    about = load_with_model(trained)
    (trained.path / "latents" / "test.npz").unlink()
    replace_weights(trained)
    with pytest.raises(WeightsReplacedError):
        report_of(*about)


def test_a_model_of_many_dimensions_is_seen_along_directions(digits: DataFacts) -> None:
    about = subject(imported_run("wide", digits, latent=40))
    (figure,) = manifold(about)
    assert isinstance(figure, Figure)
    assert "principal directions of the posterior means in 40 dimensions" in figure.caption
    assert figure.axes is not None
    assert figure.axes[0].startswith("direction 1: −")


def test_an_autoencoder_has_no_prior(digits: DataFacts) -> None:
    model = model_spec("ae").build({"shape": SHAPE, "latent": 3, "hidden": (16,)})
    for parameter in model.parameters():
        parameter.data.mul_(4)  # codes far enough apart to count as active
    run = run_of("points", ModelFacts("ae", options_of(model), False), weights_content(model.state_dict()), digits)
    _, note = samples(subject(run))
    assert isinstance(note, Words)
    assert "no prior" in note.text
    (strips,) = traversals(subject(run))
    assert isinstance(strips, Strips)
    assert "the others at their mean" in strips.caption
    (plane,) = manifold(subject(run))
    assert isinstance(plane, Figure)
    assert "the two of 3 dimensions that carry most" in plane.caption
    assert "of equal size" in plane.caption


def test_the_figures_of_a_shipped_run() -> None:
    about = subject(Run(SHIPPED_RUNS / "mnist-2d"))
    chart, quality = latent_map(about)
    assert isinstance(chart, Charts)
    assert chart.drawings[0].count("h0") == 10_000
    assert [name for _, name in chart.legend] == [f"{i}" for i in range(10)]
    assert "t-SNE" in chart.caption
    assert isinstance(quality, Table)
    parts = measure_tables(about)
    rows = {row.name: row for part in parts if isinstance(part, Table) for row in part.rows}
    assert rows["ELBO"].cells == ("−132.1 nats", "0.48", "10,000")
    assert "A perfect decoder: −45.53." in rows["ELBO"].note
    assert "K = 5,000" in rows["NLL"].note
    assert rows["z0"].cells[0].startswith("3.93 ± ")
    assert not [part for part in parts if isinstance(part, Command)]  # all are taken
    (curves,) = learning_curves(about)
    assert isinstance(curves, Charts)
    assert len(curves.drawings) == 3
    assert [name for _, name in curves.legend] == ["training images, during the epoch", "test images"]


def test_dimensions_of_known_factors_are_named_by_what_they_move() -> None:
    shapes = subject(SHAPES)
    (strips,) = (part for part in traversals(shapes) if isinstance(part, Strips))
    labels = [label for label, _ in strips.rows]
    assert len(labels) == 4
    assert labels[-1].startswith("z8, ")
    assert labels[-1].endswith(" nats, scale (0.89)")
    tables = [part for part in measure_tables(shapes) if isinstance(part, Table)]
    (table,) = (part for part in tables if part.heads[0] == "Known factor")
    assert [row.name for row in table.rows] == ["shape", "scale", "rotation", "x", "y"]
    assert table.heads[-1] == "others"
    assert len(table.heads) == 10
    for row in table.rows:
        assert sum(map(float, row.cells)) == pytest.approx(1, abs=0.05)
