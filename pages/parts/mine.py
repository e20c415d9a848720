"""The visitor's own digits on the Draw page: label them, learn from them, take them along."""

from __future__ import annotations

import base64
import io
from functools import lru_cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from pages.parts.keepsakes import keep_mine, mine
from pages.parts.networks import TUNED, exam, network
from pages.parts.session import T, current_tuning, follow, jobs
from pages.parts.text import quoted
from pages.parts.words import count
from simplenet.drawings import DrawingSet, DrawingSetError
from simplenet.finetuning import FineTuning
from simplenet.jobs import Job
from simplenet.network import SimpleNet

REFRESH_S = 0.3
ROW, MOST_ROWS = 44, 6
"""Height of a row of the sheet in pixels; and rows before it scrolls."""


def add(x: NDArray[np.floating] | None, digit: int) -> None:
    """Have a drawing, (1, 784), join the visitor's set as this digit."""
    if x is None:
        return
    try:
        keep_mine(mine().added(x, digit))
    except DrawingSetError as error:
        st.toast(T("mine.refused", error=quoted(error)), icon=":material/error:")
    else:
        st.toast(T("mine.added", digit=digit, n=count(len(mine()))), icon=":material/check:")


def my_set(choice: str | None) -> None:
    """Show the visitor's set, how well a network reads it, and what can be done with it."""
    st.subheader(T("mine.title"), anchor=False)
    drawings = mine()
    net = network(choice, say=False) if choice else None
    if not len(drawings):
        st.caption(T("mine.empty"))
        with st.container(horizontal=True):
            upload()
        return
    if net:
        accuracies(net, drawings)
        learning(net, drawings)
    sheet(net, drawings)


def accuracies(net: SimpleNet, drawings: DrawingSet) -> None:
    """Show how well a network reads the visitor's set, and MNIST."""
    own = net.accuracy(drawings.pixels, drawings.labels)
    mnist = exam(net)
    with st.container(horizontal=True):
        st.metric(
            T("mine.own_accuracy"),
            f"{own:.1%}",
            T("mine.of", n=count(len(drawings))),
            delta_arrow="off",
            delta_color="off",
            border=True,
            width=220,
        )
        st.metric(
            T("mine.mnist_accuracy"),
            f"{mnist.accuracy:.2%}",
            T("mine.of", n=count(mnist.size)),
            delta_arrow="off",
            delta_color="off",
            border=True,
            width=220,
        )


def learning(net: SimpleNet, drawings: DrawingSet) -> None:
    """Show the button that has a copy of the network learn from the set, and what came of it."""
    job = current_tuning()
    busy = job is not None and not job.ended
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            T("mine.learn"),
            type="primary",
            icon=":material/school:",
            disabled=busy,
            on_click=learn,
            args=(net, drawings),
            key="learn",
        )
        st.toggle(
            T("mine.rehearse"),
            value=True,
            key="rehearse",
            help=T("mine.rehearse_help"),
            persist_state="session",
        )
    if busy:
        st.fragment(progress, run_every=REFRESH_S)(job)
    elif job:
        lesson(job)


def learn(net: SimpleNet, drawings: DrawingSet) -> None:
    """Start the fine-tuning of a copy; a second click changes nothing."""
    job = current_tuning()
    if job is None or (job.ended and not job.is_new):
        work = FineTuning(net.params, drawings.pixels, drawings.labels, st.session_state.rehearse)
        follow(jobs().start(work), "tuning")
        st.query_params["tuning"] = st.session_state.tuning


def progress(job: Job) -> None:
    """Show how far a fine-tuning is; this part of the page runs again and again."""
    if job.ended:
        st.rerun()
    done = job.records[-1].iteration if job.records else 0
    words = T("train.waiting", place=job.place) if job.place > 1 else T("mine.learning")
    st.progress(done / job.work.recipe.iterations, text=words)


