import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from scipy import ndimage

from simplenet.ink import NoInkError, canvas_to_input
from simplenet.ink.canvas import (
    THICKEST,
    THINNEST,
    boxed,
    centred,
    cropped,
    evened,
    find_ink,
    shrunk,
)

SIDE = 280


def centre(x):
    return np.array(ndimage.center_of_mass(x.reshape(28, 28)))


def lengths(x, least=0.1):
    """How many rows and columns the ink reaches over."""
    ink = x.reshape(28, 28) > least
    return [np.ptp(np.flatnonzero(ink.any(axis=axis))) + 1 for axis in (1, 0)]


def pasted(digits, seed, smallest=60, largest=260):
    """MNIST's digits as drawings: of any size, anywhere on a canvas."""
    rng = np.random.default_rng(seed)
    for x in digits:
        side = int(rng.integers(smallest, largest + 1))
        digit = Image.fromarray((x.reshape(28, 28) * 255).astype(np.uint8))
        canvas = Image.new("L", (SIDE, SIDE))
        canvas.paste(
            digit.resize((side, side), Image.Resampling.BICUBIC),
            tuple(rng.integers(0, SIDE - side + 1, size=2)),
        )
        yield np.asarray(canvas)


@st.composite
def drawings(draw, size=120, margin=10):
    """A line of two or three strokes of a round pen, white on black, off the edges."""
    place = st.integers(margin, size - margin - 1)
    points = draw(st.lists(st.tuples(place, place), min_size=2, max_size=4))
    assume(max(np.ptp(points, axis=0)) >= 30)
    pen = draw(st.integers(4, 10))
    image = Image.new("L", (size, size))
    pencil = ImageDraw.Draw(image)
    pencil.line(points, fill=255, width=pen, joint="curve")
    for x, y in points:
        pencil.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return np.asarray(image)


# As MNIST has them


def test_pasted_digits_come_out_as_they_are_in_mnist(mnist):
    digits = mnist.x_test[:300]
    found = np.concatenate([canvas_to_input(image) for image in pasted(digits, seed=0)])
    assert found.shape == (300, 784)
    assert found.dtype == np.float32
    difference = np.abs(found - digits).mean(axis=1)
    # Half a pixel off, the mean would be 0.06.
    assert difference.mean() < 0.04
    assert difference.max() < 0.1
    for x in found:
        np.testing.assert_allclose(centre(x), 14, atol=0.1)


# What must not matter


@given(drawings(), st.integers(0, 160), st.integers(0, 160))
def test_the_place_does_not_matter(drawing, top, left):
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    canvas[top : top + 120, left : left + 120] = drawing
    np.testing.assert_allclose(canvas_to_input(canvas), canvas_to_input(drawing), atol=1e-5)


@given(drawings(), st.integers(2, 5))
def test_the_size_does_not_matter(drawing, times):
    larger = np.kron(drawing, np.ones((times, times), np.uint8))
    difference = np.abs(canvas_to_input(larger) - canvas_to_input(drawing))
    # A drawing of 30 pixels has coarse edges; made larger, it keeps its steps. Of 1,300 drawings,
    # half of them that small, none differed by more than 0.31 in a pixel and 0.0102 in the mean.
    assert difference.max() < 0.45
    assert difference.mean() < 0.015


@given(drawings())
def test_dark_on_light_is_light_on_dark(drawing):
    np.testing.assert_allclose(canvas_to_input(255 - drawing), canvas_to_input(drawing), atol=1e-5)


@given(drawings(), st.tuples(*3 * [st.integers(0, 255)]), st.tuples(*3 * [st.integers(0, 255)]))
def test_the_colours_do_not_matter(drawing, pen, paper):
    assume(max(abs(a - b) for a, b in zip(pen, paper, strict=True)) > 30)
    share = drawing[..., None] / np.float32(255)
    image = share * np.array(pen) + (1 - share) * np.array(paper)
    np.testing.assert_allclose(
        canvas_to_input(image.round().astype(np.uint8)), canvas_to_input(drawing), atol=1e-2
    )


