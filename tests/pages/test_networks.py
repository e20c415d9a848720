"""What the networks are called where one chooses them."""

import numpy as np
import pytest

from pages import networks
from simplenet import SimpleNet
from simplenet.storage import save_model
from tests.pages.conftest import opened


def offered(app):
    return app.selectbox(key="draw_network").options


def test_a_shipped_network_says_what_it_is(app):
    opened(app, "draw")
    assert offered(app)[0] == "robust: 99.1%, 256 units, varied digits"
    assert "robust-50: 98.1%, 50 units, varied digits" in offered(app)
    assert "article: 94.8%, 50 units" in offered(app)
    app.selectbox(key="draw_network").set_value("article").run()
    app.session_state["language"] = "zh"
    app.run()
    assert app.selectbox(key="draw_network").value == "article"
    assert "article：94.8%，50 个单元" in offered(app)


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({}, "odd: 7 units"),
        ({"test_accuracy": "99 %", "recipe": []}, "odd: 7 units"),
        ({"test_accuracy": 7.0, "recipe": {"training": 3}}, "odd: 7 units"),
        (
            {"test_accuracy": 0.5, "recipe": {"training": {"augmentation": ["affine"]}}},
            "odd: 50.0%, 7 units, varied digits",
        ),
    ],
)
def test_what_a_file_does_not_tell_is_left_out(app, tmp_path, monkeypatch, about, said):
    monkeypatch.setattr(networks, "MODELS", tmp_path)
    save_model(
        tmp_path / "odd.safetensors", SimpleNet(784, 7, 10, 0.1, np.random.default_rng(0)), about
    )
    (tmp_path / "damaged.safetensors").write_bytes(b"not a network")
    opened(app, "draw")
    assert set(offered(app)) == {said, "damaged"}
