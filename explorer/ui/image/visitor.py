"""Whether a visitor is still there, for work that goes on in the background for one visitor alone."""

from __future__ import annotations

import time
from collections.abc import Callable

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

AWAY_S = 60.0  # a browser that loses its connection comes back sooner


def has_left() -> Callable[[], bool]:
    """Tells, from any thread, whether this script run's visitor has been away for ``AWAY_S`` seconds."""
    context, seen = get_script_run_ctx(suppress_warning=True), time.monotonic()

    def left() -> bool:
        nonlocal seen
        if context is None or not runtime.exists():  # no browser that could leave
            return False
        if runtime.get_instance().is_active_session(context.session_id):
            seen = time.monotonic()
        return time.monotonic() - seen > AWAY_S

    return left
