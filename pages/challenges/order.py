"""All challenges by name, the easy ones first."""

from __future__ import annotations

from pages.challenges.drawings import sure_stranger, torn, two_opinions
from pages.challenges.puzzles import liar_found, mistake_found
from pages.challenges.task import Task
from pages.challenges.trainings import reached
from pages.language import T
from pages.lessons.lesson import Way
from pages.state import BUG, DRAW_NETWORK, PANEL, PRESET

TRAIN = Way("train", ((PRESET, "article"),))

TASKS = {
    "quick": Task(
        lambda: T("challenge.quick"),
        lambda: T("challenge.quick_words"),
        lambda: T("challenge.quick_hint"),
        lambda: T("challenge.quick_why"),
        reached("quick"),
        TRAIN,
    ),
    "broken": Task(
        lambda: T("challenge.broken"),
        lambda: T("challenge.broken_words"),
        lambda: T("challenge.broken_hint"),
        lambda: T("challenge.broken_why"),
        reached("broken"),
        Way("train", ((PRESET, "large"),)),
    ),
    "stranger": Task(
        lambda: T("challenge.stranger"),
        lambda: T("challenge.stranger_words"),
        lambda: T("challenge.stranger_hint"),
        lambda: T("challenge.stranger_why"),
        sure_stranger,
        Way("draw", ((DRAW_NETWORK, "robust"),)),
    ),
    "units": Task(
        lambda: T("challenge.units"),
        lambda: T("challenge.units_words"),
        lambda: T("challenge.units_hint"),
        lambda: T("challenge.units_why"),
        reached("units"),
        TRAIN,
    ),
    "swapped": Task(
        lambda: T("challenge.swapped"),
        lambda: T("challenge.swapped_words"),
        lambda: T("challenge.swapped_hint"),
        lambda: T("challenge.swapped_why"),
        liar_found,
    ),
    "overfit": Task(
        lambda: T("challenge.overfit"),
        lambda: T("challenge.overfit_words"),
        lambda: T("challenge.overfit_hint"),
        lambda: T("challenge.overfit_why"),
        reached("overfit"),
        TRAIN,
    ),
    "stop": Task(
        lambda: T("challenge.stop"),
        lambda: T("challenge.stop_words"),
        lambda: T("challenge.stop_hint"),
        lambda: T("challenge.stop_why"),
        reached("stop"),
        TRAIN,
    ),
    "fool": Task(
        lambda: T("challenge.fool"),
        lambda: T("challenge.fool_words"),
        lambda: T("challenge.fool_hint"),
        lambda: T("challenge.fool_why"),
        two_opinions,
        Way("draw", ((DRAW_NETWORK, "article"),)),
    ),
    "riddle": Task(
        lambda: T("challenge.riddle"),
        lambda: T("challenge.riddle_words"),
        lambda: T("challenge.riddle_hint"),
        lambda: T("challenge.riddle_why"),
        mistake_found,
        Way("gradients", ((PANEL, "bugs"), (BUG, "riddle"))),
    ),
    "batch": Task(
        lambda: T("challenge.batch"),
        lambda: T("challenge.batch_words"),
        lambda: T("challenge.batch_hint"),
        lambda: T("challenge.batch_why"),
        reached("batch"),
        Way("train", ((PRESET, "single"),)),
    ),
    "torn": Task(
        lambda: T("challenge.torn"),
        lambda: T("challenge.torn_words"),
        lambda: T("challenge.torn_hint"),
        lambda: T("challenge.torn_why"),
        torn,
        Way("draw", ((DRAW_NETWORK, "robust"),)),
    ),
    "numeric": Task(
        lambda: T("challenge.numeric"),
        lambda: T("challenge.numeric_words"),
        lambda: T("challenge.numeric_hint"),
        lambda: T("challenge.numeric_why"),
        reached("numeric"),
        TRAIN,
    ),
    "fair": Task(
        lambda: T("challenge.fair"),
        lambda: T("challenge.fair_words"),
        lambda: T("challenge.fair_hint"),
        lambda: T("challenge.fair_why"),
        reached("fair"),
        TRAIN,
    ),
    "strong": Task(
        lambda: T("challenge.strong"),
        lambda: T("challenge.strong_words"),
        lambda: T("challenge.strong_hint"),
        lambda: T("challenge.strong_why"),
        reached("strong"),
        Way("train", ((PRESET, "strong"),)),
    ),
    "few": Task(
        lambda: T("challenge.few"),
        lambda: T("challenge.few_words"),
        lambda: T("challenge.few_hint"),
        lambda: T("challenge.few_why"),
        reached("few"),
        TRAIN,
    ),
}
