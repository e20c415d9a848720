import contextlib
import io
import itertools
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageDraw
from pillow_heif import register_heif_opener
from scipy import ndimage

from simplenet.ink import NoInkError, canvas_to_input, photo
from simplenet.ink.novelty import known_digits
from simplenet.ink.photo import FORMATS, SIDE, PhotoError, read_photo
from simplenet.storage import load_model
from tests.ink.photos import KINDS, numbers, photos

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAPER, PEN = 0.85, 0.25


def saved(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def seven(size=(320, 240), pen=14):
    """How much ink each pixel has, in [0, 1]: a seven, well off the edges."""
    image = Image.new("L", size)
    corners = [(0.4, 0.25), (0.6, 0.25), (0.45, 0.8)]
    points = [(x * size[0], y * size[1]) for x, y in corners]
    ImageDraw.Draw(image).line(points, fill=255, width=pen, joint="curve")
    return np.asarray(image, np.float32) / 255


def inked(ink, paper=PAPER, pen=PEN):
    """The brightness of a paper with ink on it."""
    return paper * (1 - ink) + paper * pen * ink


def gray(brightness):
    return Image.fromarray((np.clip(brightness, 0, 1) * 255).astype(np.uint8))


def as_input(content):
    return canvas_to_input(read_photo(content).ink)


def assert_a_seven(content, worst=0.03):
    """Its mean difference from the drawing; half a pixel off, it would be 0.06."""
    x = as_input(content)
    assert np.abs(x - canvas_to_input(seven())).mean() < worst


# What is read


def photographed(x, rng, size=(150, 200), light_on_dark=False, shadow=False):
    """A photo of an MNIST digit on paper, as a JPEG file."""
    side = int(rng.uniform(0.35, 1.1) * size[0])
    pixels = Image.fromarray(x.reshape(28, 28)).resize((side, side), Image.Resampling.BICUBIC)
    strokes = np.clip((np.asarray(pixels) - 0.5) * side / 40 + 0.5, 0, 1)
    strokes = strokes[np.ix_(strokes.any(axis=1), strokes.any(axis=0))]
    ink = np.zeros(size, np.float32)
    top, left = (
        rng.integers(4, whole - part - 4) for whole, part in zip(size, strokes.shape, strict=True)
    )
    ink[top : top + strokes.shape[0], left : left + strokes.shape[1]] = strokes
    brightness = inked(ink, 0.2, 4) if light_on_dark else inked(ink)
    if shadow:
        angle = rng.uniform(0, 2 * np.pi)
        rows, columns = np.indices(size) - np.array(size).reshape(2, 1, 1) / 2
        along = rows * np.sin(angle) + columns * np.cos(angle)  # From -125 to 125.
        edge = 1 / (1 + np.exp(-(along - rng.uniform(-40, 40)) / rng.uniform(2, 8)))
        brightness = brightness * (1 - 0.5 * edge) * (1 - 0.002 * (along + 125))
    brightness = ndimage.gaussian_filter(brightness, 0.7) + rng.normal(0, 0.02, size)
    return saved(gray(brightness), "JPEG", quality=75)


@pytest.mark.parametrize("options", [{}, {"shadow": True}, {"light_on_dark": True}], ids=str)
def test_digits_on_paper_are_read_as_well_as_the_originals(mnist, options):
    net = load_model(ROOT / "models" / "article.safetensors").net
    rng = np.random.default_rng(0)
    digits, labels = mnist.x_test[:20], mnist.t_test[:20].argmax(axis=1)
    photos = [as_input(photographed(x, rng, **options)) for x in digits]
    right = net.predict(np.concatenate(photos)).argmax(axis=1) == labels
    # The ninth is misread as it is, too.
    assert right.sum() >= 18


def test_a_photo_becomes_white_ink_on_a_transparent_ground():
    photo = gray(inked(seven()))
    whole, found, several = read_photo(saved(photo, "JPEG"))
    assert not several
    assert np.abs(whole[..., 0] / 255 - np.asarray(photo) / 255).mean() < 0.02
    assert found.shape == (240, 320, 4)
    assert found.dtype == np.uint8
    assert (found[..., :3] == 255).all()
    difference = np.abs(found[..., 3] / 255 - seven())
    assert difference.mean() < 0.01
    assert found[0, 0, 3] == 0
    assert found[60, 150, 3] == 255


def test_a_large_photo_comes_out_small_with_its_aspect():
    large = gray(inked(seven())).resize((2900, 2175))
    for content in (saved(large, "JPEG"), saved(large, "PNG", compress_level=1)):
        assert {part.shape for part in read_photo(content)[:2]} == {(SIDE * 3 // 4, SIDE, 4)}
        assert_a_seven(content)


@pytest.mark.parametrize("width", [1, 3, 799, 801, 20_000])
def test_every_shape_is_handled(width):
    # A bar over the full width; of more it takes only what fits.
    brightness = np.full((100, width), PAPER)
    brightness[30:70, width // 3 : 2 * width // 3 + 1] = PEN * PAPER
    for image in (gray(brightness), gray(brightness.T)):
        try:
            found = read_photo(saved(image)).ink
        except NoInkError:
            continue
        assert max(found.shape) <= SIDE


# Light, paper and table


def lit(kind, size=(240, 320)):
    rows, columns = np.indices(size) / max(size)
    if kind == "a slope":
        return 1 - 0.6 * columns
    if kind == "a soft shadow":
        return 1 - 0.5 / (1 + np.exp((rows + columns - 0.9) / 0.03))
    if kind == "a sharp shadow":
        return np.where(columns > 0.55, 0.5, 1)
    if kind == "a round shadow":
        return 1 - 0.5 / (1 + np.exp((np.hypot(rows, columns - 0.5) - 0.3) / 0.02))
    return 1 - np.hypot(rows - 0.37, columns - 0.5) ** 2  # Dark corners.


@pytest.mark.parametrize(
    "light", ["a slope", "a soft shadow", "a sharp shadow", "a round shadow", "dark corners"]
)
@pytest.mark.parametrize("pen", [0.25, 0.5, 3.0], ids=["ink", "pencil", "chalk"])
def test_the_light_does_not_matter(light, pen):
    paper = 0.25 if pen > 1 else PAPER
    assert_a_seven(saved(gray(inked(seven(), paper, pen) * lit(light)), "JPEG", quality=75))


def test_coloured_ink_on_coloured_paper():
    # Yellow on white is as bright; blue on yellow is dark; red on green is neither.
    for pen, paper in [((235, 225, 60), (245, 245, 240)), ((30, 50, 150), (240, 230, 120))]:
        ink = seven()[..., np.newaxis]
        pixels = ink * np.array(pen) + (1 - ink) * np.array(paper)
        image = Image.fromarray(pixels.astype(np.uint8))
        assert_a_seven(saved(image, "JPEG", subsampling=0))


@pytest.mark.parametrize("blue", [0.75, 0.55])
def test_ruled_lines_are_no_ink(blue):
    brightness = inked(seven())
    lines = np.zeros((240, 320), bool)
    for row in range(10, 240, 24):
        lines[row : row + 2] = True
    lines[:, 40:42] = True
    assert_a_seven(saved(gray(np.where(lines, np.minimum(brightness, blue * PAPER), brightness))))


def test_a_table_and_dust_do_not_spoil_the_crop():
    brightness = inked(seven())
    brightness[:, :30] = brightness[225:] = 0.2
    brightness[20:23, 250:253] = brightness[150, 60:62] = 0.1
    assert_a_seven(saved(gray(brightness), "JPEG"))


def test_the_parts_of_a_digit_stay_together():
    ink = np.zeros((240, 320))
    ink[60:70, 150:200] = 1  # A five whose bar was written on its own.
    ink[82:140, 140:150] = ink[130:140, 140:190] = ink[130:190, 180:190] = 1
    expected = canvas_to_input(ink)
    assert np.abs(as_input(saved(gray(inked(ink)))) - expected).mean() < 0.03


def test_ink_may_touch_the_border():
    zero = Image.new("L", (160, 240))
    ImageDraw.Draw(zero).ellipse((0, 0, 159, 239), outline=255, width=24)
    ink = np.asarray(zero) / 255
    for brightness in (inked(ink), inked(ink, 0.2, 4)):
        difference = as_input(saved(gray(brightness), "JPEG")) - canvas_to_input(ink)
        assert np.abs(difference).mean() < 0.03


def test_mnists_own_images_are_read(mnist):
    for x in mnist.x_test[:10]:
        image = Image.fromarray((x.reshape(28, 28) * 255).astype(np.uint8))
        for pixels in (image, Image.eval(image, lambda value: 255 - value)):
            assert np.abs(as_input(saved(pixels)) - x).mean() < 0.07


# Print, desks, pencils


@pytest.fixture(scope="module")
def robust():
    return load_model(ROOT / "models" / "robust.safetensors").net


def read_right(kind, n, net):
    """How many of n photos of a kind are read right, of digits that are read without a photo."""
    right = 0
    for content, ink, digit in photos(kind, seed=0):
        if net.predict(canvas_to_input(ink)).argmax() != digit:
            continue
        n -= 1
        right += net.predict(as_input(content)).argmax() == digit
        if n == 0:
            return right


KINDS_WANTED = (
    "printed_box",
    "line_of_a_form",
    "table_cell",
    "red_margin",
    "on_a_desk",
    "broken_pencil",
)


@pytest.mark.parametrize("kind", KINDS_WANTED)
def test_print_and_desks_and_pencils(robust, kind):
    assert read_right(kind, 10, robust) >= 9


@pytest.mark.parametrize("kind", ["ruled_paper", "shadow_edge", "pen_beside"])
def test_what_else_there_is_around_a_digit(robust, kind):
    assert read_right(kind, 3, robust) >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_photo_fails_without_a_reason(kind):
    content, _, _ = next(photos(kind, seed=1, size=(200, 150)))
    with contextlib.suppress(NoInkError):
        assert read_photo(content).ink[..., 3].any()


def word(photo):
    x = canvas_to_input(photo.ink)[0]
    return known_digits().look(x, photo.ink, several=photo.several).doubt


def test_several_digits_in_a_photo_are_told():
    told = []
    for content, _ in itertools.islice(numbers(seed=3), 25):
        told.append(word(read_photo(content)) in ("several", "parts", "wide"))
    assert np.mean(told) >= 0.9


@pytest.mark.parametrize("kind", ["table_cell", "finger_beside", "dashed", "line_of_a_form"])
def test_what_else_there_is_in_a_photo_is_no_digit(kind):
    found = [read_photo(content) for content, _, _ in itertools.islice(photos(kind, seed=4), 10)]
    assert sum(photo.several for photo in found) <= 1


@pytest.mark.parametrize("left", [15, 40, 240])
def test_a_second_digit_is_told_near_or_far(left):
    image = Image.fromarray((seven(pen=8) * 255).astype(np.uint8))
    corners = [(left, 70), (left + 50, 70), (left + 15, 180)]
    ImageDraw.Draw(image).line(corners, fill=255, width=8)
    found = read_photo(saved(gray(inked(np.asarray(image) / 255))))
    assert word(found) in ("several", "parts")
    assert word(read_photo(saved(gray(inked(seven(pen=8)))))) is None


def bold_eight():
    """How much ink each pixel has: an 8 of thick strokes, as high as half of the photo."""
    image = Image.new("L", (320, 240))
    pen = ImageDraw.Draw(image)
    for box in ((120, 60, 190, 125), (112, 112, 198, 188)):
        pen.ellipse(box, fill=255)
    for box in ((146, 84, 164, 102), (143, 136, 167, 164)):
        pen.ellipse(box, fill=0)
    return np.asarray(image) / 255


def test_a_bold_digit_is_no_sheet_with_its_holes_as_the_ink():
    content = saved(gray(inked(bold_eight())))
    difference = as_input(content) - canvas_to_input(bold_eight())
    assert np.abs(difference).mean() < 0.03


def boxed_seven(pen=3):
    image = Image.fromarray((seven() * 255).astype(np.uint8))
    ImageDraw.Draw(image).rectangle((100, 30, 220, 215), outline=255, width=pen)
    return np.asarray(image) / 255


@pytest.mark.parametrize("turn", [0, 3, -6])
@pytest.mark.parametrize("width", [2, 6])
def test_a_box_as_dark_as_the_ink_is_no_ink(turn, width):
    ink = ndimage.rotate(boxed_seven(width), turn, reshape=False, order=1)
    alone = ndimage.rotate(seven(), turn, reshape=False, order=1)
    difference = as_input(saved(gray(inked(ink)))) - canvas_to_input(alone)
    assert np.abs(difference).mean() < 0.03


@pytest.mark.parametrize("row", [150, 187, 194, 205])
@pytest.mark.parametrize("ends", [(70, 230), (0, 320)])
def test_a_line_as_dark_as_the_ink_is_no_ink(row, ends):
    # Through the seven, at its foot, and below it; what crosses it stays.
    ink = seven().copy()
    ink[row : row + 3, ends[0] : ends[1]] = 1
    assert_a_seven(saved(gray(inked(ink))))


@pytest.mark.parametrize("desk", [0.02, 0.1, 0.5])
def test_a_sheet_on_a_desk(desk):
    rng = np.random.default_rng(0)
    brightness = desk * (1 + 0.5 * ndimage.gaussian_filter(rng.normal(0, 3, (400, 500)), 4))
    brightness[60:300, 90:410] = inked(seven())
    assert_a_seven(saved(gray(brightness), "JPEG"))


@pytest.mark.parametrize("width", [2, 6])
def test_strokes_that_are_broken_are_all_kept(width):
    gaps = np.indices((240, 320)).sum(axis=0) % (5 * width) < width
    image = seven(pen=3 * width) * ~gaps
    found = read_photo(saved(gray(inked(image)))).ink[..., 3] > 127
    assert (found & (image > 0.5)).sum() > 0.9 * (image > 0.5).sum()


@pytest.mark.parametrize("digit", ["1", "4", "5"])
def test_straight_strokes_are_no_print(digit):
    ink = np.zeros((240, 320))
    if digit == "1":
        ink[40:200, 155:162] = ink[193:200, 125:195] = 1
    elif digit == "4":
        ink[40:200, 175:182] = ink[140:147, 115:205] = ink[40:140, 115:122] = 1
    else:
        ink[40:47, 120:190] = ink[40:110, 120:127] = ink[103:110, 120:190] = 1
        ink[103:190, 183:190] = ink[183:190, 110:190] = 1
    difference = as_input(saved(gray(inked(ink)))) - canvas_to_input(ink)
    assert np.abs(difference).mean() < 0.03


# Formats


@pytest.mark.parametrize("kind", FORMATS)
def test_the_formats_agree(kind):
    assert_a_seven(saved(gray(inked(seven())), kind))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16"])
def test_the_modes_of_a_png(mode):
    image = gray(inked(seven()))
    if mode == "I;16":  # 12 bits of 16.
        image = Image.fromarray((inked(seven()) * 4095).astype(np.uint16))
    elif mode == "PA":
        image = image.convert("P")
        image.info["transparency"] = bytes([255] * 256)
    else:
        image = image.convert(mode, dither=Image.Dither.NONE)
    assert_a_seven(saved(image))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_the_modes_of_a_jpeg(mode, progressive):
    image = gray(inked(seven())).convert("RGB").convert(mode)
    assert_a_seven(saved(image, "JPEG", progressive=progressive))


def test_a_phones_file_of_several_images():
    image = gray(inked(seven())).convert("RGB")
    blank = Image.new("RGB", image.size, "white")
    assert_a_seven(saved(image, "MPO", save_all=True, append_images=[blank]))


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_the_first_frame_counts(kind):
    image = gray(inked(seven())).convert("RGB")
    blank = Image.new("RGB", image.size, "white")
    assert_a_seven(saved(image, kind, save_all=True, append_images=[blank]))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (3, Image.Transpose.ROTATE_180),
        (6, Image.Transpose.ROTATE_90),
        (7, Image.Transpose.TRANSVERSE),
    ],
)
def test_a_photo_is_turned_as_it_says(kind, orientation, turn):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image = gray(inked(seven())).resize((820, 615)).transpose(turn)
    assert_a_seven(saved(image, kind, exif=exif))


def test_a_photo_of_an_iphone():
    register_heif_opener()
    content = saved(gray(inked(seven())).convert("RGB"), "HEIF", quality=70)
    assert_a_seven(content)
    with pytest.raises(PhotoError) as caught:
        read_photo(content[: len(content) // 2])
    assert caught.value.reason in ("damaged", "not_an_image")


# Transparency


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (250, 250, 40)])
def test_ink_on_a_transparent_ground(colour):
    pixels = np.zeros((240, 320, 4), np.uint8)
    pixels[..., :3] = colour
    pixels[..., 3] = seven() * 255
    assert_a_seven(saved(Image.fromarray(pixels)))


def test_a_paper_that_was_cut_out():
    pixels = np.zeros((300, 500, 4), np.uint8)
    pixels[30:270, 60:380, :3] = (inked(seven()) * 255)[..., np.newaxis]
    pixels[30:270, 60:380, 3] = 255
    assert_a_seven(saved(Image.fromarray(pixels)))


def test_paper_that_is_as_transparent_everywhere():
    image = gray(inked(seven())).convert("RGB")
    image.putalpha(128)
    assert_a_seven(saved(image))


def test_a_colour_of_a_palette_may_be_transparent():
    image = Image.fromarray((seven() > 0.5).astype(np.uint8)).convert("P")
    image.putpalette([200, 200, 200, 0, 0, 90])
    assert_a_seven(saved(image, transparency=0))
    assert_a_seven(saved(image, "GIF", transparency=0))


# No ink


def blank(kind, rng, size=(240, 320)):
    noise = rng.normal(0, 1, size)
    if kind == "grain":
        grain = ndimage.gaussian_filter(noise, 2)
        return 0.8 + 0.05 * grain / grain.std()
    return {
        "white": np.ones(size),
        "black": np.zeros(size),
        "gray": np.full(size, 0.5),
        "paper": 0.85 + 0.02 * noise,
        "a dark photo": 0.05 + 0.02 * noise,
        "a slope": lit("a slope", size) + 0.02 * noise,
        "a soft shadow": lit("a soft shadow", size) * 0.9,
        "noise": rng.random(size),
        "black and white": rng.integers(0, 2, size),
        "specks": 1.0 - (rng.random(size) < 0.0005),
        "1 x 1": np.zeros((1, 1)),
        "2 x 1": np.array([[0.0, 1]]),
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "white",
        "black",
        "gray",
        "paper",
        "a dark photo",
        "a slope",
        "a soft shadow",
        "grain",
        "noise",
        "black and white",
        "specks",
        "1 x 1",
        "2 x 1",
    ],
)
def test_without_ink_there_is_an_error_of_its_own(kind):
    image = gray(blank(kind, np.random.default_rng(0)))
    for content in (saved(image), saved(image, "JPEG", quality=75)):
        with pytest.raises(NoInkError, match="no ink"):
            read_photo(content)


def test_an_invisible_image_has_no_ink():
    pixels = np.random.default_rng(0).integers(0, 256, (50, 50, 4), np.uint8)
    pixels[..., 3] = 0
    with pytest.raises(NoInkError):
        read_photo(saved(Image.fromarray(pixels)))


# What is refused


def png_header(width, height):
    """A PNG file that says how large it is, and has hardly any pixels."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"a letter, saved as photo.png",
        b"\x89PNG\r\n\x1a\n",
        b"\x00\x00\x00\x20ftypheic" + bytes(50),
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        saved(Image.new("L", (9, 9)), "TIFF"),
        saved(Image.new("L", (9, 9)), "PPM"),
    ],
)
def test_what_is_no_photo(content):
    with pytest.raises(PhotoError, match=r"my\.png is not an image, .* a JPEG or PNG") as caught:
        read_photo(content, "my.png")
    assert caught.value.reason == "not_an_image"


@pytest.mark.parametrize("kind", FORMATS)
def test_what_was_cut_off(kind):
    content = saved(gray(inked(seven())), kind)
    with pytest.raises(PhotoError, match="the file is damaged") as caught:
        read_photo(content[: len(content) * 2 // 3])
    assert caught.value.reason == "damaged"


@pytest.mark.parametrize(
    "size", [(60_000, 60_000), (20_000, 20_000), (10_000, 10_000), (8000, 7000)]
)
@pytest.mark.parametrize("severity", ["error", "ignore"])
def test_what_is_too_large(size, severity):
    with warnings.catch_warnings():
        warnings.simplefilter(severity)  # Of Pillow's own warning of large images.
        with pytest.raises(PhotoError, match="the file has too many pixels") as caught:
            read_photo(png_header(*size))
    assert caught.value.reason == "too_large"


def test_a_webp_takes_twice_the_memory(monkeypatch):
    monkeypatch.setattr(photo, "MOST_MEMORY", 12 * 320 * 240)
    image = gray(inked(seven()))
    assert_a_seven(saved(image))
    with pytest.raises(PhotoError) as caught:
        read_photo(saved(image, "WEBP"))
    assert caught.value.reason == "too_large"


def test_a_jpeg_that_never_ends():
    content = saved(gray(inked(seven())), "JPEG", progressive=True)
    scan = content[content.rfind(b"\xff\xda") : -2]
    with pytest.raises(PhotoError, match="too many scans") as caught:
        read_photo(content[:-2] + 1000 * scan + content[-2:])
    assert caught.value.reason == "damaged"


@given(st.data())
def test_damage_never_ends_in_another_error(data):
    kind = data.draw(st.sampled_from(FORMATS))
    image = gray(inked(seven((32, 24), 3)))
    content = bytearray(saved(image, kind, exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"))
    place = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255))
    for index, value in data.draw(st.lists(place, min_size=1, max_size=4)):
        content[index] = value
    try:
        found = read_photo(bytes(content)).ink
    except (PhotoError, NoInkError):
        return
    assert found.dtype == np.uint8
    assert max(found.shape) <= SIDE


# Memory

PEAK = """
import sys
from simplenet.ink.photo import read_photo

def kilobytes(what):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what))

content = open(sys.argv[1], "rb").read()
before = kilobytes("VmRSS")
read_photo(content)
print(kilobytes("VmHWM") - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux says what was the peak")
@pytest.mark.parametrize(("kind", "most"), [("JPEG", 90), ("PNG", 230)])
def test_the_memory_is_bounded(tmp_path, kind, most):
    # 40 megapixels: 160 MB, were they all in memory.
    image = Image.new("RGB", (8000, 5000), (220, 220, 210))
    image.paste((50, 50, 60), (3000, 1000, 3500, 4000))
    path = tmp_path / "large"
    path.write_bytes(saved(image, kind, **({"compress_level": 1} if kind == "PNG" else {})))
    found = subprocess.run(
        [sys.executable, "-c", PEAK, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(found.stdout) < most * 1000
