"""How fast a connection is heard, with a clock that the test moves on."""

from __future__ import annotations

import asyncio

import pytest

from pages.platform.messages import BYTES, MOST, PER_S, Messages
from tests.waiting import in_a_loop

RERUN = {"type": "websocket.receive", "bytes": b""}
LOST = {"type": "websocket.disconnect", "code": 1006}


class Browser:
    """A connection, as ASGI has it, over which some messages are on their way."""

    def __init__(self, *messages, times=0, every_s=0.0):
        self.now = 0.0
        self.waited = 0.0
        self.messages = [*messages, *[RERUN] * times]
        self.every_s = every_s
        self.there = True
        self.yields = 0

    async def receive(self):
        self.now += self.every_s
        return self.messages.pop(0) if self.messages else LOST

    async def send(self, message):
        if not self.there:
            raise OSError("the connection is closed")

    async def wait(self, seconds):
        self.yields += 1
        self.waited += seconds
        self.now += seconds


def heard(browser, most=10_000, scope="websocket", sending=False):
    """Return the messages that an app hears of a browser, up to the end or so many."""
    found = []

    async def app(scope, receive, send):
        while len(found) < most:
            if sending:
                await send({"type": "websocket.send"})
            found.append(await receive())
            if found[-1]["type"] == "websocket.disconnect":
                break

    around = Messages(app, lambda: browser.now, browser.wait)
    in_a_loop(around({"type": scope}, browser.receive, browser.send))
    return found


def test_a_flood_is_heard_no_faster_than_the_allowance_and_nothing_is_lost(caplog):
    browser = Browser(times=7000)
    assert heard(browser) == [*[RERUN] * 7000, LOST]
    assert browser.waited == pytest.approx((7001 - MOST) / PER_S)
    assert [record.message.count("is slowed") for record in caplog.records] == [1]


def test_connections_that_flood_have_one_allowance_together():
    browsers = [Browser(times=1000) for _ in range(3)]
    heard_in_all = []

    async def app(scope, receive, send):
        while (await receive())["type"] != "websocket.disconnect":
            heard_in_all.append(scope["who"])

    now = 0.0
    waiting = []

    async def wait(seconds):
        """Wait until the clock of all is so far."""
        if seconds:
            waiting.append(event := [now + seconds, asyncio.Event()])
            await event[1].wait()

    async def all_at_once():
        nonlocal now
        around = Messages(app, lambda: now, wait)
        at_work = [
            asyncio.create_task(around({"type": "websocket", "who": i}, one.receive, one.send))
            for i, one in enumerate(browsers)
        ]
        for _ in range(10):
            await asyncio.sleep(0)
        while waiting:
            waiting.sort(key=lambda event: event[0])
            now, event = waiting.pop(0)
            event.set()
            for _ in range(10):
                await asyncio.sleep(0)
        await asyncio.gather(*at_work)

    in_a_loop(all_at_once())
    assert len(heard_in_all) == 3000
    assert now == pytest.approx((3003 - 3 * MOST) / PER_S, rel=0.1)


def test_what_a_person_causes_waits_for_nothing(caplog):
    browser = Browser(times=1000, every_s=1 / 25)
    heard(browser)
    browser.messages += [RERUN] * int(MOST - 2)  # After a rest, all at once.
    browser.now += 60
    heard(browser)
    assert browser.waited == 0
    assert not caplog.records


def test_others_have_a_turn_after_each_message():
    browser = Browser(times=20)
    heard(browser)
    assert browser.yields == 21


def test_a_large_message_counts_for_many():
    large = {"type": "websocket.receive", "bytes": bytes(int(2 * MOST * BYTES))}
    browser = Browser(large)
    heard(browser)
    assert browser.waited == pytest.approx((MOST + 2) / PER_S)


def test_who_is_gone_is_not_answered_to_the_end():
    browser = Browser(times=7000)
    browser.there = False
    assert heard(browser, sending=True) == [LOST]


def test_what_is_no_connection_is_left_alone():
    browser = Browser(times=500)
    heard(browser, most=500, scope="http")
    assert browser.yields == 0
