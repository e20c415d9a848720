"""What the network does not know: sure, and wrong."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.lesson import Symbol
from pages.components.numbers import Table, grid
from pages.course import Guess
from pages.figures.lessons import unknown_picture
from pages.language import T
from pages.language.words import decimal
from pages.lessons.lesson import Lesson, Shown, Slide, Way
from pages.lessons.network import article
from pages.state import DRAW_NETWORK, LESSON_STRANGER, one_of
from simplenet.functions import softmax
from simplenet.ink.novelty import FAR, known_digits
from simplenet.ink.strangers import STRANGERS, stranger
from simplenet.study.microscope import Piece

ASKED = "face"


def play(guess: Guess) -> Shown:
    """Show the choice of a picture, and return what the network makes of it."""
    names = {
        "face": T("learn_unknown.face"),
        "letter": T("learn_unknown.letter"),
        "star": T("learn_unknown.star"),
        "cross": T("learn_unknown.cross"),
        "blot": T("learn_unknown.blot"),
    }
    LESSON_STRANGER.open(one_of(STRANGERS))
    name = st.segmented_control(
        T("learn_unknown.picture"),
        list(names),
        default=LESSON_STRANGER.default,
        required=True,
        format_func=names.__getitem__,
        key=LESSON_STRANGER.name,
        label_visibility="collapsed",
        wrap=True,
    )
    LESSON_STRANGER.keep(name)
    x = stranger(name)
    y = article().predict(x)
    first, most = int(y.argmax()), float(y.max())
    distance = known_digits().look(x).distance
    told = T(
        "learn_unknown.told",
        digit=first,
        p=f"{most:.1%}",
        distance=decimal(distance, 2),
        far=decimal(FAR, 2),
    )
    mark = guess / 100 if isinstance(guess, float) and name == ASKED else None
    return Shown(
        unknown_picture(x, y, mark, T),
        f"{names[name]}. {told}",
        {
            "most": T("learn_unknown.most", digit=first, p=f"{most:.1%}"),
            "all": T("learn_unknown.all"),
        },
        told,
        [Table({"k": range(10), "y": y}), grid(np.round(x.reshape(28, 28), 3))],
    )


UNKNOWN = Lesson(
    name="unknown",
    title=lambda: T("learn_unknown.title"),
    question=lambda: T("learn_unknown.question"),
    guess=Slide(10.0, 100.0, 1.0, 50.0, 4.0, "%d%%", lambda share: f"{share:.3g}%"),
    truth=lambda: 100 * float(article().predict(stranger(ASKED)).max()),
    because=lambda: T("learn_unknown.because"),
    play=play,
    formula=r"\hat{y} = @most{\max_k y_k} \qquad @all{\sum_k y_k} = 1",
    symbols=(
        Symbol("most", "orange", "max y"),
        Symbol("all", "blue", "Σ y"),
    ),
    code=(Piece(softmax, ("y", "return")),),
    doing=lambda: T("learn_unknown.doing"),
    door=lambda: T("learn_unknown.door"),
    way=Way("draw", ((DRAW_NETWORK, "article"),)),
)
