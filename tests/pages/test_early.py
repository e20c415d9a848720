"""What a server does as soon as it is there, and as soon as it is being stopped."""

import threading

from pages.platform import early
from simplenet.jobs import ending
from tests.waiting import in_a_loop


def test_a_server_that_is_being_stopped_says_so_to_its_threads(monkeypatch):
    monkeypatch.setattr(ending, "ENDING", threading.Event())
    monkeypatch.setattr(early, "begin", lambda: None)

    async def live():
        async with early.early(None):
            assert not ending.is_ending()

    in_a_loop(live())
    assert ending.is_ending()
