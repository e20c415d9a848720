"""What a browser tells of what it keeps: a page is made anew only if it shows something else."""

import json

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.course import Course
from pages.keeping import COURSE
from tests.server.asked import begun, told_until_it_ends

pytestmark = pytest.mark.slow

PART = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
WHOLE = ForwardMsg.FINISHED_SUCCESSFULLY
ANEW = [ForwardMsg.FINISHED_EARLY_FOR_RERUN, WHOLE]

NOTHING = {"n": 1, "unread": False, "problem": None, "text": None}
KEPT = json.dumps({COURSE: Course().guessed("unseen", None).to_text()})


def asked(path, part=""):
    """Return a message that asks for a page, or for a part of it."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    message.rerun_script.page_name = path
    message.rerun_script.fragment_id = part
    return message


def run(page, message):
    """Ask for a run, and return what was told until it was over, and how it ended."""
    page.send(message.SerializeToString())
    *told, last = told_until_it_ends(page)
    return told, last.script_finished


@pytest.mark.parametrize(
    ("path", "told", "runs"),
    [
        ("", {}, [PART]),
        ("gradients", {}, [PART]),
        ("gradients", {"text": KEPT}, ANEW),
        ("runs", {}, ANEW),  # It asks whose runs it is to show.
    ],
)
def test_a_page_is_made_anew_only_if_it_shows_what_the_browser_tells(open_server, path, told, runs):
    with begun(open_server) as page:
        seen, how = run(page, asked(path))
        assert how == WHOLE
        (kept,) = (
            one.delta
            for one in seen
            if one.delta.new_element.bidi_component.component_name.endswith("keepsakes")
        )
        element, part = kept.new_element.bidi_component, kept.fragment_id
        message = asked(path, part)
        state = message.rerun_script.widget_states.widgets.add(id=element.id)
        who = {"visit": json.loads(element.json)["visit"], "visitor": 22 * "a"}
        state.json_value = json.dumps({"told": {**who, **NOTHING, **told}})
        # What comes of it has come before what is asked for next.
        asks = [message, *(asked(path, part) for _ in runs)]
        assert [run(page, ask)[1] for ask in asks] == [*runs, PART]
