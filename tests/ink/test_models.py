"""The networks in `models/` are what their cards say."""

import json

import numpy as np
import pytest

from simplenet.ink import canvas_to_input
from simplenet.runs import recipe_of
from simplenet.runs.shipped import COURSES, MODELS, SHIPPED
from simplenet.storage import load_model
from simplenet.study.exam import examine
from tests.ink.drawn import drawings, flagged_ones, short_sevens
from tests.ink.test_ink import pasted


@pytest.fixture(scope="module", params=SHIPPED)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def networks():
    return {name: load_model(MODELS / f"{name}.safetensors").net for name in SHIPPED}


def test_the_recipe_is_the_one_that_makes_it(name):
    recipe = load_model(MODELS / f"{name}.safetensors").metadata["recipe"]
    expected = recipe_of(SHIPPED[name])
    if name in COURSES:
        expected["then"] = recipe_of(COURSES[name])
    assert recipe == json.loads(json.dumps(expected))


@pytest.mark.parametrize(
    ("network", "least", "most"),
    [("article", 0.940, 0.952), ("robust-50", 0.980, 1), ("robust", 0.991, 1)],
)
def test_the_accuracy_is_what_it_promises(networks, mnist, network, least, most):
    accuracy = networks[network].accuracy(mnist.x_test, mnist.t_test)
    assert least <= accuracy <= most
    metadata = load_model(MODELS / f"{network}.safetensors").metadata
    assert accuracy == pytest.approx(metadata["test_accuracy"], abs=1e-3)


def test_the_card_has_what_was_measured(networks, mnist, name):
    card = (MODELS / f"{name}.md").read_text(encoding="utf-8")
    exam = examine(networks[name], mnist.pixels_test, mnist.t_test)
    assert f"**{exam.accuracy:.2%}** of the test set" in card
    assert f"| {' | '.join(f'{share:.1%}' for share in exam.per_digit)} |" in card
    right, taken, times = exam.mistakes(1)[0]
    assert f"{right} taken for {taken} ({times} times)" in card
    assert "## Known limits" in card


def test_each_is_small_enough_to_be_shipped(name):
    assert (MODELS / f"{name}.safetensors").stat().st_size < 1_000_000


@pytest.mark.slow
def test_pasted_digits_are_read_as_well_as_the_originals(networks, mnist):
    x, t = mnist.x_test[:1000], mnist.t_test[:1000]
    found = np.concatenate([canvas_to_input(image) for image in pasted(x, seed=2)])
    for name, net in networks.items():
        assert net.accuracy(found, t) >= net.accuracy(x, t) - 0.005, name


@pytest.mark.slow
def test_augmentation_pays_on_drawings(networks):
    images, labels = drawings(500, seed=1)
    x = np.concatenate([canvas_to_input(image) for image in images])
    found = {name: net.accuracy(x, labels) for name, net in networks.items()}
    assert found["robust-50"] > found["article"] + 0.02
    assert found["robust"] > found["article"] + 0.03
    assert found["robust"] > 0.99


@pytest.mark.slow
def test_a_one_with_a_flag_is_a_one_and_a_seven_stays_a_seven(networks):
    ones, sevens = (
        np.concatenate([canvas_to_input(image) for image in images])
        for images in (flagged_ones(300, seed=1), short_sevens(300, seed=1))
    )
    for name in ("robust", "robust-50"):
        assert networks[name].accuracy(ones, np.full(300, 1)) >= 0.9, name
        assert networks[name].accuracy(sevens, np.full(300, 7)) >= 0.9, name
