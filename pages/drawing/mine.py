"""The visitor's own digits on the Draw page: label them, learn from them, take them along."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from pages.components.keepsakes import keep_mine, mine, problem
from pages.following import again_and_again, start
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count, why_waiting
from pages.networks import TUNED, exam, network
from pages.platform.place import place
from pages.session import FineTuningJob, current_tuning
from pages.state import (
    DRAW_NETWORK,
    KEEPING,
    REHEARSE,
    REMOVED,
    SET_TAKEN,
    TUNED_ID,
    TUNING_ID,
    Removed,
    Widget,
    sheet_key,
)
from simplenet.data.digit_table import MOST_MB, DrawingSetError, read_digits
from simplenet.data.drawings import MOST_DRAWINGS, DrawingSet
from simplenet.network import SimpleNet
from simplenet.runs.finetuning import FineTuning, Lesson

ROW, MOST_ROWS = 44, 6
"""Height of a row of the sheet in pixels; and rows before it scrolls."""


def add(x: NDArray[np.floating] | None, digit: int) -> None:
    """Add a drawing, (1, 784), to the visitor's set as this digit."""
    if x is None:
        return
    before = len(mine())
    try:
        keep_mine(mine().added(x, digit))
    except DrawingSetError as error:
        st.toast(T("mine.refused", reason=refusal(error)), icon=":material/error:")
    else:
        if len(mine()) == before:
            st.toast(T("mine.known", digit=digit), icon=":material/info:")
        else:
            st.toast(T("mine.added", digit=digit, n=count(len(mine()))), icon=":material/check:")


def refusal(error: DrawingSetError) -> str:
    """Return why a drawing, or a file of them, cannot join, and what would be right."""
    values = error.values
    if "value" in values:
        values = values | {"value": quoted(values["value"])}
    match error.reason:
        case "full":
            return T("mine.full", most=count(MOST_DRAWINGS))
        case "too_large":
            return T("mine.too_large", mb=MOST_MB)
        case "not_text":
            return T("mine.not_text")
        case "empty":
            return T("mine.empty_file")
        case "columns":
            return T("mine.columns", **values)
        case "no_label":
            return T("mine.no_label")
        case "header":
            return T("mine.header")
        case "label":
            return T("mine.bad_label", **values)
        case "pixel":
            return T("mine.bad_pixel", **values)
    raise error


def my_set(choice: str | None) -> None:
    """Show the visitor's set, how well a network reads it, and what can be done with it."""
    st.header(T("mine.title"), anchor=False)
    with place():
        notices()
    drawings = mine()
    net = network(choice, say=False) if choice else None
    if not len(drawings):
        st.caption(T("mine.empty"))
        with st.container(horizontal=True):
            with place():
                put_back()
            upload()
        return
    with place():
        if net:
            accuracies(net, drawings)
            learning(net, drawings)
    sheet(net, drawings)


def notices() -> None:
    """Say what the browser does not keep, or has kept badly, and what can be done."""
    kept = KEEPING.get()
    with place():
        if kept.problem:
            st.warning(problem(), icon=":material/error:")
    with place():
        if kept.unread:
            unread()
    if n := len(kept.no_room):
        words = T("mine.left_out", n=count(n), most=count(MOST_DRAWINGS))
        st.warning(words, icon=":material/error:")
        with st.container(horizontal=True):
            st.download_button(
                T("mine.left_out_download"),
                kept.no_room.to_csv,
                file_name="my-other-digits.csv",
                mime="text/csv",
                on_click="ignore",
                icon=":material/download:",
                key=Widget.LEFT_OUT_DOWNLOAD,
            )
            st.button(
                T("mine.left_out_discard"),
                icon=":material/delete:",
                on_click=kept.forget_no_room,
                key=Widget.LEFT_OUT_DISCARD,
            )


def unread() -> None:
    """Say that the browser has kept something that cannot be read, and what can be done."""
    kept = KEEPING.get()
    st.warning(T("mine.unread"), icon=":material/broken_image:")
    with st.container(horizontal=True):
        st.button(
            T("mine.unread_download"),
            icon=":material/download:",
            on_click=kept.download_unread,
            key=Widget.UNREAD_DOWNLOAD,
        )
        st.button(
            T("mine.unread_discard"),
            icon=":material/delete:",
            on_click=kept.discard_unread,
            key=Widget.UNREAD_DISCARD,
        )


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
            key=Widget.LEARN,
        )
        st.toggle(
            T("mine.rehearse"),
            value=REHEARSE.default,
            key=REHEARSE.name,
            help=T("mine.rehearse_help"),
            persist_state="session",
        )
    if job and busy:
        again_and_again(lambda: progress(job), "live", job)
    elif job and job.status != "stopped":
        lesson(job)


def learn(net: SimpleNet, drawings: DrawingSet) -> None:
    """Start the fine-tuning of a copy."""
    work = FineTuning(net.params, drawings.pixels, drawings.labels, REHEARSE.get())
    start({TUNING_ID: work})


def progress(job: FineTuningJob) -> None:
    """Show how far a fine-tuning is."""
    done = job.records[-1].iteration if job.records else 0
    st.progress(done / job.work.recipe.iterations, text=why_waiting(job) or T("mine.learning"))


