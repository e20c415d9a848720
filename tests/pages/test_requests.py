"""No click is lost, and no change of the page, however closely messages of a browser follow."""

from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequestType

from pages.platform import reruns
from pages.platform.late import heard_of
from pages.platform.requests import Requests, arriving
from pages.platform.reruns import lose_nothing
from tests.waiting import in_a_loop


def widgets(told=0, click=None):
    """Return what a browser sends of a page: what a component has told, and what was clicked."""
    states = [WidgetState(id="told", int_value=told)]
    return states + ([WidgetState(id=click, trigger_value=True)] if click else [])


def message(told=0, click=None, page="home", **more):
    state = ClientState(page_script_hash=page, **more)
    state.widget_states.widgets.extend(widgets(told, click))
    return state


def data(message):
    return RerunData(
        widget_states=message.widget_states,
        page_script_hash=message.page_script_hash,
        fragment_id=message.fragment_id or None,
    )


def asked(*messages, begun=True):
    """Return the line of a run that was asked for by the first; the others came behind."""
    requests = Requests()
    requests.request_rerun(data(messages[0]))
    if begun:
        assert requests.on_scriptrunner_ready().type is ScriptRequestType.RERUN
    for one in messages[1:]:
        requests.request_rerun(data(one))
    return requests


def clicks(states):
    return [state.id for state in states.widgets if state.trigger_value]


def told(states):
    return next(state.int_value for state in states.widgets if state.id == "told")


@pytest.mark.parametrize("begun", [False, True])
def test_what_is_told_waits_for_a_click_however_early_it_comes(begun):
    requests = asked(message(click="train"), begun=begun)
    assert requests.has_to_wait(message(told=1))
    assert requests.has_to_wait(message(told=1, click="stop"))  # One after the other.
    if begun:
        requests.click_done()
        assert requests.has_to_wait(message(told=1))
        assert not requests.has_to_wait(message(told=1, click="stop"))
        assert not requests.has_to_wait(message(told=1, page="train"))


def test_what_waits_does_not_stop_the_run_of_a_click_and_comes_after_it():
    requests = asked(message(click="train"), message(told=1))
    requests.click_done()
    assert requests.on_scriptrunner_yield() is None
    assert requests.has_to_wait(message(told=2))
    requests.request_rerun(data(message(told=2)))
    next_one = requests.on_scriptrunner_ready().rerun_data
    assert (told(next_one.widget_states), clicks(next_one.widget_states)) == (2, [])
    assert not requests.has_to_wait(message(told=3))
    assert requests.on_scriptrunner_ready().type is ScriptRequestType.STOP
    assert not requests.has_to_wait(message(told=3))


@pytest.mark.parametrize("begun", [False, True])
def test_clicks_are_done_one_by_one_with_what_was_told_by_then(begun):
    line = [message(1, "preset"), message(2), message(3, "train"), message(4), message(5, "stop")]
    requests, done = asked(*line, begun=begun), []
    if begun:
        assert requests.on_scriptrunner_yield() is None  # It has not begun to do anything.
        done = [(1, ["preset"])]
    while (next_one := requests.on_scriptrunner_ready()).type is ScriptRequestType.RERUN:
        states = next_one.rerun_data.widget_states
        done.append((told(states), clicks(states)))
    assert done == [(1, ["preset"]), (3, ["train"]), (5, ["stop"])]


def test_a_run_knows_the_last_message_that_it_is_for():
    requests, numbers = Requests(), []
    for number, one in enumerate([message(1), message(2, "train"), message(3)], 1):
        with arriving(number):
            requests.request_rerun(data(one))
    while requests.on_scriptrunner_ready().type is ScriptRequestType.RERUN:
        numbers.append(requests.number)
    assert numbers == [2, 3]


def test_the_clock_asks_for_nothing_that_a_click_shows_anyway():
    tick = message(fragment_id="part", is_auto_rerun=True)
    requests = Requests()
    for one in (message(click="train"), tick):
        requests.request_rerun(replace(data(one), is_auto_rerun=one.is_auto_rerun))
    assert clicks(requests.on_scriptrunner_ready().rerun_data.widget_states) == ["train"]
    assert requests.on_scriptrunner_ready().type is ScriptRequestType.STOP


