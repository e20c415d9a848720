"""What the page has set stays, though the browser still tells what was there before."""

from types import SimpleNamespace

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import SessionState

from pages.platform import reruns
from pages.platform.incoming import guard
from pages.platform.late import HEARD_S, heard_of, without_late
from pages.platform.requests import Requests, arriving
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


def come(visit, *messages, **options):
    """Let messages arrive, and begin a run that is for all of them."""
    for one in messages:
        number = heard_of(visit).arrive(one, **options)
    begun, again = without_late(visit, messages[-1], number)
    return {one.id: one.string_value for one in begun.widgets if one.string_value}, again


def test_what_the_clock_asks_for_is_no_choice(visit):
    begun, again = come(visit, message(), for_more=True)
    assert begun == {OTHER: "here"}
    assert again == {"stage": "output"}


def test_who_chooses_the_value_of_before_and_clicks_at_once_has_it(visit):
    begun, again = come(visit, message(), message(click=True))
    assert begun == {STAGE: "hidden", OTHER: "here"}
    assert again == {"stage": "hidden"}


def test_both_of_two_choices_count_where_each_is_the_one_of_before(visit):
    visit["other"] = "there"
    begun, _ = come(visit, message(other="there"), message(), message(click=True))
    assert begun == {STAGE: "hidden", OTHER: "here"}


def test_what_the_browser_has_heard_meanwhile_is_no_choice(visit):
    visit.on_script_will_rerun(message(click=True))
    visit["stage"] = "loss"
    for told in ("output", "output", "loss"):  # It hears of the one, and then of the other.
        visit.on_script_will_rerun(message(told, click=True))
        assert visit["stage"] == "loss"


def test_a_choice_is_told_again_as_the_browser_may_overwrite_it(visit):
    now = [100.0]
    heard_of(visit).now = lambda: now[0]
    visit.on_script_will_rerun(message(click=True))
    visit["stage"] = "output"
    visit.on_script_will_rerun(message("loss"))
    for told in ("loss", "output"):  # Only now it has heard of "output".
        visit.on_script_will_rerun(message(told, click=True))
        assert visit["stage"] == "loss"
        assert visit.is_new_state_value("stage")
    now[0] += HEARD_S
    visit.on_script_will_rerun(message("loss", click=True))
    assert not visit.is_new_state_value("stage")
    visit.on_script_will_rerun(message("hidden"))
    assert not visit.is_new_state_value("stage")


def test_what_is_set_stays_where_the_script_itself_begins_again(visit):
    visit.on_script_will_rerun(None)
    assert visit.is_new_state_value("stage")
    visit.on_script_will_rerun(message(click=True))
    assert visit["stage"] == "output"


def test_a_message_that_comes_for_nothing_chooses_one_value_at_most(visit):
    visit["other"] = "there"
    visit.on_script_will_rerun(message())  # As a browser does that has lost its connection.
    assert (visit["stage"], visit["other"]) == ("output", "there")


def test_a_run_that_begins_late_does_not_bring_back_older_values(visit):
    older = message(other="there", click=True)
    number = heard_of(visit).arrive(older)
    come(visit, message(other="far"))
    begun, _ = without_late(visit, older, number)
    assert next(one.string_value for one in begun.widgets if one.id == OTHER) == "far"
    assert any(one.trigger_value for one in begun.widgets)


def test_a_run_knows_nothing_of_what_comes_after_its_own_message(visit, monkeypatch):
    """The click that comes first sets the stage, and then somebody chooses another one."""
    requests, line = Requests(), [message(click=True), message("loss")]
    click = ClientState(widget_states=message(click=True))
    for one in line:
        with arriving(heard_of(visit).arrive(one)):
            requests.request_rerun(RerunData(widget_states=one))
    run = SimpleNamespace(script_requests=requests)
    monkeypatch.setattr(reruns, "get_script_run_ctx", lambda **_: run)
    for one, stage in zip(line, ("output", "loss"), strict=True):
        requests.on_scriptrunner_ready()
        assert requests.has_to_wait(click) == (one is line[0])
        visit.on_script_will_rerun(one)
        assert visit["stage"] == stage
        assert not requests.has_to_wait(click)
        visit["stage"] = visit["stage"]


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
    told = WidgetStates(widgets=[*message().widgets, WidgetState(id=widget.id)])
    told.widgets[-1].string_array_value.SetInParent()
    visit.on_script_will_rerun(told)
    visit["several"] = ()
    _, again = without_late(visit, told)
    assert "several" not in again


def test_a_widget_that_the_page_has_made_anew_is_no_longer_known(visit):
    visit.on_script_will_rerun(message(click=True))
    del visit["stage"]
    visit.on_script_will_rerun(message(click=True))
    assert visit["other"] == "here"
