import base64
import io
import re

import numpy as np
from PIL import Image

from pages.figures.example_runs import ExampleRun, example_runs
from pages.figures.miniatures import (
    asking,
    confusing,
    confusion_picture,
    downhill,
    in_colours,
    learning,
    reading,
    weights_picture,
)
from simplenet import SimpleNet


def images(html):
    return re.findall(r'src="data:image/(\S+?);base64,(\S+?)"', html)


def drawing(html):
    (svg,) = (text for kind, text in images(html) if kind == "svg+xml")
    return base64.b64decode(svg).decode()


def test_an_example_of_runs_draws_each_curve_and_takes_no_name_for_html():
    html = example_runs([ExampleRun("a<b", "50%", [0.0, 1.0]), ExampleRun("one", "1%", [0.01])])
    assert "<span>a&lt;b</span><b>50%</b>" in html
    first, second = (base64.b64decode(svg).decode() for _, svg in images(html))
    assert 'points="2.0,38.0 94.0,2.0"' in first  # From the lower left to the upper right.
    assert second.count(",") == 1


def test_for_is_orange_and_against_is_blue():
    red, green, blue = in_colours(np.array([1.0, -1.0, 0.0, 2.0, 0.25])).T.astype(int)
    assert red[0] > green[0] > blue[0]
    assert blue[1] > green[1] > red[1]
    assert red[2] == green[2] == blue[2] == 0
    assert red[3] == red[0]
    assert 0 < red[4] < red[0]


def test_each_unit_is_a_tile_with_its_weights_in_place():
    weights = np.zeros((784, 6))
    weights[28 * 3 + 5, 4] = 1  # Of the unit in the second row, in the middle.
    picture = weights_picture(weights, columns=3, rows=2)
    assert picture.shape == (57, 86, 3)
    lit = np.argwhere(picture[..., 0] == picture[..., 0].max())
    np.testing.assert_array_equal(lit, [[29 + 3, 29 + 5]])


def test_what_is_no_digit_is_asked_about_and_the_surest_answer_stands_out():
    shares = np.full(10, 0.01)
    shares[6] = 0.91
    html = asking(np.zeros(784), shares)
    assert [kind for kind, _ in images(html)] == ["png", "svg+xml", "svg+xml"]
    question, answer = (base64.b64decode(svg).decode() for _, svg in images(html)[1:])
    assert "?" in question
    bars = re.findall(r'width="([\d.]+)" height="7" fill="(#\w+)"', answer)
    assert len(bars) == 10
    assert [fill for _, fill in bars].index("#ff9a3c") == 6
    assert max(bars, key=lambda bar: float(bar[0])) == bars[6]


def test_learning_shows_the_weights_before_and_after_and_a_rising_curve():
    first, last = (SimpleNet(784, 12, 10, std).params for std in (0.01, 1.0))
    html = learning(first, last, [0.1, 0.8, 0.9])
    assert [kind for kind, _ in images(html)] == ["png", "png", "svg+xml"]
    points = re.search(r'points="([^"]+)"', drawing(html)).group(1).split()
    heights = [float(point.split(",")[1]) for point in points]
    assert heights == sorted(heights, reverse=True)  # Downwards is up.


def test_a_digit_and_its_evidence_are_as_they_were_given():
    digit = np.linspace(0, 1, 784)
    first, second = images(reading(digit[np.newaxis], -digit[np.newaxis]))
    ink = np.asarray(Image.open(io.BytesIO(base64.b64decode(first[1]))))
    np.testing.assert_allclose(ink.ravel() / 255, digit, atol=0.01)
    evidence = np.asarray(Image.open(io.BytesIO(base64.b64decode(second[1])))).astype(int)
    assert evidence[-1, -1, 2] > evidence[-1, -1, 0]


def test_the_ball_rolls_along_the_curve_and_comes_to_rest_at_the_bottom():
    x = np.linspace(-1, 1, 41)
    html = downhill(x**2)
    curve = np.array(re.findall(r"[ML]([\d.]+) ([\d.]+)", drawing(html)), float) / (320, 112)
    *rolls, rest = re.findall(r"([\d.]+)% { transform: translate\(([\d.]+)%, ([\d.]+)%\)", html)
    way = np.array(rolls, float)
    np.testing.assert_allclose(way[:, 1:] / 100, curve[:21], atol=2e-3)
    assert np.all(np.diff(way[:, 0]) > 0)
    assert rest == ("100", *rolls[-1][1:])
    assert float(rest[1]) == 50
    assert 'class="ball" style="transform: translate(50.0%' in html  # Where nothing may move.
    assert "nan" not in downhill(np.ones(5))


def test_right_is_green_and_the_most_frequent_mistake_is_red():
    confusion = np.diag(np.full(10, 100))
    confusion[4, 9], confusion[9, 4] = 8, 2
    picture = confusion_picture(confusion).astype(int)
    assert picture.shape == (109, 109, 3)

    def cell(row, column):
        return picture[11 * row + 5, 11 * column + 5]

    assert cell(3, 3)[1] > cell(3, 3)[0]
    assert cell(4, 9)[0] > cell(9, 4)[0] > cell(0, 1)[0]
    assert confusion_picture(np.zeros((10, 10), int)).shape == picture.shape
    kinds = [kind for kind, _ in images(confusing(confusion, np.zeros((2, 784), np.uint8)))]
    assert kinds == ["png", "png", "png"]
