"""The Diagnose page of a run whose factors are known."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.measures.measured_value import Measured
from explorer.measures.run_measures import kept_measures
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.ui.diagnose.factor_figure import MOST_NUMBERED, factor_figure, factor_headline
from explorer.ui.diagnose.factors import TABLES, elsewhere
from tests.oracles.shipped import PRETRAINED
from tests.pages.page import checked, open_page
from tests.pages.page import words_and_messages as words

TABLE = {"scale": (0.9, 0.05, 0.0, 0.05), "x": (0.0, 0.45, 0.45, 0.1), "age": (0.02, 0.0, 0.3, 0.68)}


@pytest.mark.usefixtures("runs_root")
def test_a_heat_map_and_traversals_named_by_the_factors_that_they_move() -> None:
    app = open_page("diagnose", {"model": "shapes-tcvae-10d"})
    assert len(app.get("plotly_chart")) == 3
    text = words(app)
    assert text.count("</b> moves ") == 4  # active dimensions
    assert "<b>z8</b> moves scale (0.89)<" in text
    assert "<b>z6</b> moves x (0.14), y (0.13)<" in text
    assert "Dimensions that are not in use have the rest of the importance" in text
    checked(app.segmented_control(key="factors-by").set_value("mig").run())
    found = kept_measures(load_run(Run(PRETRAINED / "shapes-tcvae-10d")))["mig"].by_factor
    assert f"<b>z8</b> moves scale ({found['scale'][8]:.2f})<" in words(app)


def test_every_table_of_the_page_is_there_and_of_each_dimension() -> None:
    found = kept_measures(load_run(Run(PRETRAINED / "shapes-tcvae-10d")))
    for name in TABLES:
        assert list(found[name].by_factor) == ["shape", "scale", "rotation", "x", "y"]
        values = np.array(list(found[name].by_factor.values()))
        assert values.shape == (5, 10)
        assert 0 <= values.min() <= values.max() <= 1


@pytest.mark.usefixtures("trained")
def test_without_factors_there_is_neither() -> None:
    app = open_page("diagnose", {"model": "tiny"})
    assert not app.segmented_control
    assert "</b> moves " not in words(app)


def test_dimensions_are_named_by_what_they_move() -> None:
    one = Measured(0.5, 100, by_factor=TABLE)
    assert one.moved_factors(0) == "scale (0.90)"
    assert one.moved_factors(2) == "x (0.45), age (0.30)"
    assert Measured(0.5, 100, by_factor={"scale": (0.05,), "x": (0.02,)}).moved_factors(0) == ""
    assert Measured(0.5, 100).moved_factors(3) == ""


def test_the_title_says_where_the_factors_are() -> None:
    assert factor_headline(TABLE, [0, 1, 2, 3]) == (
        "Where the factors are: mostly scale in z0, age in z3; x in no one dimension"
    )
    assert factor_headline({"<b>": (0.1, 0.2)}, [0, 1]) == "Where the factors are: &lt;b&gt; in no one dimension"
    assert elsewhere(TABLE, [0, 1, 2, 3]) == ""
    assert elsewhere(TABLE, [0, 1]).endswith("at most 0.98 (age).")


def test_cells_bear_their_numbers_while_there_is_room() -> None:
    (heat,) = factor_figure(TABLE, [3, 1], "of it", dark=False).data
    assert heat.x == ("z3", "z1")
    assert [list(row) for row in heat.text] == [["0.05", "0.05"], ["0.10", "0.45"], ["0.68", "0.00"]]
    assert heat.texttemplate == "%{text}"
    wide = {"scale": tuple(range(MOST_NUMBERED + 1))}
    (heat,) = factor_figure(wide, range(MOST_NUMBERED + 1), "of it", dark=True).data
    assert heat.texttemplate == ""
