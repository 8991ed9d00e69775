"""A visitor who opens models in a browser, one after the other. A process of its own.

usage: opener.py URL NAME...      prints "begins" once the browser runs, then a JSON object: the seconds of each model
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from support.hand import browser_page, open_live


def main() -> None:
    """Open each and wait for its first image."""
    url, names = sys.argv[1], sys.argv[2:]
    seconds = {}
    with browser_page() as page:
        print("begins", flush=True)
        for name in names:
            started = time.monotonic()
            open_live(page, f"{url}/?model={name}")
            seconds[name] = round(time.monotonic() - started, 2)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
