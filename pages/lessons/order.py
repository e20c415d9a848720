"""The lessons in their order: each needs only what those before it have shown."""

from __future__ import annotations

from pages.lessons.lesson import Lesson
from pages.lessons.numbers import NUMBERS
from pages.lessons.slope import SLOPE

LESSONS: dict[str, Lesson] = {
    lesson.name: lesson
    for lesson in (
        NUMBERS,
        SLOPE,
    )
}
"""By name, as they are in the address."""
