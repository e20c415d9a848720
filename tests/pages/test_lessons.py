"""What the lessons say, held against the engine: every answer follows from it."""

import math
import re

import numpy as np
import pytest

from pages.components.lesson import Symbol, marked
from pages.course import NAME
from pages.figures.lessons_learning import batches_picture
from pages.language import chosen
from pages.language.words import duration, roughly
from pages.lessons import back, batches, gradient, loss, numbers, slow, unknown
from pages.lessons.network import a_batch, article, first_of_each, test_digit
from pages.lessons.order import LESSONS
from pages.lessons.slope import MOVED, WEIGHT, lens, near
from simplenet.data import loaded
from simplenet.functions import cross_entropy_error, softmax
from simplenet.gradients import central_difference
from simplenet.ink.strangers import stranger
from simplenet.network import loss_of
from simplenet.study.microscope import source_of
from simplenet.study.units import contributions, signals

test_digit.__test__ = False


def truth(name):
    return LESSONS[name].truth()


def test_a_seven_is_mostly_blank():
    digit = loaded("bundled").pixels_test[numbers.DIGIT]
    assert loaded("bundled").t_test[numbers.DIGIT].argmax() == 7
    assert truth("numbers") == sum(byte == 0 for byte in digit.tolist()) == 668


def test_a_unit_sums_up_what_each_pixel_adds():
    net = article()
    assert truth("unit") == pytest.approx(1 / (1 + math.exp(-4)))
    for digit, row in enumerate(first_of_each()):
        assert loaded("bundled").t_test[row].argmax() == digit
        x, s1 = test_digit(row), signals(net.params, test_digit(row)).s1
        for unit in (0, 9, 49):
            total = contributions(net.params, x, unit).sum() + net.params["b1"][unit]
            assert total == pytest.approx(s1[unit], abs=1e-3)
    with pytest.raises(ValueError, match="from 0 to 49, got 50"):
        contributions(net.params, test_digit(0), 50)


def test_nine_zeros_and_a_two_are_shared_out():
    two = math.e**2
    assert truth("shares") == pytest.approx(100 * two / (two + 9))


def test_the_loss_of_one_in_ten_is_the_logarithm_and_that_of_the_article_is_its():
    assert truth("loss") == pytest.approx(-math.log(0.1), abs=1e-5)
    assert round(cross_entropy_error(loss.answer_with(0.6), loss.RIGHT), 2) == 0.51
    np.testing.assert_allclose(loss.answer_with(0.6), loss.ANSWER)
    for p in (0.01, 0.3, 1.0):
        answer = loss.answer_with(p)
        assert answer.sum() == pytest.approx(1)
        assert answer[loss.RIGHT] == p


def test_the_slope_is_the_derivative_of_the_loss_by_that_weight():
    params = {key: value.astype(float) for key, value in article().params.items()}
    params["W2"][WEIGHT] += MOVED
    x, t = a_batch()
    pixels, labels = x / 255, t.argmax(axis=1)
    measured = central_difference(lambda _: loss_of(params, pixels, labels), params["W2"], WEIGHT)
    assert truth("slope") == pytest.approx(measured, rel=1e-5)
    below, here, above = near(1.0)
    assert here == pytest.approx(loss_of(params, pixels, labels))
    # The question misleads as it says: the curve bends upwards.
    assert above - here > truth("slope") > here - below
    secants = [(b - a) / (2 * h) for h in (4.0, 1.0, 0.1) for a, _, b in [near(h)]]
    errors = [abs(secant - lens().derivative()) for secant in secants]
    assert errors == sorted(errors, reverse=True)


def test_many_slopes_are_0_and_a_step_against_the_others_goes_down():
    zeros = sum(int((value == 0).sum()) for value in article().gradient(*a_batch()).values())
    assert truth("gradient") == pytest.approx(100 * zeros / gradient.parameters())
    found = gradient.steps()
    best = int(found.downhill.argmin())
    assert 0 < best < len(gradient.RATES) - 1  # There is a best step, and one too far.
    assert found.downhill[-1] > found.downhill[0] > found.downhill[best]
    assert abs(found.chance[best] - found.chance[0]) < 0.01 * found.chance[0]


