"""The register of the state: every key of the session and parameter of the address, once."""

import ast
import re
from collections import Counter
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from pages import state
from pages.state import FOLDED, JobId, Linked, Own, Value, between, one_of
from simplenet.runs import TrainingRun
from tests.pages.conftest import opened

ROOT = Path(__file__).parents[2]
SOURCES = {ROOT / "app.py", *(ROOT / "pages").rglob("*.py")} - {
    ROOT / "pages" / "state.py",
    ROOT / "pages" / "platform" / "incoming.py",  # It checks what comes in, before any page runs.
}
SETTING = Value("setting", 7)
STEP = Linked("lens", 2.0, "h")
JOB = JobId("job")


@pytest.fixture
def visit(monkeypatch):
    """Begin a visit by a link; what the session and the address hold comes back."""

    def begin(**link):
        visit = SimpleNamespace(session_state={}, query_params=dict(link))
        monkeypatch.setattr(state, "st", visit)
        return visit

    return begin


def test_a_value_is_its_default_until_it_is_set_and_after_it_is_cleared(visit):
    visit()
    assert SETTING.get() == 7
    assert not SETTING.is_set()
    SETTING.set(8)
    assert SETTING.get() == 8
    assert SETTING.is_set()
    SETTING.clear()
    SETTING.clear()
    assert SETTING.get() == 7


def test_two_visits_do_not_share_what_is_changed_in_place(visit):
    visit()
    state.SKETCH.get().drawings.clear()
    state.LOST.get().add("run")
    assert state.SKETCH.get().drawings == []
    assert state.LOST.get() == {"run"}
    visit()
    assert len(state.SKETCH.get().drawings) == 1
    assert state.LOST.get() == set()


def test_what_all_visits_share_cannot_be_changed():
    for value in registered(Value):
        hash(value.default)


@pytest.mark.parametrize(("text", "step"), [("0.5", 0.5), ("7", 2.0), ("", 2.0), ("nan", 2.0)])
def test_a_link_counts_if_it_says_what_is_offered(visit, text, step):
    visit(h=text)
    STEP.open(one_of([0.5, 1.0, 2.0]))
    assert STEP.get() == step
    visit(h=text)
    STEP.open(between(0.1, 5.0))
    assert STEP.get() == step


def test_a_link_does_not_count_against_what_was_chosen_since(visit):
    visit(h="0.5")
    STEP.set(1.0)
    STEP.open(float)
    assert STEP.get() == 1.0
    STEP.keep(STEP.get())
    assert visit(h="1.0").query_params == {"h": "1.0"}


@pytest.mark.parametrize(
    ("chosen", "first", "address"),
    [(1.0, None, {"h": "1.0"}), (2.0, None, {}), (None, None, {}), (3.0, 3.0, {})],
)
def test_the_address_keeps_what_is_not_as_at_first(visit, chosen, first, address):
    here = visit(h="0.5")
    STEP.keep(chosen, first)
    assert here.query_params == address


def test_the_address_says_first_which_job_is_followed(visit):
    here = visit(job="theirs")
    here.session_state["job"] = "mine"
    assert JOB.is_in_link()
    assert JOB.get() == "theirs"
    here.query_params.clear()
    assert JOB.get() == "mine"
    JOB.set("other")
    assert here.query_params == here.session_state == {"job": "other"}
    JOB.clear()
    assert JOB.get() is None
    assert here.query_params == here.session_state == {}


def registered(kind):
    """Return what the register has of a kind."""
    return [value for value in vars(state).values() if isinstance(value, kind)]


def names():
    """Return all keys of the register, as often as they are there."""
    enums = [kind for kind in registered(type) if issubclass(kind, StrEnum)]
    return [
        *(value.name for value in registered((Value, Own))),
        *(str(key) for kind in enums for key in kind.__members__.values()),
    ]


def is_registered(name):
    """Return whether the register has a key, or makes it of a number."""
    from pages.lessons.order import LESSONS
    from pages.training.presets import PRESETS

    made = [*map(state.preset_key, PRESETS), *map(state.lesson_key, LESSONS)]
    made += [state.guess_field(lesson).name for lesson in LESSONS]
    return name in [*names(), *made] or any(
        name == make(int(n))
        for n in re.findall(r"\d+$", name)
        for make in (
            state.teach_key,
            state.sheet_key,
            lambda n: state.pin_time(n).name,
            lambda n: state.moment_time(n).name,
        )
    )


