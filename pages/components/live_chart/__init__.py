"""A Plotly chart that updates in place: a Streamlit component of a few lines of JavaScript.

`st.plotly_chart` builds the chart anew when its data change, which flickers and loses the zoom.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from pages.components.numbers import NUMBERS_CSS, NUMBERS_JS
from pages.language import T, language
from pages.language.text import CODES, plain, translations
from pages.platform.packed import PLOTLY
from pages.state import Chart

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 340
"""Of a chart in pixels, where a figure does not say another."""

_HERE = Path(__file__).parent


_mount = st.components.v2.component(
    "live_chart",
    html='<div class="live-chart" role="figure"></div>',
    css=NUMBERS_CSS
    + """
        .live-chart { width: 100%; }
        [data-testid="stElementContainer"]:has(.live-chart) { overflow: visible !important; }
        .live-chart:focus-within .modebar--hover { opacity: 1 !important; }
        .live-chart .modebar-btn:focus-visible { outline-color: currentColor !important; }
        .live-chart.empty {
            display: grid; place-content: center; text-align: center; white-space: pre-line;
            border: 1px dashed var(--st-border-color); border-radius: var(--st-base-radius);
            color: color-mix(in srgb, var(--st-text-color) 70%, transparent);
        }
    """,
    js=NUMBERS_JS + (_HERE / "live_chart.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def live_chart(
    figure: Figure | dict[str, Any] | None,
    *,
    key: Chart,
    alt: str,
    empty: str = "",
    height: int | None = None,
) -> None:
    """Show a figure, or update it where it is shown already.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure, or a dict of its data and layout, or None
        `layout.uirevision` says for how long zoom and hidden traces are kept. None keeps the
        place of a chart that is to come, and has the browser load Plotly once it has time.
    key : Chart
    alt : str
        What the chart shows, in words, for those who cannot see it.
    empty : str
        What stands in the place of a chart that is to come.
    height : int, optional
        In pixels; otherwise what the figure says, or `HEIGHT`.
    """
    if figure is None:
        content, own = None, None
    elif isinstance(figure, dict):
        content, own = as_json(figure), figure["layout"].get("height")
    else:
        content, own = figure.to_json(), figure.layout.height
    _mount(
        key=key,
        data={
            "figure": content,
            "height": height or own or HEIGHT,
            "alt": plain(alt),
            "empty": empty,
            "plotly": PLOTLY,
            "locale": CODES[language()],
            "png": T("chart.png"),
            "svg": T("chart.svg"),
            "words": dict(translations("plotly", language())),
        },
        height=height or own or HEIGHT,
    )


def as_json(figure: dict[str, Any]) -> str:
    """Return a figure as Plotly reads it in the browser, its arrays as their bytes."""

    def array(values: Any) -> dict[str, str]:
        if not isinstance(values, np.ndarray):
            raise TypeError(f"a figure has numbers, texts and arrays, got {type(values)}")
        content = base64.b64encode(np.ascontiguousarray(values).data).decode("ascii")
        return {"dtype": values.dtype.str.lstrip("<|"), "bdata": content}

    return json.dumps(figure, default=array)
