"""The Draw page: draw a digit, see what the network sees, and what it makes of it."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.answer import Tile, answer
from pages.components.canvas import SIDE, canvas, follow_pen, read_drawing, seen, stages_of
from pages.components.keepsakes import pin, pinned
from pages.components.network_view import network_view, network_weights
from pages.drawing.card import card
from pages.drawing.doubt import doubt_about
from pages.drawing.framed import framed
from pages.drawing.leading import lead_on
from pages.drawing.line import STYLE as LINE_STYLE
from pages.drawing.line import show_line
from pages.drawing.mine import add, my_set
from pages.drawing.said import said
from pages.language import T
from pages.language.text import quoted
from pages.networks import RUN, choose_network, exciting, network
from pages.platform.clock import show_by_clock
from pages.platform.first_visit import run_page
from pages.session import found
from pages.sketch import Picture
from pages.state import (
    DRAW_NETWORK,
    PHOTO,
    RUN_ID,
    SKETCH,
    Component,
    Photo,
    Place,
    Widget,
    teach_key,
)
from pages.uploading import bring
from simplenet.network import SimpleNet

REFRESH_S = 1.0
FORMATS = ("png", "jpg", "jpeg", "webp", "heic", "heif")
STYLE = f"""<style>
/* The canvas, beside it what is made of the drawing, and below it all else; on a phone, all in this
   order, so that the answer is in sight while one draws. */
.st-key-{Place.DESK} {{
  display: grid !important; grid-template-columns: {SIDE}px minmax(0, 1fr); column-gap: 1.5rem;
  grid-template-rows: auto 1fr; align-items: start;
}}
.st-key-{Place.DESK} > :nth-child(2) {{ grid-column: 2; grid-row: 1 / 3; }}
@media (max-width: 760px) {{
  .st-key-{Place.DESK} {{ grid-template-columns: minmax(0, 1fr); }}
  .st-key-{Place.DESK} > :nth-child(2) {{ grid-column: 1; grid-row: auto; }}
}}
/* A file that the browser itself refuses never comes here, and its own word for that is English. */
div:has(> .st-key-{Place.REFUSED}) {{ display: none; }}
.stVerticalBlock:has(> .st-key-{Widget.PHOTO} [aria-invalid="true"])
  div:has(> .st-key-{Place.REFUSED}) {{ display: flex; }}
{LINE_STYLE}</style>"""


def page() -> None:
    """Show the page."""
    st.markdown(T("draw.intro"))
    st.html(STYLE)
    with st.container(key=Place.DESK):
        drawing, told, below = st.container(), st.container(), st.container()
    with drawing:
        canvas()
    with below:
        choosing = st.container()
        photo()
        bring(DRAW_NETWORK, SIDE)
        with choosing:
            choice = choose_network(DRAW_NETWORK)
    with told:
        live = choice == RUN and still_training()
        net = network(choice, say=False) if choice else None
        show_by_clock(lambda: reading(choice, live), (lambda: REFRESH_S) if live else None)
        if net and not live:  # Once, and not for each stroke.
            network_weights(net.params, key=Component.VIEW)
        teach()
    my_set(choice)
    if choice:
        card(choice)
        lead_on()


def still_training() -> bool:
    """Return whether the visitor's training goes on."""
    run = found(RUN_ID)
    return run is not None and not run.ended


def photo() -> None:
    """Show the button that takes a photo of a digit, and the photo while it is read."""
    with st.popover(T("draw.photo"), icon=":material/photo_camera:", width=SIDE):
        most = st.get_option("server.maxUploadSize")  # In MB; the uploader keeps to it too.
        st.caption(T("draw.photo_help", mb=most))
        told = st.container()  # Above the field: below it, it may be out of sight.
        file = st.file_uploader(
            T("draw.photo"), type=FORMATS, label_visibility="collapsed", key=Widget.PHOTO
        )
        with told.container(key=Place.REFUSED):
            st.error(T("draw.photo_refused", mb=most), icon=":material/broken_image:")
    sketch, taken = SKETCH.get(), PHOTO.get()
    if file is None:
        if sketch.picture and sketch.picture.name:
            read_drawing()
        PHOTO.clear()
        return
    if taken is None or taken.id != file.file_id:
        # Half a second of imports that only a photo needs.
        from simplenet.ink import NoInkError
        from simplenet.ink.photo import PhotoError, read_photo

        taken = Photo(file.file_id)
        PHOTO.set(taken)
        try:
            whole, ink, several = read_photo(file.getvalue(), file.name)
        except NoInkError:
            taken.refusal = "blank"
        except PhotoError as error:
            taken.refusal = error.reason
        else:
            sketch.picture = Picture(whole, ink, file.name, several)
    if taken.refusal:
        told.error(refusal(taken.refusal, file.name), icon=":material/broken_image:")
    elif sketch.picture and sketch.picture.name:
        st.image(
            framed(sketch.picture), width=SIDE, caption=T("draw.photo_read", name=quoted(file.name))
        )


