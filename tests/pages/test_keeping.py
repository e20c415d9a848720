"""What a visit has and what its browser keeps, as the messages between them bring it together."""

import json

import numpy as np
import pytest

from pages.keeping import MOST_CHARACTERS, Keeping, sets_in
from simplenet.data.drawings import MOST_DRAWINGS, DrawingSet


def some(n, seed=0):
    rng = np.random.default_rng(seed)
    return DrawingSet(
        rng.integers(0, 256, (n, 784), np.uint8), rng.integers(0, 10, n).astype(np.uint8)
    )


def text_of(**sets):
    return json.dumps({name: drawings.to_text() for name, drawings in sets.items()})


def assert_same(first, second):
    np.testing.assert_array_equal(first.pixels, second.pixels)
    np.testing.assert_array_equal(first.labels, second.labels)


class Tab:
    """A tab of a browser with a storage, which does what keepsakes.js does."""

    def __init__(self, storage):
        self.storage, self.kept = storage, Keeping()
        self.visit, self.n, self.turn, self.base, self.told = None, 0, 0, None, None

    def message(self, **more):
        self.n += 1
        return {"visit": self.visit, "n": self.n, "problem": None, "unread": False} | more

    def tell(self):
        """Return a message that is on its way."""
        self.told = self.storage.get("text")
        return self.message(text=self.told, base=self.base)

    def sync(self):
        """Let the page and the browser talk until neither has news."""
        while True:
            answer = self.kept.answer()
            if answer["visit"] != self.visit:
                self.visit = answer["visit"]
                self.kept.receive(self.tell())
                continue
            self.base = self.told
            if answer["turn"] == self.turn:
                return
            self.turn = answer["turn"]
            if self.storage.get("text") not in (None, self.base):
                self.kept.receive(self.tell())
                continue
            self.storage["text"] = self.base = self.told = answer["text"]

    def mine(self):
        return self.kept.sets["mine"]

    def add(self, drawings):
        self.kept.change(mine=self.kept.sets.get("mine", DrawingSet.empty()).merged(drawings))


def in_storage(storage):
    return sets_in(storage["text"])[0]["mine"]


def test_a_drawing_that_was_quicker_than_the_storage_joins_what_was_kept():
    storage = {"text": text_of(mine=some(5))}
    tab = Tab(storage)
    tab.add(some(1, seed=1))
    tab.sync()
    assert_same(tab.mine(), some(5).merged(some(1, seed=1)))
    assert_same(in_storage(storage), tab.mine())


def test_what_is_quicker_than_a_full_storage_is_left_out_and_not_lost():
    storage = {"text": text_of(mine=some(MOST_DRAWINGS))}
    tab = Tab(storage)
    tab.add(some(3, seed=1))
    tab.sync()
    assert_same(tab.mine(), some(MOST_DRAWINGS))
    assert_same(in_storage(storage), some(MOST_DRAWINGS))
    assert_same(tab.kept.no_room, some(3, seed=1))


def test_nothing_is_written_that_is_there_already_or_before_the_storage_was_read():
    kept = Keeping()
    assert kept.answer()["seen"] == 0
    text = text_of(mine=some(2), pinned=some(1, seed=1))
    kept.receive({"visit": kept.answer()["visit"], "n": 1, "text": text})
    assert kept.answer()["turn"] == 0
    assert kept.answer()["seen"] == 1


def test_drawings_that_were_kept_twice_are_kept_once():
    one = some(1)
    twice = DrawingSet(np.repeat(one.pixels, 2, axis=0), np.repeat(one.labels, 2))
    storage = {"text": text_of(mine=twice)}
    tab = Tab(storage)
    tab.sync()
    assert_same(tab.mine(), one)
    assert_same(in_storage(storage), one)


def test_two_tabs_that_change_the_set_at_the_same_time_lose_nothing():
    storage = {"text": text_of(mine=some(4))}
    first, second = Tab(storage), Tab(storage)
    first.sync()
    second.sync()
    first.add(some(1, seed=1))
    second.add(some(2, seed=2))
    second.kept.change(mine=second.mine().without(0))
    first.sync()  # Neither knows of the other's change.
    second.sync()
    both = some(4).without(0).merged(some(1, seed=1)).merged(some(2, seed=2))
    assert_same(second.mine(), both)
    assert_same(in_storage(storage), both)
    first.kept.receive(first.tell())  # The browser tells the other tab.
    first.sync()
    assert_same(first.mine(), both)
    assert_same(in_storage(storage), both)


def test_a_change_while_news_of_another_tab_are_on_their_way_is_made_to_both():
    storage = {"text": text_of(mine=some(4))}
    tab = Tab(storage)
    tab.sync()
    storage["text"] = text_of(mine=some(4).merged(some(1, seed=1)))
    news = tab.tell()
    tab.add(some(1, seed=2))
    tab.kept.receive(news)
    tab.sync()
    both = some(4).merged(some(1, seed=1)).merged(some(1, seed=2))
    assert_same(tab.mine(), both)
    assert_same(in_storage(storage), both)


def test_a_server_that_has_forgotten_the_visit_gets_it_from_the_browser():
    storage = {}
    tab = Tab(storage)
    tab.add(some(3))
    tab.sync()
    tab.kept, tab.n, tab.turn = Keeping(), 0, 0
    tab.kept.receive({"visit": "another", "n": 7, "text": text_of(mine=some(9))})
    tab.sync()
    assert_same(tab.mine(), some(3))