@pytest.mark.parametrize("behind", [message(click="stop"), message(page="train")])
def test_a_run_makes_way_for_a_click_or_a_page_once_it_has_done_its_own(behind):
    requests = asked(message(click="train"), behind)
    assert requests.on_scriptrunner_yield() is None
    requests.click_done()
    assert requests.on_scriptrunner_yield().rerun_data == data(behind)


def test_the_script_itself_ends_its_run_also_for_another_page():
    requests = asked(message(click="next"), message(told=1))
    requests.click_done()
    requests.request_rerun(RerunData(page_script_hash="train"))  # As st.switch_page does.
    request = requests.on_scriptrunner_yield()
    assert request.rerun_data.page_script_hash == "train"
    assert told(request.rerun_data.widget_states) == 1


def test_a_run_without_a_click_is_ended_for_the_whole_page():
    requests = asked(message(told=1))
    assert not requests.has_to_wait(message(told=2))


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("click", [None, "draw"])
def test_what_was_told_on_the_page_before_counts_for_the_one_that_is_opened(begun, click):
    requests = asked(message(click=click, page="train"), begun=begun)
    after = requests.of_its_page(message(told=1))
    assert (after.page_script_hash, told(after.widget_states)) == ("train", 1)
    assert requests.has_to_wait(after) == bool(click)


def test_what_was_told_on_the_page_before_the_one_that_waits_for_a_click_does_not_bring_it_back():
    requests = asked(message(click="preset"), message(click="preset", page="train"), begun=False)
    assert requests.of_its_page(message(told=1)).page_script_hash == "train"


def test_who_goes_back_to_the_page_before_gets_there():
    assert asked(message(page="train")).of_its_page(message()).page_script_hash == "home"
    back = message(told=1, is_history_navigation=True)
    assert asked(message(page="train")).of_its_page(back).page_script_hash == "home"
    over = asked(message(page="train"))
    assert over.on_scriptrunner_ready().type is ScriptRequestType.STOP
    assert over.of_its_page(message(told=1)).page_script_hash == "home"


def test_a_part_of_the_page_before_does_not_bring_it_back():
    requests = asked(message(page="train"), message(fragment_id="part"), begun=False)
    assert requests.on_scriptrunner_ready().rerun_data.page_script_hash == "train"


@pytest.mark.parametrize(("ended", "page"), [(True, "train"), (False, "home")])
def test_a_run_that_was_ended_does_not_choose_the_page_of_the_next(monkeypatch, ended, page):
    lose_nothing()
    requests, pages = asked(message()), PagesManager("app.py")
    pages.set_script_intent("train", "")
    if ended:
        requests.request_stop()
    run = SimpleNamespace(script_requests=requests)
    monkeypatch.setattr(reruns, "get_script_run_ctx", lambda **_: run)
    pages.set_script_intent("home", "")
    assert pages.intended_page_script_hash == page


def passed_on(monkeypatch, requests, *messages):
    """Let messages arrive while a run goes on; return the visit, and what new runs begin with."""
    lose_nothing()
    begun = []
    monkeypatch.setattr(AppSession, "_create_scriptrunner", lambda self, data: begun.append(data))
    runner = MagicMock(
        _requests=requests,
        request_rerun=requests.request_rerun,
        request_stop=requests.request_stop,
    )
    sessions = []

    async def main():
        script = ScriptData("app.py", is_hello=False)
        session = AppSession(script, MagicMock(), MagicMock(), MagicMock(), {})
        sessions.append(session)
        session._scriptrunner = runner
        for one in messages:
            session.request_rerun(one)
        session._scriptrunner = None
        session.shutdown()

    in_a_loop(main())
    return sessions[0], begun


@pytest.mark.parametrize(("behind", "runs"), [(message(told=1), 0), (message(click="stop"), 1)])
def test_a_visit_has_one_run_until_its_click_is_done(monkeypatch, behind, runs):
    requests = asked(message(click="train"))
    requests.click_done()
    assert len(passed_on(monkeypatch, requests, behind)[1]) == runs


def test_each_message_is_heard_of_as_it_arrives_and_stays_with_its_page(monkeypatch):
    tick = message(is_auto_rerun=True, fragment_id="part")
    session, begun = passed_on(monkeypatch, asked(message(page="train")), tick, message(told=1))
    assert [data.page_script_hash for data in begun] == ["train"]
    heard = heard_of(session.session_state)
    assert [one.for_more for one in heard.waiting] == [True, False]
    assert heard.waiting[-1].changed == {"told"}
