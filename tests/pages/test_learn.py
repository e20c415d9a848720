"""The Learn page, without a browser: what every lesson goes through, and where it leads."""

import itertools
import json
import re
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.course import Course
from pages.lessons.lesson import Choice, Sketch
from pages.lessons.order import LESSONS
from pages.state import KEEPING, PRESET, RECIPE, Linked
from pages.training.presets import PRESETS
from pages.training.recipe import settings_of
from tests.pages.conftest import APP, opened
from tests.pages.messages import component, send, widget

NAMES = list(LESSONS)
PARAMETERS = (
    *("row", "column", "unit", "digit", "output", "score", "share", "h", "rate", "hidden"),
    *("batch", "iterations", "digits", "picture"),
)
MOST_WORDS, MOST_SIGNS = 120, 230
"""What may be read of a lesson before its formula: in English, and in Chinese."""


@pytest.fixture
def speak(monkeypatch):
    """Return what has the test itself speak a language, too."""
    return lambda language: monkeypatch.setattr("pages.language.chosen.language", lambda: language)


def learn(app, name, language="en", **link):
    app.session_state["language"] = language
    opened(app, "learn", lesson=name, **link)
    hear(app)
    return app


def hear(app):
    """Tell, as the browser, that it keeps nothing."""
    kept = app.session_state["keeping"]
    kept.receive({"visit": kept.answer()["visit"], "n": 1, "text": None})
    app.run()


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def guess(app, name):
    """Guess as the slider stands, or the first choice."""
    if isinstance(LESSONS[name].guess, Choice):
        assert app.button(key="lesson_guess_it").disabled
        choice, said = next(iter(LESSONS[name].guess.names().items()))
        app.button_group(key=f"guess_{name}").set_value(choice).run()
    elif isinstance(LESSONS[name].guess, Sketch):
        said = LESSONS[name].say(LESSONS[name].guess.first)
    else:
        said = LESSONS[name].guess.say(app.slider(key=f"guess_{name}").value)
    press(app, "lesson_guess_it")
    return said


def texts(app):
    return [markdown.value for markdown in app.markdown]


def pictures(app):
    return [e for e in app.get("bidi_component") if e.proto.id.endswith("-lesson_picture")]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_asks_before_it_shows_and_answers_beside_the_guess(app, speak, name, language):
    speak(language)
    learn(app, name, language)
    lesson = LESSONS[name]
    assert app.header[0].value.endswith(lesson.title())
    assert not pictures(app)
    assert not app.code
    assert lesson.because() not in " ".join(texts(app))
    assert [b.key for b in app.button if b.proto.type == "primary"] == ["lesson_guess_it"]
    said = guess(app, name)
    (answer,) = (text for text in texts(app) if lesson.because() in text)
    assert said in answer
    assert lesson.say(lesson.truth()) in answer
    assert app.code
    assert [b.key for b in app.button if b.proto.type == "primary"] == ["lesson_do"]
    svg = component(app, "-lesson_picture")["svg"]
    symbols = component(app, "-lesson_symbols")["symbols"]
    parts = {symbol["part"] for symbol in symbols}
    assert set(re.findall('data-part="([^"]*)"', svg)) == parts
    latex = app.latex[0].value
    assert all(symbol["mark"] in latex for symbol in symbols)
    assert latex.count("{") == latex.count("}")
    assert "nan" not in svg
    for table in component(app, "-lesson_picture")["numbers"]:
        assert table["rows"]
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
        assert None not in itertools.chain(*table["rows"])  # What is no number.
        if "y" in table["columns"]:
            y = [row[table["columns"].index("y")] for row in table["rows"]]
            assert sum(y) == pytest.approx(1, abs=1e-4)
    read = [text for text in texts(app) if text not in (lesson.doing(),)]
    words = re.sub(r":material/\w+:", "", " ".join(read[: read.index(answer) + 2]))
    if language == "en":
        assert len(words.split()) <= MOST_WORDS
    else:
        assert len(re.sub(r"\s", "", words)) <= MOST_SIGNS


