"""What pages say alike: counts with separators, times in the unit that fits, why a job waits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pages.language import T
from simplenet.jobs import Job


def listed(parts: Iterable[str]) -> str:
    """Return several things in one line, with the comma of the language between them."""
    return T("list.comma").join(parts)


def pair(name: object, value: object) -> str:
    """Return what something is called and its value, with the colon of the language."""
    return T("list.pair", name=name, value=value)


def count(n: int) -> str:
    """Return an integer with separators, such as 10,000."""
    return f"{n:,}"


UNITS = (
    ("us", 1e-3, 1e-6),
    ("ms", 1.0, 1e-3),
    ("s", 120.0, 1.0),
    ("min", 7200.0, 60.0),
    ("h", 48 * 3600.0, 3600.0),
    ("d", float("inf"), 86400.0),
)
"""The units of a time: up to how many seconds it is told in each, and how many seconds that is."""


def time_unit(seconds: float) -> str:
    """Return the unit that a time is told in, as `UNITS` names it."""
    for name, limit_s, _ in UNITS:
        if seconds < limit_s:
            return name
    raise ValueError(f"a time must be finite, got {seconds}")


def duration(seconds: float) -> str:
    """Return a time with two or three digits, in the unit that fits."""
    names = {
        "us": T("unit.us"),
        "ms": T("unit.ms"),
        "s": T("unit.s"),
        "min": T("unit.min"),
        "h": T("unit.h"),
        "d": T("unit.d"),
    }
    name = time_unit(seconds)
    value = seconds / next(unit_s for unit, _, unit_s in UNITS if unit == name)
    return f"{value:.{0 if value >= 100 else 1}f} {names[name]}"


def roughly(seconds: float) -> str:
    """Return a time that is only guessed: with two digits, in the unit that fits."""
    value, unit = duration(seconds).split(" ", 1)
    return f"{float(value):.0f} {unit}" if float(value) >= 10 else f"{value} {unit}"


def limit(value: float) -> str:
    """Return what a setting can be at least or at most, as its field shows it: 0.000001."""
    return f"{value:,.10f}".rstrip("0").rstrip(".")


def megabytes(size: int) -> str:
    """Return how many megabytes some bytes are."""
    return f"{size / 1_000_000:,.0f}"


def factor(value: float) -> str:
    """Return how many times as large something is, with two digits."""
    return f"{value:.1f}×" if value < 10 else f"{float(f'{value:.2g}'):,.0f}×"


def decimal(value: float, places: int) -> str:
    """Return a number with so many places, with a minus in the place of the hyphen."""
    return f"{value:.{places}f}".replace("-", "−")


def scientific(value: float) -> str:
    """Return a small number with two digits, such as 3.1e-12, and 0 as it is.

    With a minus in the place of the hyphen: no line ends after it.
    """
    return f"{value:.1e}".replace("-", "−") if value else "0"


def why_waiting(job: Job[Any, Any]) -> str | None:
    """Return what a job waits for, or None if it does not wait."""
    if job.status == "no_worker":
        return T("train.no_worker")
    if job.status == "no_scheduler":
        return T("train.no_scheduler")
    if job.status == "other_code":
        return T("train.other_code")
    if job.status == "no_server":
        return T("train.no_server")
    if job.queued:
        return T("train.queued")
    place = job.place
    return T("train.waiting", place=place) if place else None


def option_names() -> dict[str, str]:
    """Return what the options of a training are called."""
    return {
        "backprop": T("train.backprop"),
        "fast_numerical": T("train.fast_numerical"),
        "bundled": T("train.bundled"),
        "openml": T("train.openml"),
        "constant": T("train.constant"),
        "cosine": T("train.cosine"),
        "affine": T("train.affine"),
        "elastic": T("train.elastic"),
        "thickness": T("train.thickness"),
    }