def test_a_storage_that_was_emptied_is_filled_again_with_the_next_change():
    storage = {"text": text_of(mine=some(3))}
    tab = Tab(storage)
    tab.sync()
    del storage["text"]
    tab.add(some(1, seed=1))
    tab.sync()
    assert len(in_storage(storage)) == 4


def test_the_pin_of_this_visit_counts_until_another_tab_pins():
    pin, other = some(1), some(1, seed=1)
    kept = Keeping()
    visit = kept.answer()["visit"]
    kept.change(pinned=pin)
    kept.receive({"visit": visit, "n": 1, "text": text_of(pinned=other)})
    assert_same(kept.sets["pinned"], pin)
    mine, theirs = text_of(pinned=pin), text_of(pinned=other)
    kept.receive({"visit": visit, "n": 2, "text": theirs, "base": mine})
    assert_same(kept.sets["pinned"], other)
    kept.change(pinned=DrawingSet.empty())
    kept.receive({"visit": visit, "n": 3, "text": mine, "base": theirs})
    assert len(kept.sets["pinned"]) == 0


GOOD = some(2).to_text()
DAMAGED = {
    "no JSON": "hello",
    "half": text_of(mine=some(2))[:40],
    "nested": "[" * 100_000,
    "nested in a part": '{"mine": ' + '[{"a":' * 50_000,
    "a long number": "1" * 100_000,
    "too long": " " * MOST_CHARACTERS + "{}",
    "a list": "[]",
    "nothing": "null",
    "NaN": "NaN",
    "empty": "",
    "other parts": '{"yours": ""}',
    "a set of two pins": json.dumps({"pinned": GOOD}),
    "many labels": json.dumps({"mine": some(1).to_text()[:-4]}),
} | {
    f"{value!r:.20}": json.dumps({"mine": value})
    for value in (
        None,
        7,
        1e300,
        True,
        [],
        {},
        [GOOD],
        "",
        "A" * 100_000,
        "é",
        "\ud800",
        float("nan"),
    )
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_cannot_be_read_is_known_and_replaces_nothing(name):
    assert sets_in(DAMAGED[name]) == ({}, True)
    kept = Keeping()
    kept.change(mine=some(1))
    kept.receive({"visit": kept.answer()["visit"], "n": 1, "text": DAMAGED[name]})
    assert kept.unread
    assert kept.answer()["damaged"]
    assert_same(kept.sets["mine"], some(1))
    kept.discard_unread()
    assert not kept.unread
    assert not kept.answer()["damaged"]
    assert kept.answer()["order"] == "discard"


def test_a_damaged_part_hides_no_other():
    for good, bad in [("mine", "pinned"), ("pinned", "mine")]:
        sets, more = sets_in(json.dumps({good: some(1).to_text(), bad: "?"}))
        assert more
        assert list(sets) == [good]
        assert_same(sets[good], some(1))


def test_a_full_set_that_cannot_be_packed_is_not_too_long():
    sets, more = sets_in(text_of(mine=some(MOST_DRAWINGS), pinned=some(1)))
    assert not more
    assert len(sets["mine"]) == MOST_DRAWINGS


NESTED = []
for _ in range(10_000):
    NESTED = [NESTED]


OTHER = {"text": text_of(mine=some(9))}


@pytest.mark.parametrize(
    "message",
    [
        *(None, 7, float("nan"), "x" * 10**7, [], NESTED, {}, {"n": 2} | OTHER),
        *({"visit": visit, "n": 2} | OTHER for visit in ("another", 1, None, [], NESTED)),
        *({"n": n} | OTHER for n in (None, 0, 1, -1, 1.5, float("nan"), "2", [], 10**400)),
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_message_that_no_browser_sends_changes_nothing(message):
    kept = Keeping()
    visit = kept.answer()["visit"]
    kept.receive({"visit": visit, "n": 1, "text": text_of(mine=some(2))})
    if message and isinstance(message, dict) and message.get("n") != 2:
        message = {"visit": visit} | message
    before = kept.answer()
    kept.receive(message)
    assert kept.answer() == before
    assert_same(kept.sets["mine"], some(2))
    assert not kept.unread


@pytest.mark.parametrize("value", [7, float("nan"), True, [], {}, NESTED, "x" * 10**7])
@pytest.mark.parametrize("field", ["text", "base", "problem", "unread"])
def test_a_forged_part_of_a_message_loses_nothing(field, value):
    kept = Keeping()
    visit = kept.answer()["visit"]
    kept.receive({"visit": visit, "n": 1, "text": text_of(mine=some(2))})
    kept.receive({"visit": visit, "n": 2, "text": text_of(mine=some(2)), field: value})
    assert_same(kept.sets["mine"], some(2))
    assert kept.problem is None
    assert kept.answer()["seen"] == 2


def test_what_the_browser_cannot_keep_is_known_until_it_can():
    kept = Keeping()
    visit = kept.answer()["visit"]
    for n, problem in enumerate(["full", "off", None], start=1):
        kept.receive({"visit": visit, "n": n, "problem": problem})
        assert kept.problem == problem