@pytest.mark.parametrize(
    ("seconds", "name", "said"),
    [
        *((600, "minutes", "10.0 min"), (7000, "minutes", "117 min"), (7200, "hours", "2.0 h")),
        *((40.4 * 3600, "hours", "40.4 h"), (172_700, "hours", "48.0 h")),
        *((172_800, "days", "2.0 days"), (86_400 * 8, "days", "8.0 days")),
    ],
)
def test_the_right_answer_agrees_with_the_time_beside_it(seconds, name, said):
    assert slow.named(seconds) == name
    assert duration(seconds) == said
    assert name in slow.names()


def test_a_guessed_time_has_no_digits_that_nobody_knows():
    said = [roughly(seconds) for seconds in (49.04, 9.96, 5000, 8 * 86_400)]
    assert said == ["49 s", "10 s", "83 min", "8.0 days"]


def test_in_chinese_too_the_right_answer_is_in_the_unit_of_the_time(monkeypatch):
    monkeypatch.setattr(chosen, "language", lambda: "zh")
    for seconds, unit in ((600, "分钟"), (40.4 * 3600, "小时"), (86_400 * 8, "天")):
        assert duration(seconds).endswith(f" {unit}")
        assert slow.names()[slow.named(seconds)].endswith(unit)


def test_the_error_of_an_output_is_the_slope_of_the_loss_by_its_score():
    scores = signals(article().params, test_digit(back.DIGIT)).s2.astype(float)
    measured = central_difference(
        lambda s: cross_entropy_error(softmax(s), back.LABEL), scores, (back.LABEL,)
    )
    assert truth("back") == pytest.approx(measured, abs=1e-5)
    found = back.step()
    assert loaded("bundled").t_test[back.DIGIT].argmax() == back.LABEL
    np.testing.assert_allclose(
        found.before["W2"] @ found.delta2 * found.a1 * (1 - found.a1), found.delta1, rtol=1e-4
    )


def test_an_epoch_reaches_some_63_percent():
    assert truth("batches") == pytest.approx(100 * (1 - 1 / math.e), abs=1)
    assert batches.share(1, 0) == 0
    assert batches.newest(1, 50).shape == (1, 784)
    assert batches.newest(200, 50).shape == (batches.SHOWN, 784)


def test_a_face_is_taken_for_a_digit_with_great_certainty():
    y = article().predict(stranger(unknown.ASKED))
    assert truth("unknown") == pytest.approx(100 * float(y.max()))
    assert truth("unknown") > 95


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_shows_lines_that_the_engine_has(name):
    lesson = LESSONS[name]
    assert source_of(lesson.code)
    assert NAME.fullmatch(name)
    if hasattr(lesson.guess, "low"):
        assert lesson.guess.low <= lesson.guess.first <= lesson.guess.high
        assert not lesson.is_good(lesson.guess.first)  # Nobody has it right by doing nothing.


def test_the_symbols_of_a_formula_are_marked_even_inside_each_other():
    symbols = (Symbol("x", "blue", "x"), Symbol("i", "green", "i"))
    assert marked(r"@x{x_{2 @i{i}}} = \frac{1}{@i{i}}", symbols) == (
        r"\textcolor{#000001}{{x_{2 \textcolor{#000002}{{i}}}}} = "
        r"\frac{1}{\textcolor{#000002}{{i}}}"
    )
    with pytest.raises(KeyError):
        marked("@y{y}", symbols)


def test_a_mouse_finds_all_digits_without_aiming_at_their_frame():
    shown = batches_picture(
        np.zeros(60_000, int),
        np.zeros((1, 784), np.uint8),
        np.array([0, 3000]),
        np.array([0, 1]),
        (600, 0.6),
        None,
        lambda key, **_: key,
    )
    assert re.search(r"<text[^>]* data-part=\"all\"[^>]*>learn_batches.picture", shown)
