import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from simplenet.ink import canvas_to_input
from simplenet.ink.canvas import cropped, stroke_width
from simplenet.ink.directions import oriented_gradients
from simplenet.ink.novelty import THICKEST, KnownDigits, aspect, beside
from simplenet.ink.pairs import pair_unit
from tests.ink.drawn import TEMPLATES, by_hand, drawings, pictured, smooth, tiny

SIDE = 280


@pytest.fixture(scope="module")
def known():
    return KnownDigits.load()


def doubts(known, images):
    return [known.look(canvas_to_input(image)[0]).doubt for image in images]


def share(found):
    return sum(doubt is not None for doubt in found) / len(found)


def side_by_side(rng, images):
    """Digits next to each other on one canvas, as somebody writes a number."""
    canvas, left = Image.new("L", (SIDE, SIDE)), 15
    height = rng.uniform(55, 240 / len(images))
    for image in images:
        digit = Image.fromarray(cropped(image))
        digit.thumbnail((230 / len(images) - 15, height))
        canvas.paste(digit, (left, round(rng.uniform(60, 80))))
        left += digit.width + round(rng.uniform(15, 30))
    return np.asarray(canvas)


def letter(lines, rng):
    """Straight strokes between places of a square, by an unsteady hand."""
    image = Image.new("L", (SIDE, SIDE))
    pen, size = ImageDraw.Draw(image), rng.uniform(120, 220)
    for line in lines:
        places = (np.array(line) + rng.normal(0, 0.03, (len(line), 2))) * size + 25
        pen.line([tuple(place) for place in places], fill=255, width=18, joint="curve")
    return np.asarray(image)


LETTERS = {
    "F": [[(0.9, 0), (0, 0), (0, 1)], [(0, 0.5), (0.7, 0.5)]],
    "K": [[(0, 0), (0, 1)], [(0.8, 0), (0, 0.5), (0.8, 1)]],
    "N": [[(0, 1), (0, 0), (0.8, 1), (0.8, 0)]],
    "R": [[(0, 1), (0, 0), (0.7, 0.1), (0.7, 0.4), (0, 0.5), (0.8, 1)]],
    "X": [[(0, 0), (0.9, 1)], [(0.9, 0), (0, 1)]],
}


@pytest.mark.slow
def test_of_mnists_digits_at_most_one_in_two_hundred_is_doubted(known, mnist):
    x = mnist.x_test.reshape(-1, 28, 28)
    wide = np.array([aspect(image) for image in x])
    far = known.distances(mnist.pixels_test) + 0.12 * np.maximum(wide - 0.9, 0) > 0.575
    two = pair_unit().shares(mnist.pixels_test) > 0.9
    apart = (wide > 1.7) | np.array([beside(image) > 0.1 for image in x])
    assert (far | two | apart).mean() <= 1 / 200
    some = [0, 18, 247, 4839, *np.flatnonzero(far)[:3], *np.flatnonzero(apart | two)[:4]]
    for i in some:
        doubted = known.look(mnist.pixels_test[i]).doubt is not None
        assert doubted == (far[i] or two[i] or apart[i])


def test_drawn_digits_are_not_doubted(known):
    assert share(doubts(known, drawings(100, seed=3)[0])) <= 0.02


def test_two_and_three_digits_are_doubted(known):
    rng = np.random.default_rng(5)
    digits, _ = drawings(150, seed=4, pen=(14, 22))
    pairs = [side_by_side(rng, digits[i : i + 2]) for i in range(0, 100, 2)]
    threes = [side_by_side(rng, digits[i : i + 3]) for i in range(0, 150, 3)]
    assert share(doubts(known, pairs)) >= 0.85
    assert share(doubts(known, threes)) >= 0.85
    assert "parts" in doubts(known, pairs)
    dash = np.zeros((SIDE, SIDE), np.uint8)
    dash[130:150, 40:240] = 255
    assert doubts(known, [dash]) == ["wide"]


def number(rng, gap):
    """Two digits as somebody writes a number: their pen's middles `gap` apart, as they lean."""
    one, other = (
        by_hand(smooth(digit, int(rng.integers(len(TEMPLATES[digit])))), rng)
        for digit in (int(digit) for digit in rng.integers(0, 10, 2))
    )
    right = np.vstack(one)[:, 0].max() - np.vstack(other)[:, 0].min() + rng.uniform(*gap)
    moved = [stroke + np.array([right, rng.uniform(-0.08, 0.08)]) for stroke in other]
    return pictured([*one, *moved], rng, pen=(8, 20))


# In heights of a digit: most touch; many touch; few do.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("gap", "least"), [((0.02, 0.1), 0.85), ((0.1, 0.25), 0.95), ((0.25, 0.6), 0.97)], ids=str
)
def test_two_digits_that_touch_or_lean_are_mostly_doubted(known, gap, least):
    rng = np.random.default_rng(10)
    assert share(doubts(known, [number(rng, gap) for _ in range(200)])) >= least


