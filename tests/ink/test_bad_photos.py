"""Whatever a file is, it is read as a photo, or refused in a sentence; and in little memory."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from simplenet.ink import NoInkError
from simplenet.ink.photo import SIDE, PhotoError, read_photo
from tests.bad_input import Kinds, bounded, examples, noise, of_file, said

MOST_MB = 700
"""The largest photo may take 420 MB to decode."""

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "EPS", "PDF"]


def photo(size: tuple[int, int] = (40, 30)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    image.paste("black", (size[0] // 3, size[1] // 4, size[0] // 2, size[1] * 3 // 4))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    if kind == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    """Return a part of a PNG."""
    checked = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checked


def png(width: int, height: int, depth: int, colour: int, data: bytes, *more: bytes) -> bytes:
    """Return a PNG that says any size, with any data packed in it."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header), *more, chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def put(content: bytes, at: int, form: str, *values: int) -> bytes:
    """Return a file with other numbers in its header."""
    new = struct.pack(form, *values)
    return content[:at] + new + content[at + len(new) :]


GOOD = {kind: saved(photo(), kind) for kind in (*FORMATS, "HEIF")}
sides = some.integers(0, 2**32 - 1) | some.sampled_from([1, 7000, 20_000, 65_535, 2**31 - 1])
small = some.integers(0, 65_535) | some.sampled_from([1, 16_383, 65_535])


def exif(tag: int, kind: int, count: int, value: int) -> bytes:
    entry = struct.pack("<HHII", tag, kind, count, value)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry + bytes(4)


def frame_after_frame(n: int) -> bytes:
    """Return a GIF of many frames."""
    first, *more = (Image.new("P", (9, 9), i % 250) for i in range(n))
    return saved(first, "GIF", save_all=True, append_images=more)


def heif_that_says(width: int, height: int) -> bytes:
    """Return a HEIC file whose picture is said to be of any size."""
    at = GOOD["HEIF"].index(b"ispe") + 8
    return put(GOOD["HEIF"], at, ">II", width, height)


def jpeg_that_says(width: int, height: int) -> bytes:
    at = GOOD["JPEG"].index(b"\xff\xc0") + 5
    return put(GOOD["JPEG"], at, ">HH", height, width)


DAMAGE: Kinds = {
    name: strategy
    for kind, content in GOOD.items()
    for name, strategy in of_file(kind, content).items()
}
KINDS: Kinds = DAMAGE | {
    "PNG, any size": some.builds(
        png, sides, sides, some.sampled_from([1, 2, 4, 8, 16, 3]), some.integers(0, 7), noise
    ),
    "PNG, small on disk": some.builds(
        lambda side, depth: png(side, side, depth, 0, bytes((side * depth // 8 + 1) * side)),
        some.integers(1000, 5000),
        some.sampled_from([1, 8, 16]),
    ),
    "PNG, texts that unpack large": some.builds(
        lambda name, mb: png(
            9, 9, 8, 0, bytes(90), chunk(name, b"a\0\0" + zlib.compress(bytes(mb * 1_000_000)))
        ),
        some.sampled_from([b"zTXt", b"iCCP", b"iTXt"]),
        some.integers(1, 60),
    ),
    "PNG, parts of any kind": some.builds(
        lambda name, content: png(9, 9, 8, 3, bytes(90), chunk(name, content)),
        some.sampled_from([b"PLTE", b"tRNS", b"eXIf", b"acTL", b"fcTL", b"gAMA", b"pHYs"]),
        some.binary(),
    ),
    "GIF, any size": some.builds(
        lambda w, h, a, b: put(
            put(GOOD["GIF"], 6, "<HH", w, h), GOOD["GIF"].index(b",") + 5, "<HH", a, b
        ),
        *[small] * 4,
    ),
    "GIF, frames": some.integers(2, 300).map(frame_after_frame),
    "BMP, any size": some.builds(
        lambda w, h, bits, packed: put(GOOD["BMP"], 18, "<iiHHI", w, h, 1, bits, packed),
        some.integers(-(2**31), 2**31 - 1),
        some.integers(-(2**31), 2**31 - 1),
        some.sampled_from([1, 4, 8, 16, 24, 32, 7]),
        some.integers(0, 6),
    ),
    "WebP, any size": some.builds(lambda w, h: put(GOOD["WEBP"], 26, "<HH", w, h), small, small),
    "WebP, small on disk": some.integers(1000, 4000).map(
        lambda side: saved(photo((side, side // 2)), "WEBP", quality=1, method=0)
    ),
    "HEIC, any size": some.builds(heif_that_says, sides, sides),
    "JPEG, any size": some.builds(jpeg_that_says, small, small),
    "JPEG, small on disk": some.builds(
        lambda side, progressive: saved(
            photo((side, side // 2)), "JPEG", quality=1, progressive=progressive
        ),
        some.integers(1000, 4000),
        some.booleans(),
    ),
    "JPEG, EXIF": some.builds(
        lambda *entry: saved(photo(), "JPEG", exif=exif(*entry)),
        some.just(0x0112) | some.integers(0, 65_535),
        some.integers(0, 14),
        some.integers(0, 2**32 - 1),
        some.integers(0, 2**32 - 1),
    ),
    "TIFF, any size": some.builds(
        lambda w, h: (
            saved(photo(), "TIFF")
            .replace(struct.pack("<HHII", 256, 4, 1, 40), struct.pack("<HHII", 256, 4, 1, w))
            .replace(struct.pack("<HHII", 257, 4, 1, 30), struct.pack("<HHII", 257, 4, 1, h))
        ),
        sides,
        sides,
    ),
    "SVG, entities in entities": some.integers(1, 9).map(
        lambda n: (
            b"<!DOCTYPE svg [<!ENTITY a 'aaaa'>"
            + b"".join(b"<!ENTITY %c '%s'>" % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(n))
            + b"]><svg>&%c;</svg>" % (97 + n)
        )
    ),
    "noise": noise,
}


def check(content: bytes) -> None:
    """Expect ink, or a sentence."""
    with bounded(MOST_MB, 60):
        try:
            found = read_photo(content, "mine")
        except PhotoError as error:
            said(error, "mine")
        except NoInkError as error:
            said(error)
        else:
            assert found.ink.dtype == np.uint8
            assert max(found.ink.shape) <= SIDE


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@examples(2)
@given(data=some.data())
def test_bad_photo(kind, data):
    check(data.draw(KINDS[kind]))


@pytest.mark.parametrize("kind", GOOD)
def test_the_photos_that_the_bad_ones_are_made_of(kind):
    if kind in ("TIFF", "ICO", "PPM", "TGA", "PCX", "EPS", "PDF"):
        with pytest.raises(PhotoError, match="is not an image, or none that can be read"):
            read_photo(GOOD[kind])
    else:
        assert read_photo(GOOD[kind]).ink.any()
