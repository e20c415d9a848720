"""No click is lost, and no change of the page, however closely messages of a browser follow."""

import asyncio
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
from pages.platform.requests import Requests
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
    assert not requests.has_to_wait(message(told=1, click="stop"))
    assert not requests.has_to_wait(message(told=1, page="train"))


def test_what_waits_does_not_stop_the_run_of_a_click_and_comes_after_it():
    requests = asked(message(click="train"), message(told=1))
    assert requests.on_scriptrunner_yield() is None
    assert requests.has_to_wait(message(told=2))
    requests.request_rerun(data(message(told=2)))
    next_one = requests.on_scriptrunner_ready().rerun_data
    assert (told(next_one.widget_states), clicks(next_one.widget_states)) == (2, [])
    assert not requests.has_to_wait(message(told=3))
    assert requests.on_scriptrunner_ready().type is ScriptRequestType.STOP
    assert not requests.has_to_wait(message(told=3))


def test_a_run_knows_whether_a_clock_has_asked_for_it():
    requests = Requests()
    requests.request_rerun(RerunData(is_auto_rerun=True))
    requests.on_scriptrunner_ready()
    assert requests.by_clock
    requests.request_rerun(data(message(told=1)))
    requests.on_scriptrunner_ready()
    assert not requests.by_clock


def test_a_click_that_has_not_begun_is_done_with_what_came_behind():
    requests = asked(message(click="train"), message(told=1), begun=False)
    only = requests.on_scriptrunner_ready().rerun_data
    assert (told(only.widget_states), clicks(only.widget_states)) == (1, ["train"])


def test_the_script_itself_ends_its_run_also_for_another_page():
    requests = asked(message(click="next"), message(told=1))
    requests.request_rerun(RerunData(page_script_hash="train"))  # As st.switch_page does.
    request = requests.on_scriptrunner_yield()
    assert request.rerun_data.page_script_hash == "train"
    assert told(request.rerun_data.widget_states) == 1


def test_a_run_without_a_click_is_ended_for_the_whole_page():
    requests = asked(message(told=1))
    assert not requests.has_to_wait(message(told=2))
    assert requests.ended_for(message(told=2)) == message(told=2)
    assert requests.on_scriptrunner_yield().type is ScriptRequestType.STOP


def test_a_click_is_untaken_until_its_run_says_otherwise():
    requests = asked(message(click="train"), begun=False)
    assert requests.has_untaken()
    requests.on_scriptrunner_ready()
    assert requests.has_untaken()
    requests.taken()
    assert not requests.has_untaken()
    requests.request_rerun(data(message(click="stop", fragment_id="part")))
    requests.taken()  # What the run before has taken up is another click.
    assert requests.has_untaken()
    requests.on_scriptrunner_ready()
    requests.on_scriptrunner_ready()
    assert not requests.has_untaken()  # A run that broke before it came to that is over, too.
    assert not asked(message(told=1)).has_untaken()


@pytest.mark.parametrize("begun", [False, True])
def test_what_was_told_on_the_page_before_counts_for_the_one_that_is_opened(begun):
    requests = asked(message(page="train"), begun=begun)
    assert not requests.has_to_wait(message(told=1))
    after = requests.ended_for(message(told=1))
    assert (after.page_script_hash, told(after.widget_states)) == ("train", 1)


def test_who_goes_back_to_the_page_before_gets_there():
    assert asked(message(page="train")).ended_for(message()).page_script_hash == "home"
    back = message(told=1, is_history_navigation=True)
    assert asked(message(page="train")).ended_for(back).page_script_hash == "home"
    over = asked(message(page="train"))
    assert over.on_scriptrunner_ready().type is ScriptRequestType.STOP
    assert over.ended_for(message(told=1)).page_script_hash == "home"


def test_a_part_of_the_page_before_does_not_bring_it_back():
    requests = asked(message(page="train"), message(fragment_id="part"), begun=False)
    assert requests.on_scriptrunner_ready().rerun_data.page_script_hash == "train"


@pytest.mark.parametrize(("ended", "page"), [(True, "train"), (False, "home")])
def test_a_run_that_was_ended_does_not_choose_the_page_of_the_next(monkeypatch, ended, page):
    lose_nothing()
    requests, pages = asked(message()), PagesManager("app.py")
    pages.set_script_intent("train", "")
    if ended:
        requests.ended_for(message(page="train"))
    run = SimpleNamespace(script_requests=requests)
    monkeypatch.setattr(reruns, "get_script_run_ctx", lambda **_: run)
    pages.set_script_intent("home", "")
    assert pages.intended_page_script_hash == page


@pytest.fixture
def begun(monkeypatch):
    """The widgets of each run that has begun since."""
    lose_nothing()
    begun = []
    monkeypatch.setattr(
        AppSession, "_create_scriptrunner", lambda self, data: begun.append(data.widget_states)
    )
    return begun


def visited(requests):
    """Return a visit whose run was asked for so; in a loop that runs."""
    script = ScriptData("app.py", is_hello=False)
    session = AppSession(script, MagicMock(), MagicMock(), MagicMock(), {})
    session._scriptrunner = MagicMock(
        _requests=requests,
        request_rerun=requests.request_rerun,
        request_stop=requests.request_stop,
    )
    return session


@pytest.mark.parametrize(("behind", "runs"), [(message(told=1), 0), (message(click="stop"), 1)])
def test_a_visit_has_one_run_until_its_click_is_done(begun, behind, runs):
    requests = asked(message(click="train"))
    requests.taken()

    async def main():
        session = visited(requests)
        session.request_rerun(behind)
        session._scriptrunner = None
        session.shutdown()

    in_a_loop(main())
    assert len(begun) == runs


def test_quick_clicks_are_each_done_in_their_order(begun):
    requests = asked(message(click="next"))

    async def main():
        session = visited(requests)
        session.request_rerun(message(told=1, click="next"))
        session.request_rerun(message(told=2, click="back"))
        await asyncio.sleep(0.05)
        assert begun == []
        assert requests._state is ScriptRequestType.CONTINUE  # Nothing ends the first one.
        requests.taken()
        async with asyncio.timeout(60):
            while len(begun) < 2:
                await asyncio.sleep(0.01)
        session.shutdown()

    in_a_loop(main())
    assert [(told(states), clicks(states)) for states in begun] == [(1, ["next"]), (2, ["back"])]


def test_a_message_that_breaks_something_holds_up_no_other(begun, monkeypatch):
    requests = asked(message(click="next"))

    async def main():
        session = visited(requests)
        for number in (1, 2):
            session.request_rerun(message(told=number))
        monkeypatch.setattr(
            Requests, "has_to_wait", MagicMock(side_effect=[OSError("broken"), False, False])
        )
        requests.taken()
        with pytest.raises(OSError, match="broken"):
            session.request_rerun(message(told=3))
        async with asyncio.timeout(60):
            while len(begun) < 2:
                await asyncio.sleep(0.01)
        session.shutdown()

    in_a_loop(main())
    assert [told(states) for states in begun] == [2, 3]