@given(drawings(), st.tuples(*3 * [st.integers(0, 255)]))
def test_any_ink_on_a_transparent_ground_counts(drawing, pen):
    image = np.zeros((*drawing.shape, 4), np.uint8)
    image[drawing > 0, :3] = pen
    image[..., 3] = drawing
    np.testing.assert_allclose(canvas_to_input(image), canvas_to_input(drawing), atol=1e-5)


def test_the_formats_agree():
    drawing = np.zeros((50, 40), np.uint8)
    drawing[10:40, 10:15] = drawing[10:14, 10:30] = 255
    opaque = np.full_like(drawing, 255)
    expected = canvas_to_input(drawing)
    for image in (
        drawing / 255,
        (drawing / 255).astype(np.float32),
        np.stack([drawing] * 3, axis=2),
        np.stack([drawing] * 3 + [opaque], axis=2),
        np.stack([drawing] * 3 + [opaque // 2], axis=2),
        np.stack([drawing] * 4, axis=2),
        np.stack([drawing] * 4, axis=2) / 255,
        (drawing / 255).tolist(),
    ):
        np.testing.assert_allclose(canvas_to_input(image), expected, atol=1e-5)


def test_the_image_is_not_changed():
    image = np.zeros((50, 50, 4), np.float32)
    image[10:40, 20:25] = 1
    before = image.copy()
    image.flags.writeable = False  # As the canvas gives it.
    canvas_to_input(image)
    np.testing.assert_array_equal(image, before)


def test_faint_noise_is_no_ink():
    drawing = np.zeros((SIDE, SIDE))
    drawing[100:180, 130:150] = 230
    noise = np.random.default_rng(0).integers(0, 16, drawing.shape)
    noisy = canvas_to_input((drawing + noise).astype(np.uint8))
    np.testing.assert_allclose(noisy, canvas_to_input(drawing.astype(np.uint8)), atol=0.05)


def drawn_with(pen, points=((60, 30), (220, 30), (60, 250), (220, 250))):
    """A Z, drawn with a round pen of some width."""
    image = Image.new("L", (SIDE, SIDE))
    pencil = ImageDraw.Draw(image)
    pencil.line(points, fill=255, width=pen, joint="curve")
    for x, y in points:
        pencil.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return np.asarray(image)


def thickness(x):
    """Thickness of the strokes in pixels: four times the mean distance to their edge."""
    fine = np.asarray(Image.fromarray(x.reshape(28, 28)).resize((280, 280))) > 0.5
    return 4 * (ndimage.distance_transform_edt(fine)[fine] - 0.5).mean() / 10


def test_the_strokes_of_mnist_are_as_thick_as_the_limits_say(mnist):
    found = [thickness(x) for x in mnist.x_test[:300]]
    below, above = np.percentile(found, [5, 95])
    assert below == pytest.approx(THINNEST, abs=0.3)
    assert above == pytest.approx(THICKEST, abs=0.3)


@pytest.mark.parametrize("pen", [2, 4, 8, 14, 20, 30, 45, 60])
def test_any_pen_leaves_strokes_as_thick_as_those_of_mnist(pen):
    found = canvas_to_input(drawn_with(pen))
    assert THINNEST - 0.3 < thickness(found) < THICKEST + 0.4
    np.testing.assert_allclose(centre(found), 14, atol=0.15)


@pytest.mark.parametrize("pens", [(2, 30), (4, 45), (8, 60), (14, 80)])
def test_the_pen_matters_less_than_before(pens):
    uneven = [centred(cropped(find_ink(drawn_with(pen)))) for pen in pens]
    even = [canvas_to_input(drawn_with(pen)).reshape(28, 28) for pen in pens]
    assert np.abs(np.subtract(*even)).mean() < 0.8 * np.abs(np.subtract(*uneven)).mean()


@pytest.mark.slow
@given(drawings())
def test_the_strokes_of_any_drawing_come_nearer_to_those_of_mnist(drawing):
    before = thickness(centred(cropped(find_ink(drawing))))
    after = thickness(canvas_to_input(drawing))
    assert after < max(before, THICKEST) + 0.3
    assert after > min(before, THINNEST) - 0.3


def test_strokes_that_are_right_already_are_left_alone():
    ink = cropped(find_ink(drawn_with(30)))
    assert evened(ink) is ink


def test_thin_parts_of_a_thick_drawing_stay():
    image = drawn_with(60).copy()
    image[200:230, 20:260] = 255  # A line of half the pen's width under the thick Z.
    assert (canvas_to_input(image).reshape(28, 28)[20:, 7:22].max(axis=0) > 0.3).all()


# The stages on the way


def test_shrunk_is_the_whole_image_made_small():
    image = np.zeros((SIDE, SIDE))
    image[:140] = 1
    x = shrunk(image)
    assert (x.shape, x.dtype) == ((1, 784), np.float32)
    np.testing.assert_array_equal(x.reshape(28, 28)[:14], 1)
    np.testing.assert_array_equal(x.reshape(28, 28)[14:], 0)
    opaque = np.full((SIDE, SIDE, 4), 255, np.uint8)
    np.testing.assert_array_equal(shrunk(opaque), 1)
    opaque[:140, :, 3] = 0
    np.testing.assert_array_equal(shrunk(opaque), 1 - x)  # What cannot be seen is dark.
    assert shrunk(np.zeros((3, 7))).shape == (1, 784)


def test_boxed_ink_fills_the_box_but_lies_by_its_edges_not_by_its_mass():
    image = np.zeros((SIDE, SIDE))
    image[100:200, 30:40] = image[190:200, 30:130] = 1  # An L, heavy at the lower left.
    x = boxed(image).reshape(28, 28)
    rows, columns = np.flatnonzero(x.max(axis=1) > 0.5), np.flatnonzero(x.max(axis=0) > 0.5)
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (4, 23, 4, 23)
    assert np.abs(centre(x) - 14).max() > 2
    with pytest.raises(NoInkError):
        boxed(np.zeros((SIDE, SIDE)))


# What it looks like


@given(drawings())
def test_a_drawing_is_20_long_and_in_the_middle(drawing):
    x = canvas_to_input(drawing)
    assert (x.shape, x.dtype) == ((1, 784), np.float32)
    assert 0 <= x.min() <= x.max() == 1
    inside = x.reshape(28, 28).copy()
    inside[1:-1, 1:-1] = 0
    if not inside.any():  # None of it was cut off.
        assert max(lengths(x)) in (20, 21)  # 21 where it begins and ends between two pixels.
        np.testing.assert_allclose(centre(x), 14, atol=0.15)


def test_a_bar_by_hand():
    # 40 x 6 pixels: scaled by a half, 20 x 3. Its middle, 14.5 from the edges, is amid a pixel:
    # 20 rows reach from 4.5 to 24.5, 3 columns from 13 to 16.
    image = np.zeros((100, 100))
    image[5:45, 60:66] = 1
    x = canvas_to_input(image).reshape(28, 28)
    expected = np.zeros((28, 28))
    expected[5:24, 13:16] = 1
    expected[[4, 24], 13:16] = 0.5
    np.testing.assert_allclose(x, expected, atol=0.12)


def test_the_aspect_is_kept():
    image = np.zeros((200, 200))
    image[50:100, 20:120] = 1
    image[60:90, 30:110] = 0  # A frame.
    tall, wide = lengths(canvas_to_input(image))
    assert tall in (10, 11)
    assert wide in (20, 21)


@pytest.mark.parametrize("width", [1, 2, 5, 20])
def test_a_one_is_upright_and_never_faint(width):
    image = np.zeros((SIDE, SIDE))
    image[20:260, 100 : 100 + width] = 1
    x = canvas_to_input(image).reshape(28, 28)
    tall, wide = lengths(x)
    assert tall in (20, 21)
    assert wide <= 3
    assert (x[6:23].max(axis=1) > 0.9).all()


@pytest.mark.parametrize("side", [1, 2, 3, 20])
def test_a_dot_is_a_blot(side):
    image = np.zeros((SIDE, SIDE))
    image[7 : 7 + side, 200 : 200 + side] = 1
    x = canvas_to_input(image)
    np.testing.assert_allclose(centre(x), 14, atol=0.2)  # The edges of a single pixel blur.
    assert x.reshape(28, 28)[14, 14] == 1


@pytest.mark.parametrize("corner", [np.s_[:60, :60], np.s_[-60:, -60:], np.s_[:60, -60:]])
def test_a_drawing_in_a_corner_is_whole(corner):
    drawing = np.zeros((60, 60))
    drawing[:, :10] = drawing[:10] = 1
    canvas, middle = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
    canvas[corner] = drawing
    middle[100:160, 100:160] = drawing
    np.testing.assert_allclose(canvas_to_input(canvas), canvas_to_input(middle), atol=1e-5)


def test_a_drawing_that_covers_most_of_the_edge_of_a_transparent_canvas():
    image = np.zeros((100, 100, 4), np.uint8)
    image[[0, 1, -2, -1]] = image[:, [0, 1, -2, -1]] = 255  # A frame.
    x = canvas_to_input(image).reshape(28, 28)
    assert x[14, 14] == 0
    assert max(lengths(x)) in (20, 21)


# What cannot be a digit


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((SIDE, SIDE, 4), np.uint8),
        np.full((SIDE, SIDE, 4), 255, np.uint8),
        np.full((30, 20, 3), 77, np.uint8),
        np.zeros((28, 28)),
        np.ones((28, 28)),
        np.zeros((1, 1)),
        np.full((1, 1, 4), 255, np.uint8),
        np.random.default_rng(0).integers(250, 256, (SIDE, SIDE), np.uint8),
        np.dstack(
            [np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8), np.zeros((9, 9))]
        ).astype(np.uint8),
    ],
    ids=[
        "transparent",
        "white",
        "gray",
        "zeros",
        "ones",
        "1 x 1",
        "1 x 1 RGBA",
        "noise",
        "colours that are invisible",
    ],
)
def test_without_ink_there_is_an_error_of_its_own(image):
    with pytest.raises(NoInkError, match="no ink"):
        canvas_to_input(image)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (np.zeros(784), r"got \(784,\)"),
        (np.zeros((28, 28, 2)), r"got \(28, 28, 2\)"),
        (np.zeros((1, 28, 28, 4)), r"got \(1, 28, 28, 4\)"),
        (np.zeros((0, 28)), r"got \(0, 28\)"),
        (np.zeros((28, 28), np.int64), "uint8.*got int64"),
        (np.zeros((28, 28), bool), "uint8.*got bool"),
        (np.full((28, 28), "x"), "uint8.*got <U1"),
        (np.full((28, 28), 255.0), r"\[0, 1\], got 255.0 to 255.0"),
        (np.full((28, 28), -0.1), r"\[0, 1\], got -0.1"),
        (np.array([[0.0, np.nan], [1, 1]]), r"\[0, 1\], got nan"),
        (np.array([[0.0, np.inf], [1, 1]]), r"\[0, 1\], got 0.0 to inf"),
    ],
)
def test_what_is_wrong_with_an_image_is_named(image, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        canvas_to_input(image)
    assert not isinstance(caught.value, NoInkError)


@pytest.mark.parametrize("shape", [(2, 1000), (1000, 1000), (5, 999), (1, 1000), (1, 1)])
def test_specks_that_are_far_apart_are_no_error(shape):
    image = np.zeros(shape, np.uint8)
    image[0, 0] = image[-1, -1] = 255
    image[shape[0] // 2, shape[1] // 2] = 0
    ink = np.dstack([np.full((*shape, 3), 255, np.uint8), image])
    try:
        x = canvas_to_input(ink)
    except NoInkError:
        return
    assert x.shape == (1, 784)
    assert np.isfinite(x).all()
