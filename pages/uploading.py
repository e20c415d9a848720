"""A network from a file of the visitor's: it is theirs alone, and stays in their session."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from pages.language import T
from pages.state import UPLOAD, Upload, Value, Widget
from simplenet.network import SimpleNet
from simplenet.storage import SavedModel

UPLOADED = ":file"
"""The choice of it; no file of a network has such a name."""

DIGITS = (784, 10)
"""Inputs and classes of a network that reads digits."""

MOST_UNITS = 1000
"""Hidden units, as many as a run may have: more would take others the server's time."""

MOST_WEIGHT = 1e12
"""The largest weight; those of any training are far smaller. The largest floats would make an
answer NaN, since infinity less infinity is NaN."""


def uploaded() -> SavedModel | None:
    """Return the network that the visitor has brought last; None if there is none."""
    taken = UPLOAD.get()
    return taken.saved if taken else None


def bring(chosen: Value[str | None], width: int | Literal["content"] = "content") -> None:
    """Show the button that takes a network from a file, and choose it once it is there.

    Parameters
    ----------
    chosen : Value
        Of the page: the choice of a network, which must not have been shown yet.
    width : int or "content"
        Of the button.
    """
    with st.popover(T("upload.open"), icon=":material/upload_file:", width=width):
        st.caption(T("upload.help", mb=st.get_option("server.maxUploadSize")))
        told = st.container()  # Above the field: below it, it may be out of sight.
        file = st.file_uploader(
            T("upload.open"), label_visibility="collapsed", key=Widget.NETWORK_FILE
        )
        if file is None:
            return
        taken = UPLOAD.get()
        if taken is None or taken.id != file.file_id:
            before = taken.saved if taken else None
            saved, refusal = read(file.getvalue(), file.name)
            taken = Upload(file.file_id, saved or before, refusal)
            UPLOAD.set(taken)
            if saved:
                chosen.set(UPLOADED)
        if taken.refusal:
            words = {
                "unreadable": T("upload.unreadable"),
                "not_digits": T("upload.not_digits"),
                "too_large": T("upload.too_large", most=MOST_UNITS),
            }
            told.error(words[taken.refusal], icon=":material/broken_image:")
        else:
            told.success(T("upload.done"), icon=":material/check:")


def read(content: bytes, name: str) -> tuple[SavedModel | None, str | None]:
    """Return the network in a file, or None and why it is not taken."""
    # What reads such files is loaded when somebody brings one.
    from simplenet.exports import read_network
    from simplenet.storage import ModelFileError

    try:
        saved = read_network(content, name)
    except ModelFileError:
        return None, "unreadable"
    net = saved.net
    if (net.input_size, net.output_size) != DIGITS:
        return None, "not_digits"
    if net.hidden_size > MOST_UNITS or not answers(net):
        return None, "too_large"
    return saved, None


def answers(net: SimpleNet) -> bool:
    """Return whether every answer of a network is a number: its weights may be finite, and huge."""
    return max(float(abs(value).max()) for value in net.params.values()) <= MOST_WEIGHT
