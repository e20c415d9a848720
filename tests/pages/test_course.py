"""How far somebody is in the course, as a browser keeps it."""

import json

import pytest

from pages.course import Course, CourseError, Entry
from pages.keeping import Keeping, course_in, sets_in
from tests.pages.test_keeping import Tab, some

BEGUN = (
    Course()
    .guessed("slope", 0.3)
    .guessed("unit", "above")
    .guessed("loss", None)
    .guessed("unseen", (0.1, 0.5, 0.8))
)


def test_a_course_comes_back_as_it_was_kept():
    course = BEGUN.finished("slope", "gradient")
    assert Course.from_text(course.to_text()) == course
    assert course.entries["slope"] == Entry(0.3, True)
    assert course.entries["loss"] == Entry(None, False)
    assert course.last == "gradient"
    assert course.finished("loss", None).last == "loss"


@pytest.mark.parametrize(
    "text",
    [
        *(None, 7, "", "null", "[]", "{}", "[" * 100_000, "x" * 20_000, '{"entries": []}'),
        *(
            json.dumps({"entries": {"slope": entry}, "last": None})
            for entry in (None, [], [1], [1, 0], [[], True], ["A b", True], [1e10, True], [True])
        ),
        '{"entries": {"slope": [NaN, true]}}',
        '{"entries": {"unseen": [[0.1, NaN], true]}}',
        '{"entries": {"unseen": [[0.1, "a"], true]}}',
        json.dumps({"entries": {"unseen": [[0.1] * 21, True]}}),
        '{"entries": {"slope": [1' + "0" * 400 + ", true]}}",
        json.dumps({"entries": {"<b>": [1, True]}}),
        json.dumps({"entries": {"a" * n: [1, True] for n in range(1, 100)}}),
        json.dumps({"entries": {}, "last": 7}),
        json.dumps({"entries": {}, "last": "../app"}),
    ],
)
def test_what_no_course_writes_is_none(text):
    with pytest.raises(CourseError):
        Course.from_text(text)


def test_a_course_that_cannot_be_read_loses_no_drawing_and_the_other_way_round():
    good = {"mine": some(1).to_text(), "course": BEGUN.to_text()}
    assert sets_in(json.dumps(good))[1] is False
    sets, more = sets_in(json.dumps(good | {"course": "?"}))
    assert more
    assert list(sets) == ["mine"]
    assert course_in(json.dumps(good | {"course": "?"})) is None
    assert course_in(json.dumps(good | {"mine": "?"})) == BEGUN


def test_a_guess_that_was_quicker_than_the_storage_joins_what_was_kept():
    storage = {"text": json.dumps({"course": BEGUN.to_text()})}
    tab = Tab(storage)
    tab.kept.study(Course().guessed("numbers", 500.0))
    tab.sync()
    assert tab.kept.course.entries == {**BEGUN.entries, "numbers": Entry(500.0)}
    assert tab.kept.course.last == "numbers"
    assert course_in(storage["text"]) == tab.kept.course


def test_two_tabs_that_learn_at_the_same_time_lose_nothing():
    storage = {"text": json.dumps({"course": BEGUN.to_text(), "mine": some(1).to_text()})}
    first, second = Tab(storage), Tab(storage)
    first.sync()
    second.sync()
    first.kept.study(first.kept.course.finished("slope", "gradient"))
    second.kept.study(second.kept.course.guessed("numbers", 1.0))
    first.sync()
    second.sync()
    assert second.kept.course.entries["slope"].finished
    assert second.kept.course.entries["numbers"] == Entry(1.0)
    assert second.kept.course.last == "numbers"
    first.kept.receive(first.tell())
    first.sync()
    assert first.kept.course.entries == second.kept.course.entries
    assert len(second.mine()) == 1


def test_nothing_is_kept_before_the_first_lesson_was_begun():
    kept = Keeping()
    kept.change(mine=some(1))
    assert list(json.loads(kept.answer()["text"])) == ["mine"]
