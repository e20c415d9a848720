"""What a network makes of what lies between two digits."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.film import film
from pages.components.mosaic import mosaic
from pages.figures.training import TEN_COLOURS
from pages.inspecting.look import Look
from pages.language import T
from pages.state import MORPH_FROM, MORPH_TO, Component, Linked, between
from pages.twenty import twenty
from simplenet.study.morphing import morph

FRAMES = 51


def between_digits(look: Look) -> None:
    """Show the part."""
    st.markdown(T("morph.intro"))
    left, right = st.columns(2, gap="medium")
    with left:
        first = choose_end(MORPH_FROM, Component.MORPH_FIRST, T("morph.first"))
    with right:
        second = choose_end(MORPH_TO, Component.MORPH_SECOND, T("morph.second"))
    digits = twenty()
    x = morph(digits.x[first], digits.x[second], FRAMES)
    y = look.net.predict(x)
    labels = int(digits.labels[first]), int(digits.labels[second])
    read = y.argmax(axis=1)
    shares = np.linspace(0, 1, FRAMES)
    film(
        x,
        y,
        look.net.params,
        key=Component.FILM,
        view=Component.VIEW,
        name=T("morph.share", second=labels[1]),
        captions=[
            T("morph.at", first=labels[0], second=labels[1], p=f"{1 - s:.0%}", q=f"{s:.0%}")
            for s in shares
        ],
        colours=TEN_COLOURS,
        alt=T("morph.alt", first=labels[0], second=labels[1], read=ways(read)),
    )
    changes = np.flatnonzero(np.diff(read))
    if not len(changes):
        st.markdown(T("morph.same", read=int(read[0])))
        return
    others = sorted(set(read.tolist()) - {int(read[0]), int(read[-1])})
    st.markdown(
        T("morph.turns", q=f"{shares[changes[0] + 1]:.0%}", second=labels[1], read=ways(read))
        + (" " + T("morph.others", digits=", ".join(map(str, others))) if others else ""),
        help=T("morph.help"),
    )


def choose_end(end: Linked[int], key: Component, title: str) -> int:
    """Show the choice of one of the twenty digits, and return which it is."""
    digits = twenty()
    end.open(between(0, len(digits.x) - 1))
    chosen = end.get()
    end.keep(chosen)
    st.caption(title)
    mosaic(
        digits.x.reshape(-1, 28, 28) / 255,
        key=key,
        alt=f"{title}: {digits.labels[chosen]}",
        signed=False,
        side=31,
        image=chosen,
        on_pick=lambda image, _: end.set(image),
    )
    return chosen


def ways(read: np.ndarray) -> str:
    """Return what is read, in the order of the film: 4 → 1 → 9."""
    kept = np.concatenate([read[:1], read[1:][np.diff(read) != 0]])
    return " → ".join(str(digit) for digit in kept)
