import base64
import io
import json
import math
import re
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from pages.platform.incoming import _PARTS, MOST_SIDE, is_message, is_strokes, picture
from tests.pages.conftest import APP, opened
from tests.pages.messages import DRAWN, STROKE, png_url, send, widgets_of


def url_of(image, kind):
    file = io.BytesIO()
    image.save(file, kind)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def header(width, height):
    """A PNG of a few bytes that says it is that large."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
    png += struct.pack(">I", zlib.crc32(chunk))
    return "data:image/png;base64," + base64.b64encode(png).decode()


FORGED_PICTURES = [
    header(50_000, 50_000),
    header(0, 1),
    header(1001, 1),
    DRAWN[:200],
    "data:image/png;base64,",
    "data:image/png;base64,!",
    "data:image/png;base64,é",
    "no picture",
    "",
    7,
    math.nan,
    ["a"],
    {"a": 1},
    "data:image/png;base64," + base64.b64encode(b"%!PS-Adobe-3.0 EPSF-3.0\n").decode(),
    url_of(Image.new("RGB", (9, 9)), "BMP"),
    url_of(Image.new("RGB", (9, 9)), "GIF"),
    url_of(Image.new("RGB", (9, 9)), "JPEG"),
]
DAMAGED = header(280, 280)
TEXTS = [
    *("", "numerical", "\0", "é" * 10_000, "[" * 100_000, "null"),
    *('{"selection": 7}', '{"selection": {"rows": [-1, 1e9, "x", NaN, null]}}'),
]
TOLD = {"n": 1, "visit": "a visit", "unread": False, "problem": None, "text": "{}"}
MESSAGES = [
    *('"text"', "7", "NaN", "[]", "null", "{", "[" * 100_000, '{"value": {"frame": 7}}'),
    *(
        json.dumps({name: part})
        for name in (
            "frame",
            "picked",
            "opened",
            "sketched",
            "told",
            "drawing",
            "backgroundFit",
            "another",
        )
        for part in (7, "text", [], {}, {"turn": "x"}, {"turn": math.nan}, {"value": {"frame": 7}})
    ),
    *(json.dumps({"frame": {"turn": 1, "image": image}}) for image in FORGED_PICTURES),
    *(
        json.dumps({"drawing": {"raw": {"objects": [STROKE]}, "data": image}})
        for image in FORGED_PICTURES
    ),
    *(
        json.dumps({"drawing": {"raw": raw, "data": DRAWN}})
        for raw in (None, 7, {}, {"objects": 7}, {"objects": [7]}, {"objects": [{"type": "Image"}]})
    ),
    *(
        json.dumps({"picked": {"turn": 1, "image": 0, "row": 0, "column": 0} | wrong})
        for wrong in ({"image": 10**30}, {"row": -1}, {"column": 0.5}, {"image": math.nan})
    ),
    *(
        json.dumps({"opened": {"turn": 1, "unit": unit}})
        for unit in (10**30, -1, 0.5, "x", [7], True)
    ),
    *(
        json.dumps({"sketched": {"turn": 1, "values": values}})
        for values in (7, [-1], [1.5], ["x"], [math.nan], [True], [0.5] * 100)
    ),
    *(
        json.dumps({"told": TOLD | wrong})
        for wrong in ({"n": math.nan}, {"n": -1}, {"visit": 7}, {"unread": 0}, {"problem": [1]})
    ),
    *(json.dumps({"told": TOLD | {name: [7]}}) for name in ("text", "base")),
]
# What each kind of widget says, and what would have the page do what it should not.
NASTY = {
    "double_value": [math.nan, math.inf, -math.inf, -1.0, 0.5, 1e308, -1e308, 2.0**63],
    "string_value": TEXTS,
    "string_array_value": [
        *({"data": texts} for texts in ([], ["nonsense"], ["W1", "W1"], ["1"] * 1000, ["\0"]))
    ],
    "double_array_value": [{"data": values} for values in ([], [math.nan], [1e308, -1], [-7.0])],
    "json_value": [*MESSAGES, json.dumps({"frame": {"turn": 1, "image": DAMAGED}})],
    "json_trigger_value": ["[" * 100_000, "7", '[7, {"event": "frame", "value": 7}]', "{", "null"],
    "bool_value": [True, False],
    "int_value": [2**62, -1],
    "bytes_value": [b"\xff"],
    "file_uploader_state_value": [{"uploaded_file_info": [{"file_id": "nobody", "name": "x.png"}]}],
}


@pytest.mark.slow
@pytest.mark.parametrize("message", MESSAGES)
def test_no_component_says_such_a_thing(message):
    try:
        part = json.loads(message)
    except (ValueError, RecursionError):
        return
    assert not is_message(part) or part == {}


def test_what_the_components_say_comes_in():
    assert is_message({"frame": {"turn": 1, "image": DRAWN}})
    assert is_message({"picked": {"turn": 3, "image": 49, "row": 27, "column": 0}})
    assert is_message({"sketched": {"turn": 3, "values": [0, 0.5, 1]}})
    assert is_message({"told": TOLD})
    assert is_message({"told": TOLD | {"text": None, "problem": "full", "base": "{}"}})
    raw = {"version": "6.0", "objects": [STROKE], "background": "#000000", "turn": 2}
    assert is_message({"drawing": {"raw": raw, "data": DRAWN}, "backgroundFit": None})
    assert is_message({"drawing": {"raw": raw, "data": None}})


def test_each_part_that_a_component_sends_is_known():
    for source in (APP.parent / "pages").rglob("*.js"):
        text = source.read_text(encoding="utf-8")
        names = re.findall(r"""\b(?:send|set(?:State|Trigger)(?:Value)?)\(["'](\w+)["']""", text)
        assert set(names) <= set(_PARTS), source.name
        assert names or "setStateValue" not in text, source.name


@pytest.mark.parametrize("url", [*FORGED_PICTURES, DAMAGED])
def test_a_forged_picture_is_none(url):
    assert picture(url) is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_comes_with_four_channels(mode):
    image = picture(url_of(Image.new(mode, (MOST_SIDE, 7)), "PNG"))
    assert image.shape == (7, MOST_SIDE, 4)
    assert image.dtype == np.uint8


@given(some.integers(0, 400), some.binary(max_size=8))
def test_a_damaged_picture_is_none_or_a_picture(place, damage):
    noise = np.random.default_rng(0).integers(0, 255, (9, 9, 4), np.uint8)
    content = base64.b64decode(png_url(noise).split(",")[1])
    content = content[:place] + damage + content[place + len(damage) :]
    image = picture("data:image/png;base64," + base64.b64encode(content).decode())
    assert image is None or image.shape[2] == 4


LARGE = [["L", 1, 1]] * 100_000


@pytest.mark.parametrize(
    "objects",
    [
        [STROKE] * 1001,
        [STROKE | {"path": LARGE}],
        [STROKE | {"left": math.nan}],
        [STROKE | {"left": -math.inf}],
        [STROKE | {"width": 1e7}],
        [STROKE | {"stroke": "x" * 1000}],
        [STROKE | {"path": "M 1 2"}],
        [STROKE | {"type": "Image", "src": "http://elsewhere/"}],
        [STROKE | {"type": ["Path"]}],
        {"0": STROKE},
    ],
)
def test_only_strokes_come_back_onto_the_canvas(objects):
    assert is_strokes([STROKE])
    assert is_strokes([STROKE, {"type": "Image", "src": DRAWN, "left": 0}])
    assert not is_strokes(objects)


def test_a_forged_drawing_leaves_the_drawing(app):
    opened(app, "draw")
    *_, canvas = (wid for wid in widgets_of(app) if wid.endswith("-canvas"))  # Home has one, too.
    told = {"drawing": {"raw": {"objects": [STROKE]}, "data": DRAWN}}
    send(app, {canvas: {"json_value": json.dumps(told)}})
    assert app.session_state["sketch"].last.strokes == [STROKE]
    seen = app.session_state["sketch"].picture
    for message in [message for message in MESSAGES if '"drawing"' in message][::5]:
        send(app, {canvas: {"json_value": message}})
        assert not app.exception
    assert app.session_state["sketch"].last.strokes == [STROKE]
    assert app.session_state["sketch"].picture is seen


def test_a_choice_that_is_not_offered_changes_nothing(app):
    opened(app, "train")
    (wid,) = (wid for wid in widgets_of(app) if wid.endswith("-gradient"))
    send(app, {wid: {"string_value": "numerical"}})
    assert app.session_state["gradient"] == "backprop"
    send(app, {wid: {"string_value": app.selectbox(key="gradient").options[1]}})
    assert app.session_state["gradient"] == "fast_numerical"


def test_one_is_always_chosen(app):
    opened(app, "gradients", panel="bugs")
    (wid,) = (wid for wid in widgets_of(app) if wid.endswith("-panel"))
    send(app, {wid: {"string_array_value": {"data": []}}})
    assert not app.exception
    assert app.session_state["panel"] == "bugs"
