"""The visitor's own set on the Draw page, without a browser."""

import json

import numpy as np
import pytest

from pages.sketch import Picture
from pages.state import Removed
from simplenet.data.digit_table import write_digits
from simplenet.data.drawings import DrawingSet
from tests.pages.conftest import opened


def some(n, seed=0):
    rng = np.random.default_rng(seed)
    return DrawingSet(
        rng.integers(0, 256, (n, 784), np.uint8), rng.integers(0, 10, n).astype(np.uint8)
    )


def mine(app):
    return app.session_state["keeping"].sets.get("mine", DrawingSet.empty())


@pytest.fixture
def app(app):
    """The Draw page."""
    return opened(app, "draw")


def upload(app, content, name="digits.csv"):
    app.file_uploader(key="set_file").set_value((name, content, "text/csv")).run()
    assert not app.exception
    return app


def test_what_was_downloaded_comes_back_as_it_was(app):
    drawings = some(5)
    upload(app, drawings.to_csv().encode())
    assert mine(app).to_csv() == drawings.to_csv()
    assert app.toast[0].value == "New drawings: 5."


def test_what_is_there_already_is_not_added_twice(app):
    first, second = some(5), some(2, seed=1)
    upload(app, first.to_csv().encode())
    upload(app, first.merged(second).to_csv().encode(), "more.csv")
    assert len(mine(app)) == 7
    assert app.toast[0].value == "New drawings: 2. Already in your set: 5."


ROW = ["7", *["0"] * 784]
BAD = {
    b"": "There is no drawing in it.",
    DrawingSet.empty().to_csv().encode(): "There is no drawing in it.",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR": "perhaps a picture",
    ",".join(ROW[:-1]).encode(): "Row 1 has 784 columns; there must be 785",
    ",".join(["10", *ROW[1:]]).encode(): "The label in row 1 is `10`",
    ",".join([*ROW[:-1], "NaN"]).encode(): "The pixel in row 1, column 785 is `NaN`",
    ",".join([*ROW[:-1], "![`](//x)"]).encode(): "is ``![`](//x)``;",
    ",".join(f"pixel{i}" for i in range(784)).encode(): "must name one column “label”",
    ",".join(["label", *["p"] * 784]).encode(): "must number the pixels",
    b"1" * 8_000_001: "larger than 8 MB",
}


@pytest.mark.parametrize(
    ("language", "start"),
    [("en", "This file cannot be read, so nothing was added."), ("zh", "这个文件无法读取")],
)
def test_what_is_wrong_with_a_file_is_said(app, language, start):
    app.session_state["language"] = language
    for content, words in BAD.items():
        upload(app, content)
        (error,) = [error for error in app.error if error.value.startswith(start)]
        assert language == "zh" or words in error.value
        assert len(mine(app)) == 0


def test_a_file_that_is_too_large_for_the_set_can_fill_it_up(app, monkeypatch):
    monkeypatch.setattr("simplenet.data.drawings.MOST_DRAWINGS", 20)
    monkeypatch.setattr("pages.drawing.mine.MOST_DRAWINGS", 20)
    before = some(17)
    upload(app, before.to_csv().encode())
    rng = np.random.default_rng(1)
    pixels, labels = rng.integers(0, 256, (30, 784), np.uint8), np.full(30, 3, np.uint8)
    upload(app, write_digits(pixels, labels).encode(), "many.csv")
    assert "The file has 30 new drawings." in app.warning[0].value
    assert "room for 3 more" in app.warning[0].value
    assert len(mine(app)) == 17
    app.button(key="take_first").click().run()
    assert not app.exception
    np.testing.assert_array_equal(mine(app).pixels, [*before.pixels, *pixels[:3]])
    upload(app, write_digits(pixels[20:], labels[20:]).encode(), "more.csv")
    assert "A set has room for 20 drawings, and yours is full." in app.warning[0].value
    assert len(mine(app)) == 20


def teach(app, drawing, digit):
    """Put a drawing on the canvas, and click its label."""
    app.session_state["sketch"].picture = drawing
    app.run()
    app.button(key=f"teach{digit}").click().run()
    assert not app.exception
    return app.toast[0].value


def drawn(left):
    """A vertical stroke, as the canvas tells of it."""
    ink = np.full((280, 280, 4), 255, np.uint8)
    ink[..., 3] = 0
    ink[60:220, left : left + 20, 3] = 255
    return Picture(np.stack([ink[..., 3]] * 3 + [ink[..., 3] * 0 + 255], axis=2), ink)


def test_it_is_said_whether_a_drawing_was_added(app, monkeypatch):
    monkeypatch.setattr("simplenet.data.drawings.MOST_DRAWINGS", 1)
    one = drawn(130)
    assert teach(app, one, 1) == "Added as a 1. Your set has 1."
    assert teach(app, one, 1) == "This drawing is in your set already, as a 1."
    assert teach(app, one, 7).startswith("The drawing was not added. A set has room for")
    assert mine(app).labels.tolist() == [1]


def test_what_was_removed_can_be_put_back_where_it_was(app):
    before, late = some(5), some(1, seed=1)
    left = before.without([0, 3])
    app.session_state["removed"] = Removed(before, left)
    app.session_state["keeping"].change(mine=left.merged(late))
    app.run()
    app.button(key="put_back").click().run()
    assert not app.exception
    assert mine(app).to_csv() == before.merged(late).to_csv()
    assert "put_back" not in [button.key for button in app.button]


def tell(app, **message):
    """Send the page a message of the browser."""
    kept = app.session_state["keeping"]
    answer = kept.answer()
    kept.receive({"visit": answer["visit"], "n": answer["seen"] + 1} | message)
    app.run()
    assert not app.exception


def test_what_the_browser_does_not_keep_is_said_until_it_does(app):
    for problem, words in [("full", "storage is full"), ("off", "keeps nothing for this page")]:
        tell(app, problem=problem)
        assert words in app.warning[0].value
    tell(app)
    assert not app.warning


def test_what_cannot_be_read_can_be_downloaded_and_discarded(app):
    tell(app, text="[" * 100_000)
    assert "cannot be read" in app.warning[0].value
    app.button(key="unread_download").click().run()
    assert app.session_state["keeping"].answer()["order"] == "download"
    app.button(key="unread_discard").click().run()
    assert app.session_state["keeping"].answer()["order"] == "discard"
    assert not app.warning


def test_drawings_without_room_are_offered_as_a_file(app, monkeypatch):
    monkeypatch.setattr("simplenet.data.drawings.MOST_DRAWINGS", 3)
    app.session_state["keeping"].change(mine=some(2, seed=1))
    tell(app, text=json.dumps({"mine": some(3).to_text()}))
    assert "Drawings that found no room: 2." in app.warning[0].value
    assert "Download them" in [button.label for button in app.get("download_button")]
    app.button(key="left_out_discard").click().run()
    assert not app.warning
    assert len(mine(app)) == 3
