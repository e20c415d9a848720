"""A network that a visitor brings, and one for another program."""

import numpy as np
import pytest

from pages import uploading
from pages.exporting import content_of
from pages.uploading import UPLOADED, read
from simplenet import SimpleNet, load_model, places
from simplenet.exports import exported, read_network
from tests.pages.conftest import opened


def file_of(to="onnx", net=None):
    net = net or load_model(places.shipped_models() / "article.safetensors").net
    return exported(net, to, {"iteration": 7})


@pytest.mark.parametrize("to", ["onnx", "pytorch", "json", "safetensors"])
def test_a_network_of_ones_own_is_read(to):
    saved, refusal = read(file_of(to), "mine")
    assert refusal is None
    assert saved.net == load_model(places.shipped_models() / "article.safetensors").net


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no network", "unreadable"),
        (file_of(net=SimpleNet(4, 3, 2)), "not_digits"),
        (file_of("pytorch", SimpleNet(784, 1001, 10)), "too_large"),
        (file_of("json", SimpleNet(784, 3, 10, 1e13, 0)), "too_large"),
    ],
)
def test_what_is_no_network_for_digits_is_refused_with_its_reason(content, reason):
    assert read(content, "mine") == (None, reason)


def test_draw_and_inspect_take_a_network_that_nobody_else_sees(app):
    opened(app, "draw")
    assert UPLOADED not in app.selectbox(key="draw_network").options
    app.file_uploader(key="network_file").set_value(("mine.onnx", file_of(), "")).run()
    assert not app.exception
    assert app.selectbox(key="draw_network").value == UPLOADED
    assert "From my file" in app.selectbox(key="draw_network").options
    app.file_uploader(key="network_file").set_value(("bad.onnx", b"bad", "")).run()
    assert any("holds no network that can be read" in error.value for error in app.error)
    assert app.selectbox(key="draw_network").value == UPLOADED  # The one before is still there.
    app.switch_page("pages/inspect.py").run()
    app.selectbox(key="inspect_network").set_value(UPLOADED).run()
    assert not app.exception
    assert UPLOADED in app.query_params["network"]
    assert any("7" in caption.value for caption in app.caption)
    assert app.selectbox(key="export_format").value == "onnx"
    app.session_state["language"] = "zh"
    app.run()
    assert "来自我的文件" in app.selectbox(key="inspect_network").options


def test_a_link_to_it_shows_others_another_network(app):
    opened(app, "inspect", network=UPLOADED)
    assert not app.error
    assert app.selectbox(key="inspect_network").value != UPLOADED


def test_what_cannot_be_written_down_is_left_out():
    net = SimpleNet(784, 3, 10, rng=0)
    for about in ({"loss": np.nan}, {"loss": {1}}):
        found = read_network(content_of(net, "json", about))
        assert (found.net, found.metadata) == (net, {})
    assert read_network(content_of(net, "json", {"loss": 1.5})).metadata == {"loss": 1.5}


def test_its_weights_are_numbers_that_answers_can_be_made_of():
    assert uploading.answers(SimpleNet(784, 3, 10))
    assert not uploading.answers(SimpleNet(784, 3, 10, 1e13))
