"""Bad input of every kind, for Hypothesis: texts, numbers, JSON, damaged files; and its bounds.

A kind is one strategy at one entry; each test of bad input is parametrised by its kinds, so that
``pytest --collect-only -q -k bad`` lists and counts them.
"""

from __future__ import annotations

import io
import json
import logging
import time
import zipfile
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some

USUAL = 100
"""Examples of a test by the usual profile."""

MOST_SENTENCE = 1000
"""Characters of a sentence that says what is wrong."""

STATUS = Path("/proc/self/status")


def examples(n: int) -> settings:
    """Return the settings of a test of `n` examples, and as many times more in a long profile."""
    return settings(
        max_examples=max(n * settings.default.max_examples // USUAL, 1),
        suppress_health_check=list(HealthCheck),
        phases=settings.default.phases,
    )


# Texts and numbers, as an address or a field has them.

HOSTILE = (
    *("", " ", "\0", "a\0b", "\t\n", "\u202e", "\ufeff", "\u0000" * 70, "é" * 300, "0" * 5000),
    *("nan", "NaN", "inf", "-inf", "1e999", "-1", "-0", "0.0", "1_0", "٣", "１", "0x10", "1,2"),
    *("9" * 400, "-" + "9" * 400, "1e308", "1e-308", "1.5", "2.0", "+1", " 1", "1 "),
    *("True", "None", "null", "[]", "{}", "[" * 5000, "../../etc/passwd", "/etc/passwd", "C:\\x"),
    *("<script>alert(1)</script>", "![x](http://elsewhere/x.png)", ":red[x]", "$x$", "%s%n{0}"),
    *("'; DROP TABLE runs; --", "a,b", ",", ",,", "a," * 100, "4.9.1", "4.", ".", "784.0", "0.50"),
    *(":run", ":file", ":fresh", ":tuned", "robust", "new", "con", "\u0301" * 50, "🙈" * 70),
)
"""Texts that have broken something, somewhere."""

texts = some.one_of(
    some.sampled_from(HOSTILE),
    some.integers().map(str),
    some.floats().map(str),
    some.text(some.characters(codec="utf-8"), max_size=80),
)
"""Any text that a browser can send."""

any_texts = texts | some.text(some.characters(codec=None), max_size=20)
"""Any text that a file can hold: halves of a pair, too, which no browser can send."""

numbers = some.one_of(
    some.floats(),
    some.integers(-(2**63), 2**63 - 1),
    some.sampled_from([0, -1, 0.5, 1e-320, 2**53 + 1, 2**32, -0.0]),
)
"""Any number that a browser can send."""

any_json = some.recursive(
    some.none() | some.booleans() | numbers | some.just(10**400) | any_texts,
    lambda part: some.lists(part, max_size=4) | some.dictionaries(any_texts, part, max_size=4),
    max_leaves=12,
)
"""Anything that JSON can say, NaN and numbers of 400 digits, too."""


@some.composite
def changed_json(draw: some.DrawFn, good: Any) -> Any:
    """Give a good message one part of which is anything else, is missing, or is one too many."""
    if isinstance(good, Mapping) and good and draw(some.integers(0, 5)):
        name = draw(some.sampled_from(sorted(good)))
        rest = {key: value for key, value in good.items() if key != name}
        how = draw(some.integers(0, 4))
        if how == 0:
            return rest
        if how == 1:
            return {**good, draw(any_texts): draw(any_json)}
        return {**rest, name: draw(changed_json(good[name]))}
    if isinstance(good, list) and good and draw(some.booleans()):
        i = draw(some.integers(0, len(good) - 1))
        return [*good[:i], draw(changed_json(good[i])), *good[i + 1 :]]
    return draw(any_json)


def nested(depth: int) -> str:
    """Return JSON of brackets in brackets."""
    return "[" * depth + "]" * depth


def as_text(value: Any) -> str:
    """Return a value as JSON; a half of a pair stays an escape, as a file can have it."""
    return json.dumps(value)


# Files.


@some.composite
def damaged(draw: some.DrawFn, content: bytes) -> bytes:
    """Give a file in which some bytes are others, most of them near its beginning or its end."""
    found = bytearray(content)
    last = len(found) - 1
    place = some.one_of(
        some.integers(0, min(200, last)),
        some.integers(max(last - 200, 0), last),
        some.integers(0, last),
    )
    for at, value in draw(some.lists(some.tuples(place, some.integers(0, 255)), min_size=1)):
        found[at] = value
    return bytes(found)


def cut(content: bytes) -> some.SearchStrategy[bytes]:
    """Give the beginning of a file, or its end."""
    place = some.integers(0, len(content) - 1)
    return place.map(lambda n: content[:n]) | place.map(lambda n: content[n:])


def spliced(content: bytes) -> some.SearchStrategy[bytes]:
    """Give a file with bytes put in, taken out, or said twice."""
    place = some.integers(0, len(content) - 1)
    return some.builds(
        lambda at, to, more: content[:at] + more + content[to:], place, place, some.binary()
    )


noise = some.one_of(some.binary(), some.binary(min_size=8).map(lambda more: more * 200))
"""Bytes of any kind."""


def zipped(
    files: Mapping[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]],
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Return a zip file, of which two parts may have the same name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            if name in archive.NameToInfo:  # Else it warns.
                del archive.NameToInfo[str(name)]
            archive.writestr(name, content)
    return out.getvalue()


# Bounds.


def kilobytes(what: str) -> int:
    """Return a line of what Linux says of this process."""
    with STATUS.open(encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what))


