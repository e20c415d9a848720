"""What the Draw page says of a photo, and what becomes of a fine-tuning, without a browser."""

import io
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from pages.drawing.doubt import doubt_about
from pages.drawing.framed import framed
from pages.drawing.said import said
from pages.networks import TUNED
from pages.sketch import Picture
from simplenet.cli.asking import WORDS
from simplenet.data.drawings import DrawingSet
from simplenet.ink import canvas_to_input
from simplenet.ink.novelty import Doubt
from simplenet.ink.photo import read_photo
from tests.pages.conftest import APP, opened


def saved(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def seven():
    """A seven, dark on light."""
    image = Image.new("L", (300, 300), 220)
    ImageDraw.Draw(image).line([(80, 60), (220, 60), (140, 250)], fill=30, width=20)
    return image


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "english", "chinese"),
    [
        ("notes.png", b"These are my notes.", "`notes.png` is not an image", "`notes.png`"),
        ("cut.png", saved(seven())[:300], "`cut.png` is damaged", "`cut.png`"),
        (
            "paper.png",
            saved(Image.new("L", (300, 200), 200)),
            "There is no digit in `paper.png`",
            "`paper.png` 里没有数字",
        ),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(app, name, content, english, chinese):
    opened(app, "draw")
    uploader = app.file_uploader(key="photo")
    uploader.set_value(("seven.png", saved(seven()), "image/png")).run()
    seen = app.session_state["sketch"].picture
    assert seen.name == "seven.png"
    said = len(app.error)
    app.file_uploader(key="photo").set_value((name, content, "image/png")).run()
    assert not app.exception
    assert len(app.error) == said + 1
    assert any(english in error.value for error in app.error)
    assert app.session_state["sketch"].picture is seen  # Nothing is lost.
    app.session_state["language"] = "zh"
    app.run()
    assert any(chinese in error.value for error in app.error)
    assert not any(english in error.value for error in app.error)


def test_the_refusal_of_a_photo_stands_where_the_photo_was_chosen(app):
    """What stands on the page below is covered by what is open."""
    opened(app, "draw")
    app.file_uploader(key="photo").set_value(("notes.png", b"notes", "image/png")).run()
    blocks, open_parts = [app.main], []
    while blocks:
        block = blocks.pop()
        open_parts += [block] if block.type == "popover" else []
        blocks += [child for child in block.children.values() if isinstance(child, Block)]
    told = [error.value for part in open_parts for error in part.get("error")]
    assert [words for words in told if "notes.png" in words]


def test_the_page_leads_on_into_the_network_that_has_read(app):
    opened(app, "draw")
    app.selectbox(key="draw_network").set_value("article").run()
    assert [b.key for b in app.button if b.proto.type == "primary"] == ["draw_next"]
    app.button(key="draw_next").click().run()
    assert not app.exception
    assert app.selectbox(key="inspect_network").value == "article"


@pytest.mark.parametrize(
    ("second", "next_one"), [(0.0, False), (0.0004, False), (0.001, True), (0.4, True)]
)
def test_what_comes_next_is_said_where_it_is_anything(app, second, next_one):
    opened(app, "draw")  # The words need a language.
    y = np.zeros(10)
    y[[7, 3]] = 1 - second, second
    assert ("3" in said(y)) == next_one
    assert said(y).startswith("It reads 7 with")


def own_accuracy(app):
    return next(metric.value for metric in app.metric if metric.label == "On my set")


def learned(app):
    """Let a copy of the network learn from the set, and wait until it has."""
    from pages.session import jobs

    app.button(key="learn").click().run()
    job = jobs().get(app.session_state["tuning"])
    assert app.query_params["tuning"] == job.id
    assert job.wait(240)
    app.run()
    assert not app.exception
    return job


@pytest.mark.slow
def test_a_copy_of_the_network_learns_and_is_discarded_or_kept(app):
    opened(app, "draw")
    ink = 255 - np.asarray(seven())
    fours = DrawingSet.empty().added(canvas_to_input(ink), 4)  # Of a hand that writes them so.
    app.session_state["keeping"].change(mine=fours)
    app.run()
    assert own_accuracy(app) == "0.0%"
    learned(app)
    app.button(key="discard").click().run()
    assert not app.exception
    assert "tuning" not in app.query_params
    assert "discard" not in [button.key for button in app.button]
    assert app.selectbox(key="draw_network").value == "robust"
    job = learned(app)
    assert own_accuracy(app) == "0.0%"
    app.button(key="keep").click().run()
    assert not app.exception
    assert app.selectbox(key="draw_network").value == TUNED
    assert own_accuracy(app) == "100.0%"
    assert app.query_params["tuned"] == job.id
    assert "tuning" not in app.query_params

    another = opened(AppTest.from_file(APP, default_timeout=300), "draw", tuned=job.id)
    assert "My fine-tuned network" in another.selectbox(key="draw_network").options


@pytest.mark.parametrize("doubt", get_args(Doubt))
def test_each_reason_for_a_doubt_is_told_in_words(doubt, monkeypatch):
    known = SimpleNamespace(look=lambda x, image, several: SimpleNamespace(doubt=doubt))
    monkeypatch.setattr("pages.drawing.doubt.known_digits", lambda: known)
    assert "does not look like" in doubt_about(
        np.zeros(784), Picture(*np.zeros((2, 9, 9, 4), np.uint8))
    )
    assert doubt in WORDS  # Of the command line.


def test_of_several_digits_in_a_photo_one_is_framed_and_the_word_says_so():
    image = Image.new("L", (300, 160), 220)
    pen = ImageDraw.Draw(image)
    for left in (30, 190):
        pen.line([(left, 40), (left + 60, 40), (left + 25, 120)], fill=30, width=8)
    picture = Picture(*read_photo(saved(image))[:2], "two.png", True)
    changed = (framed(picture) != picture.whole).any(axis=2)
    columns = np.flatnonzero(changed.any(axis=0))
    assert columns[-1] - columns[0] < 100
    assert np.ptp(np.flatnonzero(picture.ink[..., 3].any(axis=0))) < columns[-1] - columns[0]
    x = canvas_to_input(picture.ink)[0]
    assert "there are several in the photo" in doubt_about(x, picture)
    assert not doubt_about(x, Picture(picture.whole, picture.ink, "one.png"))
    nothing = Picture(picture.whole, np.zeros_like(picture.ink), "empty.png")
    np.testing.assert_array_equal(framed(nothing), picture.whole)


def test_a_tiny_drawing_is_told_to_be_drawn_larger_once_the_pen_is_up():
    image = Image.new("L", (280, 280))
    ImageDraw.Draw(image).line([(20, 20), (40, 20), (30, 50)], fill=255, width=16)
    ink = np.dstack([np.full((280, 280, 3), 255, np.uint8), np.asarray(image)])
    x, picture = canvas_to_input(ink)[0], Picture(ink, ink)
    assert "Draw it larger" in doubt_about(x, picture)
    assert "Draw it larger" not in doubt_about(x, picture, finished=False)
