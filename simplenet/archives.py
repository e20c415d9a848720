"""Zip files that somebody else has made: nothing of one is unpacked before its size is known."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How parts may be packed; the other ways of zip files unpack thousands of times as large, or take
memory for as much as the file says."""

ENCRYPTED = 1
"""The flag of a part that has a password."""


class ArchiveError(ValueError):
    """Some bytes are no zip file that can be opened; the message says what is wrong."""


class TooLargeError(ArchiveError):
    """A zip file would take too much memory."""


@contextmanager
def opened(
    content: bytes, most_bytes: int, names: Sequence[str] | None = None
) -> Iterator[zipfile.ZipFile]:
    """Open a zip file whose content is in memory. Nothing of it is written to the disk.

    Parameters
    ----------
    content : bytes
    most_bytes : int
        The most that its parts may take when they are unpacked.
    names : sequence of str, optional
        The parts that will be read; all by default.

    Raises
    ------
    TooLargeError
        If they take more.
    ArchiveError
        If it is no zip file, damaged, packed in an unusual way, or lacks a part; also for what is
        found out where it is read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist() if names is None else map(archive.getinfo, names)
            parts = list(parts)
            size = sum(part.file_size for part in parts)
            if size > most_bytes:
                raise TooLargeError(
                    f"it would take {size} bytes, at most {most_bytes} are unpacked"
                )
            for part in parts:
                if part.flag_bits & ENCRYPTED:
                    raise ArchiveError("it has a password: save it without one")
                if part.compress_type not in PACKED:
                    raise ArchiveError("it is packed in an unusual way: deflate is the usual one")
            yield archive
    except KeyError as error:
        raise ArchiveError(f"something is missing: {error.args[0]}") from error
    # zlib.error, struct.error and the others: what damage makes of a file is not foreseen.
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        EOFError,
        OSError,
        OverflowError,
        struct.error,
        zlib.error,
    ) as error:
        raise ArchiveError(f"it is damaged: {error}") from error