def test_a_curve_is_drawn_as_a_guess_and_comes_back_beside_the_truth(app):
    learn(app, "unseen")
    lesson = LESSONS["unseen"]
    sheet = component(app, "-lesson_sketch")
    assert len(sheet["x"]) == len(sheet["values"]) == len(sheet["label"])
    assert "learn_unseen" not in " ".join(sheet["label"])
    drawn = [0.1, 0.2, 0.5, 0.6, 0.65, 0.66]
    told = {"sketched": {"turn": 1, "values": drawn}}
    send(app, {widget(app, "-lesson_sketch"): {"json_value": json.dumps(told)}})
    assert component(app, "-lesson_sketch")["values"] == drawn
    press(app, "lesson_guess_it")
    assert any("You said **66% at the end**" in text for text in texts(app))
    assert app.session_state[KEEPING.name].course.entries["unseen"].guess == tuple(drawn)
    assert "your guess" in component(app, "-lesson_picture")["svg"]
    assert lesson.is_good(tuple(np.array(lesson.truth()) + 0.04))
    assert not lesson.is_good(tuple(np.array(lesson.truth()) + 0.06))
    assert not lesson.can_be((0.5,) * 5)
    assert not lesson.can_be((1.5,) * 6)


MISREAD = "panel=microscope&network=article&test=247"
DOORS = {
    "numbers": "/draw",
    "unit": "/inspect?network=article&part=units&unit=13",
    "shares": "/draw",
    "loss": f"/gradients?{MISREAD}&stage=loss",
    "slope": "/gradients?panel=lens&network=article&h=1e-12",
    "gradient": f"/gradients?{MISREAD}&rate=1.0&stage=after",
    "slow": "/gradients?panel=race&network=article&batch=100",
    "back": "/gradients?panel=bugs&network=article&bug=slope",
    "batches": "/train?preset=single",
    "unseen": "/train?preset=strong",
    "unknown": "/draw",
}


def test_every_door_leads_where_its_question_is_answered():
    assert {name: lesson.way.address() for name, lesson in LESSONS.items()} == DOORS


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_door_opens_what_it_says(app, name):
    app.run()
    way = LESSONS[name].way
    link = urlsplit(way.address())
    opened(app, link.path.strip("/"), **dict(parse_qsl(link.query)))
    for field, value in way.settings:
        if field is PRESET:
            held = {field.name: app.session_state[field.name] for field in RECIPE}
            held["augmentation"] = tuple(held["augmentation"])
            assert held == settings_of(PRESETS[value])
            assert "preset" not in app.query_params
        elif isinstance(field, Linked):
            assert app.session_state[field.name] == value


def test_a_door_leads_there_from_the_lesson_whatever_was_chosen_before(app):
    opened(app, "gradients", panel="lens", h="0.1")
    assert app.session_state["lens_step"] == 0.1
    learn(app, "slope")
    press(app, "lesson_show")
    press(app, "lesson_do")
    assert app.select_slider(key="lens_step").value == 1e-12
    assert any("What is a slope?" in text for text in texts(app))
    assert app.session_state["keeping"].course.entries["slope"].finished


def test_the_secant_of_a_small_step_is_the_slope(app):
    learn(app, "slope", h="0.1")
    press(app, "lesson_show")
    *_, secant, slope = (row[1] for row in component(app, "-lesson_picture")["numbers"][0]["rows"])
    assert slope == pytest.approx(LESSONS["slope"].truth(), rel=1e-4)
    assert secant == pytest.approx(slope, rel=1e-2)


def test_who_wants_to_see_it_is_shown_it_and_has_guessed_nothing(app):
    learn(app, "numbers")
    press(app, "lesson_show")
    assert any("It is **668**" in text for text in texts(app))
    assert not any("You said" in text for text in texts(app))
    assert app.session_state["keeping"].course.entries["numbers"].guess is None


def test_a_good_guess_is_told(app):
    learn(app, "numbers")
    app.slider(key="guess_numbers").set_value(660.0).run()
    press(app, "lesson_guess_it")
    assert any("You said **660**. Well guessed" in text for text in texts(app))


def test_a_lesson_is_finished_by_going_on_and_the_next_one_is_open(app):
    learn(app, "numbers")
    press(app, "lesson_show")
    app.slider(key="lesson_row").set_value(3).run()
    assert app.query_params["row"] == "3"
    press(app, "lesson_next")
    assert app.header[0].value.startswith("2. ")
    assert app.query_params == {"lesson": list(LESSONS)[1]}
    assert app.button(key="open_lesson_numbers").icon == ":material/check_circle:"
    press(app, "open_lesson_numbers")
    assert app.header[0].value.startswith("1. ")
    assert pictures(app)  # What was answered once stays open.


