"""The networks that visitors save for everybody on this server: bounded, and theirs to delete.

The file of a network says whose it is by a fingerprint of the visitor's id: the id itself, which
opens everything of a visitor, cannot be had from it.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

from pages import networks
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count
from pages.state import DELETED_NETWORK, OWN_NETWORK, VISITOR, Widget
from simplenet.network import SimpleNet
from simplenet.storage import (
    ModelFileError,
    check_model_name,
    list_models,
    load_model,
    save_model,
)

MOST_OWN, MOST_ALL = 20, 200
"""Networks that a visitor may have saved, and that the folder may have in all."""

MOST_BYTES = 200_000_000
"""Of all of them."""


def publish(name: str, net: SimpleNet, about: dict[str, Any]) -> None:
    """Save a network in `models/`, and say so, or say why that cannot be."""
    try:
        path = networks.MODELS / f"{check_model_name(name)}.safetensors"
    except ValueError:
        st.error(T("keep.bad_name"), icon=":material/error:")
        return
    there = list_models(networks.MODELS)
    if len(own()) >= MOST_OWN:
        st.error(T("keep.own_full", most=count(MOST_OWN)), icon=":material/error:")
        return
    if len(there) >= MOST_ALL or sum(one.stat().st_size for one in there) >= MOST_BYTES:
        st.error(T("keep.all_full"), icon=":material/error:")
        return
    try:
        save_model(path, net, about | {networks.SAVED_BY: _fingerprint()})
    except FileExistsError:
        st.error(T("keep.taken", name=quoted(path.stem)), icon=":material/error:")
    except OSError as error:
        st.error(T("keep.failed", error=quoted(error)), icon=":material/error:")
    else:
        st.success(T("keep.done", name=quoted(path.stem)), icon=":material/check:")


def own() -> list[str]:
    """Return the names of the networks that the visitor has saved."""
    mine = _fingerprint()
    return [path.stem for path in list_models(networks.MODELS) if networks.saved_by(path) == mine]


def own_networks() -> None:
    """Show the networks that the visitor has saved, and what deletes one, or puts it back."""
    names = own()
    if names:
        st.subheader(T("published.title"), anchor=False)
        st.caption(T("published.help"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(T("keep.name"), names, key=OWN_NETWORK.name, width=280)
            st.button(
                T("published.delete"),
                icon=":material/delete:",
                key=Widget.NETWORK_DELETE,
                on_click=delete,
                args=(chosen,),
            )
    deleted = DELETED_NETWORK.get()
    if deleted:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(T("published.deleted", name=quoted(deleted[0])), width="content")
            st.button(
                T("published.undo"),
                icon=":material/undo:",
                key=Widget.NETWORK_UNDO,
                on_click=put_back,
            )


def delete(name: str) -> None:
    """Delete a network that the visitor has saved, and remember it."""
    path = _path(name)
    try:
        if name not in own():
            return
        saved = load_model(path)
        path.unlink()
    except (OSError, ModelFileError) as error:
        st.toast(T("published.failed", error=quoted(error)), icon=":material/error:")
    else:
        DELETED_NETWORK.set((name, saved))


def put_back() -> None:
    """Put back the network that was deleted last, unless its name is taken by now."""
    deleted = DELETED_NETWORK.get()
    if deleted is None:
        return
    name, saved = deleted
    try:
        save_model(_path(name), saved.net, saved.metadata)
    except FileExistsError:
        st.toast(T("keep.taken", name=quoted(name)), icon=":material/error:")
    except OSError as error:
        st.toast(T("published.failed", error=quoted(error)), icon=":material/error:")
    else:
        DELETED_NETWORK.clear()


def _path(name: str) -> Path:
    return networks.MODELS / f"{name}.safetensors"


def _fingerprint() -> str:
    return sha256(VISITOR.get().encode()).hexdigest()