def test_a_digit_and_a_tick_far_away_are_doubted(known):
    rng = np.random.default_rng(6)
    images = drawings(50, seed=8, pen=(14, 22))[0]
    found = []
    for image in images:
        canvas = Image.new("L", (SIDE, SIDE))
        digit = Image.fromarray(cropped(image))
        digit.thumbnail((120, 120))
        canvas.paste(digit, (20, 140))
        x, y = rng.uniform(200, 240), rng.uniform(25, 80)
        ImageDraw.Draw(canvas).line([(x, y), (x + 8, y + 12), (x + 25, y - 15)], 255, 15)
        found += doubts(known, [np.asarray(canvas)])
    assert share(found) >= 0.9


@pytest.mark.parametrize("name", LETTERS)
def test_letters_that_are_like_no_digit_are_doubted(known, name):
    rng = np.random.default_rng(7)
    assert share(doubts(known, [letter(LETTERS[name], rng) for _ in range(20)])) >= 0.6


def looks(known, images):
    return [known.look(canvas_to_input(image)[0], image).doubt for image in images]


@pytest.mark.parametrize("pen", [8, 20])
def test_what_is_hardly_higher_than_its_pen_is_told_to_be_drawn_larger(known, pen):
    rng = np.random.default_rng(11)
    small, large = (
        [tiny(digit, pens * pen, pen, rng) for digit in range(10) for _ in range(2)]
        for pens in (2.4, 5)
    )
    assert looks(known, small).count("thick") >= 0.9 * len(small)
    assert share(looks(known, large)) <= 0.05
    assert "thick" not in looks(known, large)


@pytest.mark.slow
def test_what_is_drawn_at_any_usual_size_or_is_mnists_is_not_too_thick(known, mnist):
    wide = [stroke_width(image) for image in drawings(60, seed=3, pen=(8, 60))[0]]
    wide += [stroke_width(image.reshape(28, 28)) for image in mnist.pixels_test[:1000]]
    assert max(wide) < THICKEST
    assert stroke_width(np.pad(np.ones((9, 9)), 5)) > 10  # A dot.


def test_blots_are_doubted(known):
    rng = np.random.default_rng(9)
    away = np.hypot(*np.mgrid[-140:140, -140:140]) / 60
    noise = [ndimage.gaussian_filter(rng.normal(size=(SIDE, SIDE)), 20) for _ in range(30)]
    blots = [(field / field.std() > away - 1.5).astype(np.uint8) * 255 for field in noise]
    assert share(doubts(known, blots)) >= 0.6


def test_bytes_and_ink_are_looked_at_alike(known, mnist):
    assert known.look(mnist.pixels_test[0]) == known.look(mnist.x_test[0])


@pytest.mark.slow
def test_the_file_has_what_follows_from_mnist(known, mnist):
    x = mnist.pixels_test[:50]
    anew = KnownDigits.of(mnist)
    np.testing.assert_allclose(known.distances(x), anew.distances(x), atol=0.002)


def test_known_digits_are_near(known, mnist):
    rows = np.random.default_rng(0).permutation(60_000)[:50]
    assert known.distances(mnist.pixels_train[rows]).max() < 0.5


def test_what_is_beside_and_how_wide_it_is_are_measured():
    image = np.zeros((28, 28), np.float32)
    image[4:24, 5:7] = 1  # 40 pixels
    assert beside(image) == 0
    assert aspect(image) == pytest.approx(0.1)
    image[9:19, 16:17] = 1  # 10 pixels
    assert beside(image) == pytest.approx(0.2)
    assert aspect(image) == pytest.approx(12 / 20)


def test_what_leans_over_its_neighbour_is_beside_it():
    rows = np.arange(4, 24)
    image = np.zeros((28, 28), np.float32)
    for column in (12, 17):  # Two strokes that lean by a quarter: no column between them is empty.
        for width in range(2):
            image[rows, column + width - rows // 4] = 1
    assert beside(image) == pytest.approx(0.5)
    image[13:15, 8:16] = 1  # One part, as an H is.
    assert beside(image) == 0
    image = np.zeros((28, 28), np.float32)
    image[4:8, 5:20] = image[10:24, 9:14] = 1  # A bar above the rest, as of a 5.
    assert beside(image) == 0


def test_a_picture_and_its_mirror_have_mirrored_directions():
    line = np.zeros((28, 28), np.float32)
    line[13:15, 4:24] = 1
    level, upright = oriented_gradients(np.stack([line.ravel(), line.T.ravel()]))
    assert np.linalg.norm(level) == pytest.approx(1)
    # Mirrored at the diagonal, a direction of i eighths of a half-turn becomes one of 4 - i.
    mirrored = level.reshape(8, 7, 7)[(4 - np.arange(8)) % 8].transpose(0, 2, 1)
    np.testing.assert_allclose(upright.reshape(8, 7, 7), mirrored, atol=1e-4)
    assert level @ upright < 0.7
