"""What axe-core finds on a page: https://github.com/dequelabs/axe-core, run in the browser."""

from __future__ import annotations

from functools import cache

from playwright.sync_api import Page

from explorer.base.runtime_settings import PROJECT

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
RUN = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, impact, nodes }) => [impact, id, nodes.map(({ target }) => target.join(" "))]);
}"""
# Whatever fades in or out is still pale; a spinner turns for ever.
OPAQUE = """() => !document.querySelector("[data-stale=true]") && document.getAnimations().every(
    ({ playState, effect }) => playState !== "running" || effect.getComputedTiming().endTime === Infinity
)"""


@cache
def axe_source() -> str:
    """The text of axe-core."""
    return AXE.read_text(encoding="utf-8")


def grave_findings(page: Page) -> list[str]:
    """The serious and critical findings, each with the elements that it is about."""
    page.wait_for_function(OPAQUE)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe_source())
    found = page.evaluate(RUN)
    return [f"{impact}: {rule} at {', '.join(where[:5])}" for impact, rule, where in found if impact in GRAVE]
