"""The components' JavaScript modules, served as they are: no build step, and the browser follows the imports.

An address holds the hash of all modules. What it serves therefore never changes, browsers may keep it for good, and a
relative import leads to a module of the same hash.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.ui.components.base_path import below_base

HERE = Path(__file__).parent
SHARED = "shared"  # the folder of what several components import
EXPORTED = "page"  # the folder of what exported pages alone hold
ROUTE = "/component-modules"
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Modules:
    """The modules' bytes by their path below the components' folder (``live/scale.js``), and the hash of all."""

    sources: dict[str, bytes]
    version: str


def read_modules(folder: Path) -> Modules:
    """Every ``<component>/<name>.js`` below a folder, but for what exported pages alone hold."""
    paths = [path for path in sorted(folder.glob("*/*.js")) if path.parent.name != EXPORTED]
    sources = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    names_and_hashes = [(name, hashlib.sha256(source).hexdigest()) for name, source in sources.items()]
    return Modules(sources, hashlib.sha256(json.dumps(names_and_hashes).encode()).hexdigest()[:32])


@cache
def modules() -> Modules:
    """Our modules, read once a process, so that an address stands for the same bytes as long as it is served."""
    return read_modules(HERE)


def modules_url() -> str:
    """Where the modules are; ``/<component>/<name>.js`` follows."""
    return below_base(f"{ROUTE}/{modules().version}")


def modules_of(component: str) -> list[str]:
    """The modules that a component may import: those of its folder and those that several share."""
    return [name for name in modules().sources if name.split("/")[0] in (component, SHARED)]


def loader(module: str, words: dict[str, str] | None = None, language: str = "en") -> str:
    """The JavaScript that Streamlit gets for a component: it mounts what ``module`` (``live/live.js``) exports.

    ``words`` : the texts of another ``language``, by the English ones.

    All that ``module`` may import is requested at once, not import after import; what it does import is waited for.
    Streamlit runs the text from a blob, whose address is no base for others; hence the page's. It awaits inside the
    function, since Safari fails where a module with a top-level await is imported twice at the same time (WebKit bug
    242740), as by two maps on a page.
    """
    first = [module, f"{SHARED}/words.js"]
    names = [*first, *(name for name in modules_of(module.split("/")[0]) if name not in first)]
    return (
        f"const base = new URL({json.dumps(modules_url() + '/')}, document.baseURI);\n"
        f"const [main, language] = {json.dumps(names)}.map((name) => import(new URL(name, base)));\n"
        f"const words = {json.dumps(words or {}, ensure_ascii=False)};\n"
        "export default async (component) => {\n"
        "  (await language).setWords(words);\n"
        f"  document.documentElement.lang = {json.dumps(language.replace('_', '-'))};\n"
        "  return (await main).default(component);\n"
        "};\n"
    )


async def send_module(request: Request) -> Response:
    """One module, or 404 for anything else, another hash included."""
    source = modules().sources.get(request.path_params["name"])
    if source is None or request.path_params["version"] != modules().version:
        return Response(status_code=404)
    return Response(source, media_type="text/javascript", headers=HEADERS)


def module_routes() -> list[Route]:
    """The route, for the app to serve."""
    return [Route(below_base(ROUTE) + "/{version}/{name:path}", send_module)]