def lesson(job: Job) -> None:
    """Show what a fine-tuning did, and ask what shall become of it."""
    if job.error:
        st.error(T("mine.failed", error=quoted(job.error)), icon=":material/error:")
        return
    before, after = job.records[0], job.records[-1]
    st.dataframe(
        {
            T("mine.exam"): [
                f"{T('mine.own_accuracy')} ({count(len(job.work.labels))})",
                f"{T('mine.mnist_accuracy')} ({count(10_000)})",
            ],
            T("mine.before"): [f"{before.own_accuracy:.1%}", f"{before.test_accuracy:.2%}"],
            T("mine.after"): [f"{after.own_accuracy:.1%}", f"{after.test_accuracy:.2%}"],
            T("mine.change"): [
                f"{100 * (after.own_accuracy - before.own_accuracy):+.1f}",
                f"{100 * (after.test_accuracy - before.test_accuracy):+.2f}",
            ],
        },
        hide_index=True,
        width="content",
    )
    st.caption(T("mine.learned", n=job.work.recipe.iterations))
    with st.container(horizontal=True):
        st.button(T("mine.keep"), icon=":material/check:", on_click=keep, args=(job,), key="keep")
        st.button(T("mine.discard"), icon=":material/close:", on_click=discard, key="discard")


def keep(job: Job) -> None:
    """Have a fine-tuned network be one of those to choose, and choose it."""
    follow(job, "tuned")
    st.query_params["tuned"] = job.id
    st.session_state.draw_network = TUNED
    discard()


def discard() -> None:
    """Forget the fine-tuning that was not decided about."""
    st.session_state.pop("tuning", None)
    st.query_params.pop("tuning", None)


def sheet(net: SimpleNet | None, drawings: DrawingSet) -> None:
    """Show all drawings of the set, the newest first, and what can be done with them."""
    read = net.predict(drawings.pixels).argmax(axis=1) if net else drawings.labels
    order = np.arange(len(drawings))[::-1]
    chosen = st.dataframe(
        {
            T("mine.drawing"): [thumbnail(drawings.pixels[i].tobytes()) for i in order],
            T("mine.label"): drawings.labels[order].astype(int),
            T("mine.read_as"): read[order].astype(int),
            T("mine.right"): np.where(read[order] == drawings.labels[order], "✓", "✗"),
        },
        hide_index=True,
        width="content",
        height=min(len(drawings), MOST_ROWS) * ROW + 38,
        row_height=ROW,
        selection_mode="multi-row",
        on_select="rerun",
        key=f"sheet{len(drawings)}",
        column_config={T("mine.drawing"): st.column_config.ImageColumn(width="small")},
    )
    rows = order[[row for row in chosen.selection.rows if row < len(order)]]
    with st.container(horizontal=True):
        st.button(
            T("mine.remove", n=len(rows)) if len(rows) else T("mine.remove_hint"),
            icon=":material/delete:",
            disabled=not len(rows),
            on_click=lambda: keep_mine(drawings.without(rows)),
            key="remove",
        )
        st.download_button(
            T("mine.download"),
            drawings.to_csv,
            file_name="my-digits.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
        upload()


def upload() -> None:
    """Show the button that brings drawings back from a file."""
    with st.popover(T("mine.upload"), icon=":material/upload:"):
        file = st.file_uploader(T("mine.file"), type="csv", max_upload_size=4, key="set_file")
        if file is None or st.session_state.get("set_taken") == file.file_id:
            return
        try:
            both = mine().merged(DrawingSet.from_csv(file.getvalue()))
        except DrawingSetError as error:
            st.error(T("mine.bad_file", error=quoted(error)), icon=":material/error:")
            return
        st.session_state.set_taken = file.file_id
        new = len(both) - len(mine())
        keep_mine(both)
        st.toast(T("mine.taken", n=count(new)), icon=":material/check:")
        st.rerun()


@lru_cache(4096)
def thumbnail(pixels: bytes) -> str:
    """Return a drawing as the address of a small picture."""
    file = io.BytesIO()
    Image.frombytes("L", (28, 28), pixels).resize((56, 56), Image.Resampling.BICUBIC).save(
        file, "PNG"
    )
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