def refusal(reason: str, name: str) -> str:
    """Return why a file cannot be read as a photo, and what would be right."""
    return {
        "blank": T("draw.photo_blank", name=quoted(name)),
        "not_an_image": T("draw.not_an_image", name=quoted(name)),
        "damaged": T("draw.damaged", name=quoted(name)),
        "too_large": T("draw.too_large", name=quoted(name)),
    }[reason]


def reading(choice: str | None, live: bool) -> None:
    """Show what the network sees, and the ten probabilities; again and again while it trains."""
    if live and not still_training():
        st.rerun()  # The network has another name now, and will not change any more.
    net = network(choice) if choice else None
    if net is None:
        return
    sketch = SKETCH.get()
    stages = stages_of(sketch.picture) if sketch.picture else None
    if stages is None:
        blank = np.zeros(784)
        titles = T("draw.raw"), T("draw.boxed"), T("draw.centred"), T("draw.evidence")
        tiles = [Tile(title, "–", blank, title == titles[3]) for title in titles]
        probabilities, words, doubt = None, T("draw.empty"), ""
    else:
        probabilities, tiles, words = answered(net, stages)
        doubt = doubt_about(stages[-1], sketch.picture, finished=sketch.pen is None)
    network_view(
        net.params,
        None if stages is None else stages[-1],
        key=Component.VIEW,
        caption="" if stages is None else T("draw.centred"),
        exciting=exciting(net),
    )
    if live:
        network_weights(net.params, key=Component.VIEW)
    answer(
        probabilities,
        tiles,
        key=Component.ANSWER,
        title=T("draw.prediction"),
        words=words,
        doubt=doubt,
    )
    show_line(probabilities, f"{doubt} {words}" if doubt else words)
    follow_pen()


def answered(
    net: SimpleNet, stages: NDArray[np.float32]
) -> tuple[NDArray[np.floating], list[Tile], str]:
    """Return the probabilities, the small pictures, and the answer in words."""
    # Imported when there is something to show, like all that an empty canvas need not wait for.
    from simplenet.study.evidence import flip_evidence

    all_y = net.predict(stages)  # (3, 10)
    titles = T("draw.raw"), T("draw.boxed"), T("draw.centred")
    tiles = [
        Tile(title, T("draw.reads", digit=y.argmax(), p=f"{y.max():.0%}"), x)
        for title, x, y in zip(titles, stages, all_y, strict=True)
    ]
    first = all_y[-1].argmax()
    evidence = flip_evidence(net, stages[-1], first)
    evidence /= max(np.abs(evidence).max(), 1e-9)
    tiles.append(Tile(T("draw.evidence"), T("draw.for_against", digit=first), evidence, True))
    return all_y[-1], tiles, said(all_y[-1])


def teach() -> None:
    """Show the buttons with which a drawing gets its right label, and is pinned."""
    st.caption(T("draw.teach"))
    nothing = seen() is None
    with st.container(horizontal=True, gap="small"):
        for digit in range(10):
            st.button(
                str(digit),
                key=teach_key(digit),
                on_click=lambda digit=digit: add(seen(), digit),
                disabled=nothing,
            )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            T("draw.pin"),
            icon=":material/keep:",
            on_click=lambda: pin(seen()),
            disabled=nothing,
            help=T("draw.pin_help"),
            key=Widget.PIN,
        )
        if pinned() is not None:
            st.page_link("pages/train.py", label=T("draw.to_train"), icon=":material/show_chart:")


run_page(page)
