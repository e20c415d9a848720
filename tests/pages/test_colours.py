"""The colours of the app, as people see them who see fewer: with one kind of cones missing.

The sight is simulated by the matrices of Machado, Oliveira and Fernandes (2009, severity 1.0), and
how far two colours are apart is CIE76's Delta E in Lab: some 2 can be told side by side; 10 can be
told across a chart.
"""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from pages.figures.gradients import COLOURS, SYMBOLS
from pages.figures.sketching import AGAINST, BACK, FOR, FORWARD
from pages.figures.training import BLUE, ORANGE, TEN_COLOURS

SIGHTS = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = TO_XYZ.sum(axis=1)
PARTS = Path(__file__).parents[2] / "pages" / "components"


def linear(colour):
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(colour, sight):
    seen = np.clip(SIGHTS[sight] @ linear(colour), 0, 1)
    xyz = TO_XYZ @ seen / WHITE
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(one, other, sight):
    """How far two colours are apart for somebody, as CIE76's Delta E."""
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


def painted(name):
    """A colour of the network view, by the name that its code gives it."""
    code = "".join(p.read_text(encoding="utf-8") for p in (PARTS / "network_view").glob("*.js"))
    numbers = re.search(rf"\b{name} = \[(\d+), (\d+), (\d+)\]", code)
    return "#" + "".join(f"{int(n):02x}" for n in numbers.groups())


def test_the_measure_is_known_and_the_simulation_takes_away_what_it_should():
    assert apart("#000000", "#ffffff", "all cones") == pytest.approx(100, abs=0.1)
    red_green = "#ff5050", "#50b050"
    assert apart(*red_green, "all cones") > 2 * apart(*red_green, "deuteranopia")
    assert apart("#808080", "#808080", "tritanopia") == 0
    for sight in SIGHTS:  # Gray stays gray.
        assert apart("#808080", "#808080", sight) == 0
        assert np.abs(lab("#808080", sight)[1:]).max() < 1


@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_that_alone_tell_two_things_apart_are_apart_in_every_sight(sight):
    for one, other in (
        (BLUE, ORANGE),
        (FOR, AGAINST),
        (painted("FOR"), painted("AGAINST")),
        (FORWARD, BACK),
        (painted("GOLD"), painted("ERROR")),
    ):
        assert apart(one, other, sight) > 25, (one, other)


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_ten_digits_have_ten_colours_in_every_sight(sight):
    near = {
        (i, j): apart(TEN_COLOURS[i], TEN_COLOURS[j], sight) for i, j in combinations(range(10), 2)
    }
    least = 30 if sight == "all cones" else 17
    assert min(near.values()) > least, sorted(near.items(), key=lambda item: item[1])[:3]


def test_what_is_right_or_wrong_has_a_second_sign():
    """Green and red are too close to each other without red or green cones."""
    assert apart(painted("RIGHT"), painted("WRONG"), "deuteranopia") < 30
    drawing = (PARTS / "network_view" / "drawing.js").read_text(encoding="utf-8")
    assert drawing.count("answerMark(") == 2  # A tick or a cross, wide and narrow.
    mosaic = (PARTS / "mosaic" / "mosaic.css").read_text(encoding="utf-8")
    assert re.search(r"figure\.wrong \{[^}]*border-bottom-style: double", mosaic)
    assert len(set(SYMBOLS.values())) == len(COLOURS)  # The three ways to a gradient.
