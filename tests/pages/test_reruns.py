"""Nothing is lost between one run of a page and the next."""

import asyncio
import threading
from contextlib import nullcontext
from unittest.mock import MagicMock

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from pages.platform import reruns
from pages.platform.requests import Requests
from pages.platform.reruns import lose_nothing
from tests.waiting import in_a_loop


@pytest.fixture(autouse=True)
def mended():
    lose_nothing()


def shown(part, words=None):
    """Return the message that makes a part of a page, or shows words in it."""
    message = ForwardMsg()
    message.metadata.delta_path[:] = [0, 6] if words is None else [0, 6, 0]
    if words is None:
        message.delta.add_block.vertical.SetInParent()
    else:
        message.delta.new_element.markdown.body = words
    message.delta.fragment_id = part
    return message


def test_what_the_page_has_shown_is_sent_though_a_part_of_it_begins_again():
    queue = ForwardMsgQueue()
    queue.enqueue(shown("part"))
    queue.enqueue(shown("part", "old"))
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["part"])
    queue.enqueue(shown("part", "new"))
    block, *words = queue.flush()
    assert block.delta.WhichOneof("type") == "add_block"
    assert [message.delta.new_element.markdown.body for message in words] == ["old", "new"]


def test_where_the_whole_page_is_shown_anew_what_waits_is_dropped():
    queue = ForwardMsgQueue()
    queue.enqueue(shown("part", "old"))
    queue.clear(retain_lifecycle_msgs=True)
    assert queue.is_empty()


def test_a_part_waits_until_all_of_the_last_run_was_taken_over(monkeypatch):
    begun = []
    monkeypatch.setattr(AppSession, "has_fragment", lambda self, key: True)
    monkeypatch.setattr(
        AppSession, "_create_scriptrunner", lambda self, data: begun.append(data.fragment_id)
    )

    async def main():
        script = ScriptData("app.py", is_hello=False)
        session = AppSession(script, MagicMock(), MagicMock(), MagicMock(), {})
        ending = MagicMock(_requests=Requests())
        ending._requests.request_stop()
        ending.request_rerun = lambda data: False
        session._scriptrunner = ending
        session.request_rerun(ClientState(fragment_id="part"))
        for _ in range(3):
            await asyncio.sleep(0.01)
            assert begun == []
        session._scriptrunner = None
        async with asyncio.timeout(60):
            while not begun:
                await asyncio.sleep(0.01)
        session.shutdown()

    in_a_loop(main())
    assert begun == ["part"]


def page_with_a_click():
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

    def click():
        st.session_state.first = True
        # Another message of the browser comes just now.
        get_script_run_ctx().script_requests.request_rerun(RerunData())
        st.session_state.second = True

    st.button("click", on_click=click)


def test_a_click_is_done_whole_though_the_next_message_comes_meanwhile():
    app = AppTest.from_function(page_with_a_click).run()
    app.button[0].click().run()
    assert app.session_state["first"]
    assert app.session_state["second"]


def test_the_next_run_of_a_visit_waits_for_what_a_click_does(monkeypatch):
    order, begun, go_on = [], threading.Event(), threading.Event()

    def callbacks(self, **options):
        order.append("begin")
        begun.set()
        go_on.wait(60)
        order.append("end")

    monkeypatch.setattr(SessionState, "_call_callbacks", callbacks)
    state = SessionState()
    runs = [
        threading.Thread(
            target=SafeSessionState(state, lambda: None).on_script_will_rerun,
            args=(WidgetStates(),),
        )
        for _ in range(2)
    ]
    for run in runs:
        run.start()
    assert begun.wait(60)
    runs[1].join(0.2)  # Time to go wrong.
    go_on.set()
    for run in runs:
        run.join(60)
    assert order == ["begin", "end"] * 2


@pytest.fixture
def requests(monkeypatch):
    """What the run of this thread is asked for."""
    requests = Requests()
    run = MagicMock(script_requests=requests)
    monkeypatch.setattr(reruns, "get_script_run_ctx", lambda **options: run)
    return requests


@pytest.mark.parametrize("breaks", [False, True])
def test_a_click_is_taken_up_once_its_callbacks_have_run(requests, monkeypatch, breaks):
    seen = []

    def callbacks(self, **options):
        seen.append(requests.has_untaken())
        if breaks:
            raise OSError("broken")

    monkeypatch.setattr(SessionState, "_call_callbacks", callbacks)
    click = WidgetStates(widgets=[WidgetState(id="button", trigger_value=True)])
    requests.request_rerun(RerunData(widget_states=click))
    requests.on_scriptrunner_ready()
    with pytest.raises(OSError, match="broken") if breaks else nullcontext():
        SessionState().on_script_will_rerun(click)
    assert seen == [True]
    assert not requests.has_untaken()


@pytest.mark.parametrize("ended", [True, False])
def test_a_run_that_was_ended_leaves_the_next_one_what_it_was_told(requests, monkeypatch, ended):
    done = []
    monkeypatch.setattr(SessionState, "_reset_triggers", lambda self: done.append("clicks"))
    monkeypatch.setattr(SessionState, "_remove_stale_widgets", lambda *_: done.append("widgets"))
    if ended:
        requests.ended_for(ClientState())
    SessionState().on_script_finished(frozenset())
    assert done == ([] if ended else ["clicks", "widgets"])


def test_a_message_waits_until_a_run_that_is_over_has_tidied_up(requests, monkeypatch):
    order, tidies, go_on = [], threading.Event(), threading.Event()

    def tidy(self, widgets):
        tidies.set()
        go_on.wait(60)
        order.append("tidied up")

    monkeypatch.setattr(SessionState, "_remove_stale_widgets", tidy)

    def message():
        requests.ended_for(ClientState())
        order.append("message")

    run = threading.Thread(target=SessionState().on_script_finished, args=(frozenset(),))
    run.start()
    assert tidies.wait(60)
    browser = threading.Thread(target=message)
    browser.start()
    browser.join(0.2)  # Time to go wrong.
    go_on.set()
    for thread in (run, browser):
        thread.join(60)
    assert order == ["tidied up", "message"]
