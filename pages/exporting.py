"""The button that writes a network for another program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.language import T
from pages.state import EXPORT_FORMAT, Widget
from simplenet.exports.formats import FORMATS, exported
from simplenet.network import SimpleNet
from simplenet.storage import as_json


def offer_formats(net: SimpleNet, about: Mapping[str, Any]) -> None:
    """Show the choice of a format, and the button that downloads the network in it.

    Parameters
    ----------
    net : SimpleNet
        It reads digits.
    about : mapping
        What is known of it, for the formats that have a place for it.
    """
    names = {
        "onnx": T("export.onnx"),
        "pytorch": T("export.pytorch"),
        "keras": T("export.keras"),
        "html": T("export.html"),
        "numpy": T("export.numpy"),
        "matlab": T("export.matlab"),
        "csv": T("export.csv"),
        "json": T("export.json"),
        "safetensors": T("export.safetensors"),
    }
    with st.popover(T("export.title"), icon=":material/output:"):
        to = st.selectbox(
            T("export.format"), list(names), format_func=names.__getitem__, key=EXPORT_FORMAT.name
        )
        st.download_button(
            T("export.download"),
            lambda: content_of(net, to, about),
            file_name=f"simplenet{FORMATS[to].suffix}",
            mime="application/octet-stream",
            on_click="ignore",
            icon=":material/download:",
            key=Widget.EXPORT,
        )


def content_of(net: SimpleNet, to: str, about: Mapping[str, Any]) -> bytes:
    """Return a network as a file; without what is known of it where that cannot be written down.

    Anybody may have written the file that it comes from, with NaN among its numbers.
    """
    try:
        as_json(about)
    except (TypeError, ValueError):
        about = {}
    return exported(net, to, about)
