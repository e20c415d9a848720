"""From a photo or a scan of one handwritten digit to its ink alone, on a transparent ground.

The light differs across a photo, often by more than ink and paper do. Each pixel is therefore
compared with the paper around it, which is found first: it is what remains of the photo when all
that is as narrow as the strokes of a pen has been filled up from beside it.
"""

from __future__ import annotations

from io import BytesIO
from threading import Lock
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener
from scipy import ndimage

from simplenet.ink import LEAST_CONTRAST, NoInkError, cropped

Reason = Literal["not_an_image", "damaged", "too_large"]
"""Why a file cannot be read as a photo."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""What Pillow may take a file for; its many other decoders are never tried."""

HEIC = "HEIF"
"""In which iPhones take their photos; pillow-heif adds it to Pillow, under the wider name."""

MOST_MEMORY = 420_000_000
"""Bytes that a photo may take to decode: enough for 52 megapixels, or 26 of a WebP."""

BYTES_PER_PIXEL, WEBP_BYTES_PER_PIXEL = 8, 16
"""What decoding takes at most, measured. The former are a progressive JPEG's in CMYK, or HEIC's;
most photos take none of this, as a JPEG is decoded at a fraction of its size."""

MOST_SCANS = 1000
"""Each scan of a JPEG takes time, and a few bytes; real ones have about ten. The films that phones
append have such a pair of bytes in every 65,536, by chance."""

SIDE = 800
"""How long a photo is, on its longer side, when it is looked at."""

PAPER_SIDE = 256
"""How long a photo is when its paper is looked for."""

DARKEST = 0.05
"""Is added to every brightness: near black, a little noise would else be a large ratio."""

LEAST_CHANGE = 0.12
"""What differs from the paper by less, as a share of its brightness, is no ink."""

MOST_NOISE = 1 / 6
"""How much the paper may vary, as a share of what the ink differs by: noise alone has 1/3."""

WIDTHS = (1 / 40, 1 / 20, 1 / 10, 1 / 5, 2 / 5)
"""How wide strokes may be, as shares of a photo's longer side."""

EXPLAINED = 0.7
"""The share of the sharp edges that strokes of a width must explain for it to be wide enough."""

INK = 0.45
"""What differs by this share of what the ink does is ink; shadows and ruled lines do by less."""

SHORTEST = 0.015
"""What is shorter than this share of the longer side is dust."""

AT_THE_BORDER = 0.05
"""How much ink counts that touches the border: it is mostly the table beside the paper."""

LINES = (3, 5, 7)
"""How many pixels wide ink must be to stay, where ruled lines connect it to opposite borders."""

_decoding = Lock()
"""One photo is decoded at a time: the memory of several, of several visitors, would add up."""


class PhotoError(ValueError):
    """A file cannot be read as a photo; the message names it and says what would help.

    Parameters
    ----------
    message : str
    reason : {"not_an_image", "damaged", "too_large"}

    Attributes
    ----------
    reason : {"not_an_image", "damaged", "too_large"}
        For a page that says it in its own words.
    """

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message)
        self.reason: Reason = reason


class Photo(NamedTuple):
    """A photo of a digit, upright and at most `SIDE` long.

    Attributes
    ----------
    whole : ndarray of uint8, shape (h, w, 4)
        The photo itself, RGBA.
    ink : ndarray of uint8, shape (h, w, 4)
        Its ink, for `simplenet.ink.canvas_to_input`: white, and as opaque as there is ink.
    """

    whole: NDArray[np.uint8]
    ink: NDArray[np.uint8]


def read_photo(content: bytes, name: str = "the file") -> Photo:
    """Return a photo or a scan of one digit, and the ink in it.

    The ink may be darker than its paper or lighter, the paper unevenly lit, in a soft shadow,
    grained, ruled, or on a table. Of an image that is partly transparent the ink is what is
    opaque, unless that is paper with ink on it.

    Decoding takes `MOST_MEMORY` at most, whatever the file, and a JPEG mostly a tenth of it. Only
    one photo is decoded at a time; what follows takes some 50 MB for each.

    Parameters
    ----------
    content : bytes
        A JPEG, PNG, WebP, GIF, BMP or HEIC file. Of several frames the first counts. It is
        turned as its EXIF orientation says.
    name : str
        What an error calls it.

    Raises
    ------
    PhotoError
        If it is no such file, or damaged, or so large that it would take more memory.
    NoInkError
        If nothing in it could be a digit.
    """
    whole = np.asarray(_decoded(content, name).convert("RGBA"))
    planes = np.moveaxis(np.asarray(whole, np.float32) / np.float32(255), 2, 0)
    colours, alpha = planes[:3], planes[3]
    cut_out = np.ptp(alpha) > LEAST_CONTRAST
    # Whatever colours an invisible image has, it is blank.
    ink = _of_cut_out(colours, alpha) if cut_out else _of_paper(colours * alpha)
    pixels = np.full((*ink.shape, 4), 255, np.uint8)
    pixels[..., 3] = np.round(ink * 255)
    return Photo(whole, pixels)


