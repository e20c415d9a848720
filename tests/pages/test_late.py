"""What the page has set stays, though the browser still tells what was there before."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import SessionState

from pages.platform import reruns
from pages.platform.incoming import guard
from pages.platform.requests import Requests
from pages.platform.reruns import lose_nothing

STAGE, OTHER, CLICK = (f"$$ID-0-{key}" for key in ("stage", "other", "click"))


def message(stage="hidden", other="here", click=False):
    """Return what a browser tells of two choices, and maybe of a click."""
    states = [
        WidgetState(id=STAGE, string_value=stage),
        WidgetState(id=OTHER, string_value=other),
    ]
    return WidgetStates(
        widgets=states + ([WidgetState(id=CLICK, trigger_value=True)] if click else [])
    )


@pytest.fixture
def visit():
    """What is known of a visit: a click has just set the stage to "output"."""
    lose_nothing()
    state = SessionState()
    for key, name in (("stage", STAGE), ("other", OTHER)):
        widget = WidgetMetadata(
            id=name,
            deserializer=lambda value: value or "hidden",
            serializer=str,
            value_type="string_value",
        )
        state.register_widget(widget, key)
    state.on_script_will_rerun(message(click=True))
    state["stage"] = "output"
    return state


@pytest.mark.parametrize("late", [message(click=True), message(other="there")])
def test_what_a_click_has_set_stays_and_is_told_again_until_the_browser_has_it(visit, late):
    for _ in range(3):
        visit.on_script_will_rerun(late)
        assert visit["stage"] == "output"
        assert visit.is_new_state_value("stage")  # So the browser is told of it.
        late = message(click=True, other=visit["other"])
    visit.on_script_will_rerun(message("output", click=True))
    assert not visit.is_new_state_value("stage")
    visit.on_script_will_rerun(message("loss", click=True))
    assert visit["stage"] == "loss"


def test_whatever_else_comes_with_a_late_value_counts(visit):
    visit.on_script_will_rerun(message(other="there"))
    assert visit["other"] == "there"


@pytest.mark.parametrize("click", [False, True])
def test_who_chooses_the_value_of_before_again_has_it(visit, click):
    visit.on_script_will_rerun(message())
    assert visit["stage"] == "hidden"
    visit.on_script_will_rerun(message(click=click))
    assert visit["stage"] == "hidden"


def test_what_is_chosen_before_the_browser_has_heard_of_the_page_is_told_back_once(visit):
    """Else the browser would take what the page had set before for the newer one."""
    visit.on_script_will_rerun(message("loss"))
    assert visit["stage"] == "loss"
    assert visit.is_new_state_value("stage")
    for stage in ("input", "hidden"):  # As a slider that is dragged.
        visit.on_script_will_rerun(message(stage))
        assert visit["stage"] == stage
        assert not visit.is_new_state_value("stage")


def test_what_the_clock_asks_for_is_no_choice(visit, monkeypatch):
    requests = Requests()
    requests.by_clock = True
    monkeypatch.setattr(
        reruns, "get_script_run_ctx", lambda **_: type("Run", (), {"script_requests": requests})
    )
    visit.on_script_will_rerun(message())
    assert visit["stage"] == "output"


def test_a_value_that_does_not_fit_is_none(visit):
    guard()
    forged = message(click=True)
    forged.widgets[0].int_value = 7
    visit.on_script_will_rerun(forged)
    assert visit["stage"] == "output"


def test_several_choices_are_the_same_as_a_tuple_and_as_a_list(visit):
    widget = WidgetMetadata(
        id="$$ID-0-several",
        deserializer=lambda value: list(value or []),
        serializer=list,
        value_type="string_array_value",
    )
    visit.register_widget(widget, "several")
    told = message(click=True)
    told.widgets.append(WidgetState(id=widget.id))
    told.widgets[-1].string_array_value.SetInParent()
    visit.on_script_will_rerun(told)
    visit["several"] = ()
    visit.on_script_will_rerun(told)
    assert not visit.is_new_state_value("several")  # The browser need not be told again.
