"""The app with pages that come slowly, piece by piece, as on a machine whose cores are busy.

`SLOWLY=1 make test` has the browser tests use it: a fault that comes once in fifty runs, because
of what a visitor does in the wrong moment or what a page shows for one, comes in one of a few.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.cli import main

SHARE = 0.1
"""Of the pieces of a page: so many come late."""

PAUSES_S = (0.01, 0.05, 0.2, 0.4)


def slowed(send: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that sends a piece of a page, and now and then waits before it."""

    def send_slowly(*args: Any, **options: Any) -> Any:
        if get_script_run_ctx(suppress_warning=True) and random.random() < SHARE:
            time.sleep(random.choice(PAUSES_S))
        return send(*args, **options)

    return send_slowly


if __name__ == "__main__":
    for name in ("_enqueue", "_block"):
        setattr(DeltaGenerator, name, slowed(getattr(DeltaGenerator, name)))
    main()