def test_no_key_is_there_twice():
    assert [name for name, times in Counter(names()).items() if times > 1] == []


def test_the_fields_of_the_recipe_are_those_of_a_run_as_it_is_at_first():
    values = asdict(TrainingRun())
    values |= values.pop("training")
    del values["start"]  # A recipe begins from noise.
    assert {field.name: field.default for field in state.RECIPE} == values


@pytest.mark.slow
def test_a_page_has_no_state_that_the_register_does_not_name(app):
    parameters = {value.parameter for value in registered(Linked)}
    parameters |= {value.name for value in registered(JobId)}
    parts = ("mistakes", "units", "map", "dream", "between")
    panels = ("race", "scaling", "lens", "bugs", "microscope", "without")
    seen = set()
    for page, panel in [
        *((name, "") for name in ("home", "train", "draw")),
        *(("inspect", part) for part in parts),
        *(("gradients", panel) for panel in panels),
        ("learn", ""),
    ]:
        app.query_params.clear()
        if panel:
            app.session_state["panel" if page == "gradients" else "inspect_part"] = panel
        opened(app, page)
        seen |= set(app.session_state)
        assert set(app.query_params) <= parameters, (page, panel)
    assert [name for name in seen if not is_registered(name)] == []
    assert {
        "sketch",
        "canvas",
        "train",
        "confusion",
        "noise",
        "film",
        "teach9",
        "lens_step",
        "pair_start",
    } <= seen


def bare_state(source):
    """Return the lines of a page's source that name its state themselves, and how."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr="session_state" | "query_params" as name):
                found.append((node.lineno, name))
            case ast.alias(name="session_state" | "query_params" as name):
                found.append((node.lineno, name))
            case ast.keyword(arg="key", value=value) if not isinstance(value, ast.Lambda):
                if any(map(is_text, ast.walk(value))):
                    found.append((value.lineno, "key"))
            case ast.Call(func=ast.Name(id="Value" | "Linked" | "JobId" | "Own" as kind)):
                found.append((node.lineno, kind))
            case ast.Constant(value=str(text)) if re.search(r"st-key-\w", text):
                found.append((node.lineno, "style"))
    return found


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("st.session_state.seed = 1", "session_state"),
        ("state = streamlit.session_state", "session_state"),
        ("from streamlit import session_state", "session_state"),
        ("st.query_params['seed']", "query_params"),
        ("st.button('Go', key='go')", "key"),
        ("st.button('Go', key=f'go{n}')", "key"),
        ("st.button('Go', key=None if n else 'go')", "key"),
        ("seed = Value('seed', 0)", "Value"),
        ("st.html('<style>.st-key-told { width: 1rem; }</style>')", "style"),
    ],
)
def test_state_that_a_page_names_itself_is_found(source, how):
    assert bare_state(source) == [(1, how)]


def test_no_page_names_its_state_itself():
    found = {
        f"{source.relative_to(ROOT)}:{line}": how
        for source in sorted(SOURCES)
        for line, how in bare_state(source.read_text(encoding="utf-8"))
    }
    assert found == {}


def test_the_styles_and_scripts_name_what_is_in_the_register():
    for file in sorted((ROOT / "pages").rglob("*.[cj]s*")):
        for name in re.findall(r"st-key-(\w+)", file.read_text(encoding="utf-8")):
            assert name in names(), f"{file.name}: {name}"


def folded_parts():
    """Show what is folded at first, under titles in one of two languages."""
    import streamlit as st

    from pages.state import FOLDED, keep_unfolded

    language = st.radio("Language", ["English", "Chinese"], on_change=keep_unfolded)
    for key in FOLDED:
        if st.expander(f"{key} in {language}", on_change="rerun", key=key).open:
            st.text(key)


def test_what_is_unfolded_stays_so_in_another_language():
    app = AppTest.from_function(folded_parts).run()
    assert not app.text
    for unfolded in (FOLDED, FOLDED[1:], ()):
        for key in FOLDED:
            app.session_state[key] = key in unfolded
        app.run()
        for language in ("Chinese", "English"):
            app.radio[0].set_value(language).run()
            assert [text.value for text in app.text] == list(unfolded)