def reset_peak() -> bool:
    """Begin to measure the peak of the memory anew; return whether this machine can."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return False
    return STATUS.exists()


OTHERS_S = 0.01
"""What other threads may take of a core before the memory of the process is not the test's own."""


@contextmanager
def bounded(most_mb: float, most_s: float = 20) -> Iterator[None]:
    """Expect that what is inside takes little memory, and little time of a core.

    Both bounds have a wide margin: they are for what takes gigabytes, or minutes. The memory is
    that of the whole process: while another thread is at work, such as one that a test before has
    left to load the data, it tells nothing. Other examples of the test are measured then.
    """
    measured = reset_peak()
    before = kilobytes("VmRSS") if measured else 0
    all_s, own_s = time.process_time(), time.thread_time()
    yield
    taken_s = time.thread_time() - own_s
    others_s = time.process_time() - all_s - taken_s
    assert taken_s < most_s
    if measured and others_s < OTHERS_S:
        assert kilobytes("VmHWM") - before < 1000 * most_mb


def said(error: Exception, part: str = "", among: Container[str] | None = None) -> None:
    """Expect that an error says a sentence that people can be shown, with a part in it.

    Or, where that is not for people, that the part is among those that are known.
    """
    words = str(error)
    assert 10 < len(words) < MOST_SENTENCE, words[:2000]
    words.encode()  # A half of a pair could not be sent to a browser.
    assert part in (words if among is None else among)


class _Kept(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self.emit = records.append  # type: ignore[method-assign]


@contextmanager
def without_traceback() -> Iterator[None]:
    """Expect that nothing is logged with a traceback, nor as an error."""
    records: list[logging.LogRecord] = []
    kept = _Kept(records)
    loggers = [logging.getLogger(name) for name in (None, "streamlit")]
    for logger in loggers:
        logger.addHandler(kept)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(kept)
    bad = [one for one in records if one.exc_info or one.levelno >= logging.ERROR]
    assert not bad, [one.getMessage()[:500] for one in bad]


Kinds = dict[str, some.SearchStrategy[Any]]
"""Strategies by the name of the kind."""


def of_file(name: str, content: bytes) -> Kinds:
    """Return the kinds of damage that each file can have."""
    return {
        f"{name}, cut": cut(content),
        f"{name}, damaged": damaged(content),
        f"{name}, spliced": spliced(content),
    }
