"""From the file of a photo, or a scan, of one handwritten digit to its picture and its ink."""

from __future__ import annotations

from io import BytesIO
from threading import Lock
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from scipy import ndimage

from simplenet.ink.canvas import LEAST_CONTRAST, NoInkError, cropped
from simplenet.ink.paper import ink_of_opaque

Reason = Literal["not_an_image", "damaged", "too_large"]
"""Why a file cannot be read as a photo."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""What Pillow may take a file for; its many other decoders are never tried."""

HEIC = "HEIF"
"""The format of an iPhone's photos, by the name that pillow-heif gives it in Pillow."""

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
    several : bool
        Whether there are other digits beside the one whose ink this is.
    """

    whole: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    several: bool = False


def read_photo(content: bytes, name: str = "the file") -> Photo:
    """Return a photo or a scan of one digit, and the ink in it.

    The ink may be darker than its paper or lighter, the paper unevenly lit, in a shadow, grained,
    a sheet on a desk of any brightness; the digit in a printed box, above the line of a form, or
    on ruled paper, in strokes that the grain of the paper broke. Of an image that is partly
    transparent the ink is what is opaque, unless that is paper with ink on it.

    The paper is the morphological closing of the logarithm of the brightness, the ink what
    differs from it. A sheet is looked for with Otsu's threshold, and has to fill its convex hull.
    Straight lines are the longest runs after shears, and are taken away as staff lines are from
    music (Dalitz et al., "A comparative study of staff removal algorithms", 2008). Parts are
    joined by single linkage.

    It finds one digit, upright, with strokes no wider than a few times its gaps; a line or a box
    is seen as such only if it leans by less than some 13 degrees, and is thinner than 1/30 of the
    photo. What lies beside the digit must touch the border, or be much thicker than the strokes.

    Decoding takes `MOST_MEMORY` at most, whatever the file, and a JPEG mostly a tenth of it. Only
    one photo is decoded at a time; what follows takes some 50 MB for each.

    Parameters
    ----------
    content : bytes
        A JPEG, PNG, WebP, GIF or BMP file, or HEIC where pillow-heif is installed. Of several
        frames the first counts. It is turned as its EXIF orientation says.
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
    ink, several = _of_cut_out(colours, alpha) if cut_out else _of_opaque(colours * alpha)
    pixels = np.full((*ink.shape, 4), 255, np.uint8)
    pixels[..., 3] = np.round(ink * 255)
    return Photo(whole, pixels, several)


def _decoded(content: bytes, name: str) -> Image.Image:
    """Return an image file upright, at most `SIDE` long, in mode L, RGB or RGBA."""
    try:
        with _decoding, Image.open(BytesIO(content), formats=_formats()) as image:
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


def _formats() -> tuple[str, ...]:
    """Return what Pillow may take a file for: HEIC, too, where pillow-heif is installed."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return FORMATS
    register_heif_opener()
    return (*FORMATS, HEIC)


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


def _of_opaque(colours: NDArray[np.float32]) -> tuple[NDArray[np.float32], bool]:
    """Return the ink, (h, w) in [0, 1], of an opaque image, and whether there are other digits."""
    found = ink_of_opaque(colours)
    return found.ink, found.several


def _of_cut_out(
    colours: NDArray[np.float32], alpha: NDArray[np.float32]
) -> tuple[NDArray[np.float32], bool]:
    """Return the ink of an image that is partly transparent, and whether there are others.

    What is opaque counts as one digit, all of it, unless it is paper with ink on it.
    """
    opaque = alpha > 0.5 * alpha.max()
    inside = ndimage.binary_erosion(opaque, iterations=2)  # Where nothing of the ground shines in.
    # Paper fills most of the rectangle around it, and strokes do not.
    if inside.any() and cropped(opaque).mean() > 0.5:
        nearest = ndimage.distance_transform_edt(
            ~inside, return_distances=False, return_indices=True
        )
        try:
            ink, several = _of_opaque(colours[:, *nearest])
        except NoInkError:
            return alpha, False
        ink[~inside] = 0
        if ink.any():
            return ink, several
    return alpha, False