def lesson(job: FineTuningJob) -> None:
    """Show what a fine-tuning did, and ask what shall become of it."""
    if job.error:
        st.error(T("mine.failed", error=quoted(job.error)), icon=":material/error:")
        return
    own_before, mnist_before = examined(job.records[0])
    own_after, mnist_after = examined(job.records[-1])
    table: dict[str, Any] = {
        T("mine.exam"): [
            f"{T('mine.own_accuracy')} ({count(len(job.work.labels))})",
            f"{T('mine.mnist_accuracy')} ({count(10_000)})",
        ],
        T("mine.before"): [f"{own_before:.1%}", f"{mnist_before:.2%}"],
        T("mine.after"): [f"{own_after:.1%}", f"{mnist_after:.2%}"],
        T("mine.change"): [
            f"{100 * (own_after - own_before):+.1f}",
            f"{100 * (mnist_after - mnist_before):+.2f}",
        ],
    }
    st.dataframe(table, hide_index=True, width="content")
    st.caption(T("mine.learned", n=job.work.recipe.iterations))
    with st.container(horizontal=True):
        st.button(
            T("mine.keep"), icon=":material/check:", on_click=keep, args=(job,), key=Widget.KEEP
        )
        st.button(T("mine.discard"), icon=":material/close:", on_click=discard, key=Widget.DISCARD)


def examined(lesson: Lesson) -> tuple[float, float]:
    """Return the accuracies on the own drawings and on MNIST after the first or last iteration."""
    assert lesson.own_accuracy is not None
    assert lesson.test_accuracy is not None
    return lesson.own_accuracy, lesson.test_accuracy


def keep(job: FineTuningJob) -> None:
    """Put a fine-tuned network among those to choose, and choose it."""
    TUNED_ID.set(job.id)
    DRAW_NETWORK.set(TUNED)
    discard()


def discard() -> None:
    """Forget the fine-tuning that was not decided about."""
    TUNING_ID.clear()


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
        key=sheet_key(len(drawings)),
        column_config={T("mine.drawing"): st.column_config.ImageColumn(width="small")},
    )
    rows = order[[row for row in chosen.selection.rows if row < len(order)]]
    with st.container(horizontal=True):
        st.button(
            T("mine.remove", n=len(rows)) if len(rows) else T("mine.remove_hint"),
            icon=":material/delete:",
            disabled=not len(rows),
            on_click=remove,
            args=(drawings, rows),
            key=Widget.REMOVE,
        )
        with place():
            put_back()
        st.download_button(
            T("mine.download"),
            drawings.to_csv,
            file_name="my-digits.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
        upload()


def remove(drawings: DrawingSet, rows: NDArray[np.intp]) -> None:
    """Remove some drawings, and remember how the set was."""
    left = drawings.without(rows)
    REMOVED.set(Removed(drawings, left))
    keep_mine(left)


def put_back() -> None:
    """Show the button that puts back what was removed last."""
    if removed := REMOVED.get():
        st.button(
            T("mine.put_back", n=count(len(removed.before) - len(removed.after))),
            icon=":material/undo:",
            on_click=undo_removal,
            args=(removed,),
            key=Widget.PUT_BACK,
        )


def undo_removal(removed: Removed) -> None:
    """Put back what was removed last, where it was; what was added since stays."""
    REMOVED.clear()
    both, no_room = mine().reconciled(removed.after, removed.before)
    KEEPING.get().leave_out(no_room)
    keep_mine(both)


def upload() -> None:
    """Show the button that brings drawings back from a file."""
    with st.popover(T("mine.upload"), icon=":material/upload:"):
        file = st.file_uploader(
            T("mine.file", most=count(MOST_DRAWINGS)),
            type=("csv", "tsv", "txt"),
            max_upload_size=MOST_MB,
            key=Widget.SET_FILE,
        )
        if file is None or SET_TAKEN.get() == file.file_id:
            return
        try:
            pixels, labels = read_digits(file.getvalue())
        except DrawingSetError as error:
            st.error(T("mine.bad_file", reason=refusal(error)), icon=":material/error:")
            return
        if not len(labels):
            st.error(T("mine.bad_file", reason=T("mine.empty_file")), icon=":material/error:")
            return
        both, more = mine().filled_up(pixels, labels)
        new = len(both) - len(mine())
        if more:
            most, room = count(MOST_DRAWINGS), count(new)
            st.warning(
                T("mine.no_room", new=count(new + more), most=most, room=room)
                if new
                else T("mine.full", most=most),
                icon=":material/error:",
            )
            if not new or not st.button(T("mine.take_first", n=room), key=Widget.TAKE_FIRST):
                return
        SET_TAKEN.set(file.file_id)
        keep_mine(both)
        known = len(labels) - new - more
        st.toast(
            T("mine.taken_of", n=count(new), known=count(known))
            if known
            else T("mine.taken", n=count(new)),
            icon=":material/check:",
        )
        st.rerun()


@lru_cache(4096)
def thumbnail(pixels: bytes) -> str:
    """Return a drawing as the address of a small picture."""
    file = io.BytesIO()
    Image.frombytes("L", (28, 28), pixels).resize((56, 56), Image.Resampling.BICUBIC).save(
        file, "PNG"
    )
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
