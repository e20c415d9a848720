"""The lessons in their order: each needs only what those before it have shown."""

from __future__ import annotations

from pages.lessons.back import BACK
from pages.lessons.batches import BATCHES_LESSON
from pages.lessons.gradient import GRADIENT
from pages.lessons.lesson import Lesson
from pages.lessons.loss import LOSS
from pages.lessons.numbers import NUMBERS
from pages.lessons.shares import SHARES
from pages.lessons.slope import SLOPE
from pages.lessons.slow import SLOW
from pages.lessons.unit import UNIT
from pages.lessons.unknown import UNKNOWN
from pages.lessons.unseen import UNSEEN

LESSONS: dict[str, Lesson] = {
    lesson.name: lesson
    for lesson in (
        NUMBERS,
        UNIT,
        SHARES,
        LOSS,
        SLOPE,
        GRADIENT,
        SLOW,
        BACK,
        BATCHES_LESSON,
        UNSEEN,
        UNKNOWN,
    )
}
"""By name, as they are in the address."""
