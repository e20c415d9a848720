"""The networks that visitors save for everybody on this server: bounded, and theirs to delete.

The file of a network says whose it is by a fingerprint of the visitor's id: the id itself, which
opens everything of a visitor, cannot be had from it.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

from pages import networks
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count
from pages.session import me
from pages.state import DELETED_NETWORK, NEW_NETWORK, OWN_NETWORK, PUBLISHED, Widget
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


def publish(net: SimpleNet, about: dict[str, Any]) -> None:
    """Save a network in `models/` under the name that was entered, and note what came of it."""
    name = NEW_NETWORK.get()
    PUBLISHED.set(_refusal(name, net) or _saved(name, net, about))


def published() -> None:
    """Say once what came of the network that was to be saved, if one was."""
    if outcome := PUBLISHED.get():
        words, well = outcome
        if well:
            st.success(words, icon=":material/check:")
        else:
            st.error(words, icon=":material/error:")
        PUBLISHED.clear()


def _refusal(name: str, net: SimpleNet) -> tuple[str, bool] | None:
    """Return why a network cannot be saved under a name; None if it can, or is there already."""
    try:
        path = _path(check_model_name(name))
    except ValueError:
        return T("keep.bad_name"), False
    if _is_saved(path, net):
        return None
    there = list_models(networks.MODELS)
    if len(own()) >= MOST_OWN:
        return T("keep.own_full", most=count(MOST_OWN)), False
    if len(there) >= MOST_ALL or sum(one.stat().st_size for one in there) >= MOST_BYTES:
        return T("keep.all_full"), False
    return None


def _saved(name: str, net: SimpleNet, about: dict[str, Any]) -> tuple[str, bool]:
    """Save a network; return what came of it, and whether that is what was wanted."""
    path = _path(check_model_name(name))
    try:
        save_model(path, net, about | {networks.SAVED_BY: _fingerprint()})
    except FileExistsError:
        if not _is_saved(path, net):  # It is, after a double click.
            return T("keep.taken", name=quoted(path.stem)), False
    except OSError as error:
        return T("keep.failed", error=quoted(error)), False
    return T("keep.done", name=quoted(path.stem)), True


def _is_saved(path: Path, net: SimpleNet) -> bool:
    """Return whether the visitor has saved just this network there."""
    with suppress(OSError, ModelFileError):
        return networks.saved_by(path) == _fingerprint() and load_model(path).net == net
    return False


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
    return sha256(me().encode()).hexdigest()