def _decoded(content: bytes, name: str) -> Image.Image:
    """Return an image file upright, at most `SIDE` long, in mode L, RGB or RGBA."""
    register_heif_opener()
    try:
        with _decoding, Image.open(BytesIO(content), formats=(*FORMATS, HEIC)) as image:
            bytes_per_pixel = WEBP_BYTES_PER_PIXEL if image.format == "WEBP" else BYTES_PER_PIXEL
            if image.width * image.height * bytes_per_pixel > MOST_MEMORY:
                raise Image.DecompressionBombError(f"it is {image.width} x {image.height}")
            if image.format in ("JPEG", "MPO") and content.count(b"\xff\xda") > MOST_SCANS:
                raise ValueError("it has too many scans")
            scale = min(SIDE / max(image.size), 1)
            # A JPEG's decoder can leave out the details, down to an eighth of the size.
            image.draft(None, (max(int(image.width * scale), 1), max(int(image.height * scale), 1)))
            small = _reduced(image)
            orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
            small.getexif()[ExifTags.Base.Orientation] = orientation
            return ImageOps.exif_transpose(small)
    except UnidentifiedImageError as error:
        raise PhotoError(
            f"{name} is not an image, or none that can be read: a JPEG or PNG file is needed",
            "not_an_image",
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise PhotoError(
            f"{name} has too many pixels: make it smaller, a thousand on each side are plenty",
            "too_large",
        ) from error
    # Damage can make Pillow raise anything: OSError, SyntaxError, struct.error, IndexError...
    except Exception as error:
        raise PhotoError(
            f"{name} is damaged: save it again, as a JPEG or PNG file ({error})", "damaged"
        ) from error


def _reduced(image: Image.Image) -> Image.Image:
    """Return an image at most `SIDE` long, in mode L, RGB or RGBA."""
    image.load()
    deep = image.mode.startswith("I")
    mode = "F" if deep else "RGBA" if image.has_transparency_data else "RGB"
    times = max(max(image.size) // SIDE, 1)
    # Band by band: all of it in another mode would take as much memory again.
    height = times * max(2**20 // (image.width * times), 1)
    bands = [
        image.crop((0, top, image.width, min(top + height, image.height)))
        .convert(mode)
        .reduce(times)
        for top in range(0, image.height, height)
    ]
    pixels = np.concatenate([np.asarray(band) for band in bands])
    if deep:  # Of 16 bits often only 12 are used.
        pixels = (pixels * (255 / max(pixels.max(), 1))).astype(np.uint8)
    small = Image.fromarray(pixels)
    small.thumbnail((SIDE, SIDE), Image.Resampling.BILINEAR)
    return small


def _of_cut_out(colours: NDArray[np.float32], alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the ink, (h, w) in [0, 1], of an image that is partly transparent."""
    opaque = alpha > 0.5 * alpha.max()
    inside = ndimage.binary_erosion(opaque, iterations=2)  # Where nothing of the ground shines in.
    # Paper fills most of the rectangle around it, and strokes do not.
    if inside.any() and cropped(opaque).mean() > 0.5:
        nearest = ndimage.distance_transform_edt(
            ~inside, return_distances=False, return_indices=True
        )
        try:
            ink = _of_paper(colours[:, *nearest])
        except NoInkError:
            return alpha
        ink[~inside] = 0
        if ink.any():
            return ink
    return alpha


def _of_paper(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the ink, (h, w) in [0, 1], of an opaque image, (3, h, w) in [0, 1]."""
    colours = ndimage.gaussian_filter(colours, (0, 0.7, 0.7))
    paper, sign = _paper(colours)
    differs = sign * (1 - (colours + DARKEST) / paper)
    # With noise, the paper that was found is the brightest; ink never covers three quarters.
    differs -= np.quantile(differs[:, ::2, ::2], 0.25, axis=(1, 2), keepdims=True)
    most = differs.max(axis=0)
    strong = most > 0.5 * max(most.max(), LEAST_CHANGE)
    if not strong.any():
        raise _no_ink()
    pen = differs[:, strong].mean(axis=1)  # How the ink differs, by channel.
    # 1 for ink, 0 for paper, and little for lines that are of another colour than the ink.
    ink = np.tensordot(pen / (pen @ pen), differs, 1)
    noise = np.quantile(ink, 0.25) - np.quantile(ink, 0.05)  # The ink is at the other end.
    if pen.max() < LEAST_CHANGE or noise > MOST_NOISE:
        raise _no_ink()
    ink = ndimage.gaussian_filter(ink, 0.5)
    digit = _digit(ink)
    share = ink / np.median(ink[digit])
    near = ndimage.binary_dilation(digit, np.ones((3, 3)), iterations=2)
    return np.asarray(np.clip((share - 0.25) / 0.5, 0, 1) * near, np.float32)


def _paper(colours: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Return the paper under the ink, and 1 if the ink is darker, -1 if it is lighter.

    The paper is (3, h, w) like the image, and `DARKEST` brighter.
    """
    height, width = colours.shape[1:]
    scale = min(PAPER_SIDE / max(height, width), 1)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    # As logarithms: a shadow takes the same from the ink as from the paper, and both signs agree.
    small = np.log(_resized(colours, size, Image.Resampling.BOX) + DARKEST)
    steps = (ndimage.maximum_filter(small, (1, 5, 5)) - small).max(axis=(1, 2))
    if steps.max() < LEAST_CHANGE:
        raise _no_ink()
    clearest = small[steps.argmax()]
    # Around a digit is more room than in its strokes: those are what is narrow.
    _, share, sign = max((*_strokes(sign * clearest), sign) for sign in (1, -1))
    paper = np.stack([sign * _filled(sign * plane, share) for plane in small])
    return np.exp(_resized(paper, (width, height), Image.Resampling.BILINEAR)), sign


def _strokes(plane: NDArray[np.float32]) -> tuple[float, float]:
    """Return how narrow the dark things of a plane (h, w) are, and a width that fills them.

    Only things with sharp edges count, as ink has and most shadows have not. The wider a filling
    is, the more shadows it takes for ink.
    """
    step = ndimage.maximum_filter(plane, 5) - plane
    sharp = step > 0.5 * step.max()
    filled = [np.minimum(_filled(plane, share) - plane, step)[sharp].sum() for share in WIDTHS]
    enough = next(i for i, f in enumerate(filled) if f >= EXPLAINED * filled[-1])
    # One wider, as strokes are thicker where they meet.
    return float(sum(filled) / step[sharp].sum()), WIDTHS[min(enough + 1, len(WIDTHS) - 1)]


def _filled(plane: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """Return a plane (h, w) without its dark things that are narrower than a share of its side.

    It is a closing, which leaves slopes and the straight edges of wide shadows as they are.
    """
    width = max(round(share * max(plane.shape)), 3)
    # Beyond the border the light goes on as within: else a slope would end in something dark.
    around = np.pad(plane, width, "reflect", reflect_type="odd")
    closed = ndimage.grey_closing(around, size=(width, width))
    return np.asarray(closed[width:-width, width:-width], np.float32)


def _digit(ink: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which pixels (h, w) are the digit's, and not of ruled lines, dust or a table."""
    mask = ink > INK
    whole = _main_part(mask, ink)
    if not whole.any():
        raise _no_ink()
    if not _crosses(whole):
        return whole
    for width in LINES:
        part = _main_part(ndimage.binary_opening(mask, np.ones((width, width))), ink)
        if part.sum() > 0.05 * whole.sum() and not _crosses(part):
            return part
    return whole  # It does fill the photo.


def _crosses(part: NDArray[np.bool_]) -> bool:
    """Return whether a part (h, w) reaches from one side of the photo to the opposite one."""
    rows, columns = np.any(part, axis=1), np.any(part, axis=0)
    return bool((rows[0] and rows[-1]) or (columns[0] and columns[-1]))


def _main_part(mask: NDArray[np.bool_], ink: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the connected part of a mask that has most ink, with what is near it; or nothing."""
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    if not count:
        return mask
    numbers = np.arange(1, count + 1)
    boxes = ndimage.find_objects(labels)
    length = np.array([max(extent.stop - extent.start for extent in box) for box in boxes])
    mass = ndimage.sum_labels(ink, labels, numbers)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    inner = ~np.isin(numbers, border)
    weight = mass * np.where(inner, 1, AT_THE_BORDER)
    weight[length <= max(SHORTEST * max(ink.shape), 2)] = 0
    if not weight.any():
        return np.zeros_like(mask)
    main = weight.argmax()
    near = ndimage.distance_transform_edt(labels != main + 1) <= 0.3 * length[main]
    belongs = np.isin(numbers, labels[near]) & (mass > 0.02 * mass[main]) & (inner | ~inner[main])
    return np.isin(labels, numbers[belongs])


def _resized(
    planes: NDArray[np.float32], size: tuple[int, int], how: Image.Resampling
) -> NDArray[np.float32]:
    """Return planes (n, h, w) in another size, (width, height)."""
    return np.stack([np.asarray(Image.fromarray(plane).resize(size, how)) for plane in planes])


def _no_ink() -> NoInkError:
    return NoInkError("there is no ink: nothing in the photo stands out from its background")