def test_the_course_ends_and_can_be_begun_anew(app):
    learn(app, "unknown")
    course = Course()
    for name in list(LESSONS)[:-1]:
        course = course.guessed(name, None).finished(name, None)
    app.session_state["keeping"].study(course.guessed("unknown", 99.0))
    app.run()
    assert not app.success
    press(app, "lesson_next")
    assert "Good guesses: 1 of 1." in app.success[0].value
    press(app, "lesson_forget")
    assert not pictures(app)
    assert not app.success
    assert app.session_state["keeping"].course == Course()


def test_a_lesson_that_is_not_there_is_the_first_one(app):
    learn(app, "nonsense")
    assert app.header[0].value.startswith("1. ")
    assert "lesson" not in app.query_params


@pytest.mark.parametrize("link", [{}, {"lesson": "slope"}])
def test_nothing_is_asked_before_the_browser_has_told_what_was_guessed(app, link):
    opened(app, "learn", **link)
    assert not app.header
    assert not app.slider
    text = json.dumps({"course": Course().guessed("slope", 0.01).to_text()})
    kept = app.session_state["keeping"]
    kept.receive({"visit": kept.answer()["visit"], "n": 1, "text": text})
    app.run()
    assert app.header[0].value.endswith("Downhill, by one weight")
    assert any("You said **0.010**" in text for text in texts(app))


def test_the_course_goes_on_where_the_browser_says_and_a_link_counts_first(app):
    opened(app, "learn")
    hear(app)
    assert app.header[0].value.startswith("1. ")
    app.session_state["keeping"].study(Course().guessed("slope", 0.01))
    app.run()
    assert app.header[0].value == f"{list(LESSONS).index('slope') + 1}. Downhill, by one weight"
    assert any("You said **0.010**" in text for text in texts(app))
    learn(app, "numbers")
    assert app.header[0].value.startswith("1. ")


@pytest.mark.parametrize("kept", [7.0, "above", -1e9])
def test_a_kept_guess_that_cannot_be_is_as_good_as_none(app, kept):
    learn(app, "slope")
    app.session_state["keeping"].study(Course().guessed("slope", kept))
    app.run()
    assert not app.exception
    assert pictures(app)
    assert not any("You said" in text for text in texts(app))


@pytest.mark.parametrize(
    "picked", [{"row": 3, "column": 27}, {"row": 28, "column": 0}, {"row": 3.5, "column": 0}, {}]
)
def test_a_pixel_that_is_clicked_is_looked_at_if_there_is_one(app, picked):
    learn(app, "numbers")
    press(app, "lesson_show")
    before = app.slider(key="lesson_row").value, app.slider(key="lesson_column").value
    told = {"picked": {"turn": 1, "image": 0, **picked}}
    send(app, {widget(app, "-lesson_picture"): {"json_value": json.dumps(told)}})
    assert not app.exception
    now = app.slider(key="lesson_row").value, app.slider(key="lesson_column").value
    assert now == ((3, 27) if picked.get("column") == 27 else before)


PLAYS = {
    "numbers": {"row": "3", "column": "27"},
    "unit": {"unit": "49", "digit": "0"},
    "shares": {"output": "0", "score": "-9.5"},
    "loss": {"share": "1"},
    "slope": {"h": "0.1"},
    "gradient": {"rate": "6.0"},
    "slow": {"hidden": "10"},
    "back": {"unit": "0"},
    "batches": {"batch": "1", "iterations": "3000"},
    "unseen": {"digits": "100"},
    "unknown": {"picture": "blot"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_link_says_how_the_picture_is_set_and_the_address_keeps_it(app, name):
    learn(app, name)
    press(app, "lesson_show")
    first = component(app, "-lesson_picture")["svg"]
    another = learn(AppTest.from_file(APP, default_timeout=300), name, **PLAYS[name])
    press(another, "lesson_show")
    assert another.query_params == {"lesson": name, **PLAYS[name]}
    svg = component(another, "-lesson_picture")["svg"]
    assert svg != first
    assert "nan" not in svg


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_play_that_a_link_forges_is_as_it_was_at_first(app, name):
    forged = dict.fromkeys(PARAMETERS, "nan")
    app.query_params.update(forged)
    learn(app, name)
    press(app, "lesson_show")
    assert pictures(app)
