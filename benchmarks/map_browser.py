"""The Map page in a real browser: 70,000 points to the screen, thumbnails under the pointer, clicks; 300,000 points.

Prints one JSON object. The baseline, the same points in a stock ``st.plotly_chart``, is served and measured in the same
run. Times end with the frame after the one that shows the answer (``benchmarks/support/map_hand.py``).
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from support import command_line
from support.hand import browser_page
from support.map_hand import (
    MAP,
    PREFETCHED,
    STAGE,
    STOCK,
    click_points,
    click_stock,
    hover,
    open_points,
    pan,
)
from support.map_run import far_apart, give_originals, multiplied_run
from support.serving import conditions, served

from explorer.base import PROJECT
from explorer.maps.fits import Points, kept_map
from explorer.runs import Run, load_run
from tests.e2e.serving import Server

POINTS, MANY = 70_000, 300_000
HOVERS, CLICKS, STOCK_CLICKS = 100, 40, 10
STOCK_PAGE = ("-m", "streamlit", "run", str(PROJECT / "benchmarks" / "support" / "map_stock_page.py"))


def main() -> None:
    """Every scenario in turn."""
    command_line(__doc__, "about 3 minutes").parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = folder / "runs"
        runs.mkdir()
        run = multiplied_run(runs, "points", POINTS)
        give_originals(run, folder / "data")
        multiplied_run(runs, "many-points", MANY)
        places = spots(run)
        result = conditions() | {"points": POINTS}
        with served(folder, STOCK_PAGE) as server:
            result["baseline"] = stock(server, places)
        with served(folder, ("app.py",)) as server:
            result |= ours(server, places)
            result["many"] = many(server)
    result["baseline_over_ours"] = {
        "from_navigation": round(result["baseline"]["from_navigation_s"] / result["again"]["from_navigation_s"], 1),
        "click_p95": round(result["baseline"]["click"]["p95_ms"] / result["click"]["image"]["p95_ms"], 1),
    }
    print(json.dumps(result, indent=2))


def spots(run: Run) -> Points:
    """Places of points all over the map."""
    projection = kept_map(load_run(run), "tsne")
    assert projection is not None
    return projection.points[far_apart(projection, HOVERS + CLICKS)]


def stock(server: Server, places: Points) -> dict[str, Any]:
    """The stock chart, opened once to warm the server and once more to measure."""
    url = f"{server.url}/?model=points"
    with browser_page() as page:
        open_points(page, url)
    with browser_page() as page:
        opened = open_points(page, url)
        page.wait_for_load_state("networkidle")
        return {**opened, "click": click_stock(page, places[:STOCK_CLICKS]), "pan": pan(page, STOCK)}


def ours(server: Server, places: Points) -> dict[str, Any]:
    """Our page: for its first visitor, for a second one who hovers at once, and when all thumbnails are there."""
    url = f"{server.url}/map?model=points"
    with browser_page() as page:
        result: dict[str, Any] = {"first": open_points(page, url)}
    with browser_page() as page:
        result["again"] = open_points(page, url)
        result["hover_at_once"] = hover(page, places[:HOVERS])
        page.wait_for_function(PREFETCHED)
        result["hover"] = hover(page, places[:HOVERS])
        result["click"] = click_points(page, places[HOVERS:])
        result["pan"] = pan(page, STAGE)
    return result


def many(server: Server) -> dict[str, Any]:
    """300,000 points: opened, moved, clicked, and the connection still there."""
    lost: list[str] = []
    with browser_page() as page:
        page.on("websocket", lambda socket: socket.on("close", lambda _: lost.append(socket.url)))
        result: dict[str, Any] = {"points": MANY, **open_points(page, f"{server.url}/map?model=many-points")}
        result["pan"] = pan(page, STAGE)
        page.locator(STAGE).focus()
        page.keyboard.press("ArrowRight")
        marked = page.locator(MAP).get_attribute("data-marked")
        page.get_by_alt_text(f"decoded from μ of image {int(marked or 0):,}", exact=True).wait_for()
    result["connections_lost"] = len(lost)
    return result


if __name__ == "__main__":
    main()
