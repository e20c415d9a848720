import base64
import zlib

import numpy as np
import pytest

from simplenet.data.drawings import MOST_DRAWINGS, DrawingSet, DrawingSetError


def some(n, seed=0):
    rng = np.random.default_rng(seed)
    return DrawingSet(
        rng.integers(0, 256, (n, 784), np.uint8), rng.integers(0, 10, n).astype(np.uint8)
    )


def assert_same(first, second):
    np.testing.assert_array_equal(first.pixels, second.pixels)
    np.testing.assert_array_equal(first.labels, second.labels)


def test_a_drawing_joins_at_the_end_and_can_leave_again():
    x = np.linspace(0, 1, 784, dtype=np.float32).reshape(1, 784)
    before = some(3)
    after = before.added(x, 7)
    assert len(before) == 3
    assert len(after) == 4
    assert after.labels[-1] == 7
    np.testing.assert_allclose(after.pixels[-1] / 255, x[0], atol=0.5 / 255 + 1e-6)
    assert_same(after.without(3), before)


def test_the_same_drawing_joins_once_but_another_label_counts():
    x = np.ones(784)
    twice = DrawingSet.empty().added(x, 1).added(x, 1)
    assert len(twice) == 1
    assert len(twice.added(x, 7)) == 2


def test_merging_keeps_the_order_and_leaves_out_what_is_there():
    first, second = some(4), some(3, seed=1)
    both = first.merged(second)
    assert len(both) == 7
    assert_same(both.merged(second), both)
    assert_same(DrawingSet.empty().merged(first), first)
    twice = DrawingSet(np.repeat(first.pixels, 2, axis=0), np.repeat(first.labels, 2))
    assert_same(DrawingSet.empty().merged(twice), first)
    assert_same(twice.merged(second), both)


def test_a_set_that_was_changed_in_two_places_has_both_changes():
    base, ours, theirs = some(5), some(2, seed=1), some(3, seed=2)
    here = base.without(0).merged(ours)
    there = base.without(4).merged(theirs)
    now, no_room = here.reconciled(base, there)
    assert_same(now, base.without([0, 4]).merged(theirs).merged(ours))
    assert len(no_room) == 0


def test_what_is_the_same_in_both_places_stays_in_its_order():
    base = some(4)
    for here, there in [(base, base), (base, base.without(1)), (base.without(1), base)]:
        assert_same(here.reconciled(base, there)[0], min(here, there, key=len))
    assert_same(base.reconciled(DrawingSet.empty(), base)[0], base)


def test_what_finds_no_room_comes_back():
    late, full = some(3, seed=1), some(MOST_DRAWINGS)
    now, no_room = late.reconciled(DrawingSet.empty(), full)
    assert_same(now, full)
    assert_same(no_room, late)


def test_a_set_is_filled_up_from_a_table_of_any_size():
    drawings, table = some(990), some(300, seed=1)
    pixels = np.concatenate([drawings.pixels[:5], *[table.pixels] * 5])
    labels = np.concatenate([drawings.labels[:5], *[table.labels] * 5])
    full, more = drawings.filled_up(pixels, labels)
    assert len(full) == MOST_DRAWINGS
    assert more == 290
    assert_same(full, drawings.merged(DrawingSet(table.pixels[:10], table.labels[:10])))
    assert drawings.filled_up(drawings.pixels, drawings.labels)[1] == 0


@pytest.mark.parametrize("n", [0, 1, 5])
def test_it_comes_back_from_a_file_and_from_a_browser(n):
    drawings = some(n)
    assert_same(DrawingSet.from_csv(drawings.to_csv().encode()), drawings)
    assert_same(DrawingSet.from_text(drawings.to_text()), drawings)


def packed(content):
    return base64.b64encode(zlib.compress(content)).decode()


WHOLE = zlib.compress(bytes(2 * 785))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "AAAA",
        "é",
        packed(b"x" * 784),
        packed(bytes(10**8)),
        packed(b"\x0a" * 785),
        some(1).to_text()[4:],
        base64.b64encode(WHOLE[:-4]).decode(),  # All pixels, and no checksum.
        base64.b64encode(WHOLE[:2]).decode(),
        base64.b64encode(WHOLE + b"x").decode(),
    ],
)
def test_what_a_browser_sends_is_not_trusted(text):
    with pytest.raises(DrawingSetError, match=r"not a set of drawings|labels must be 0 to 9"):
        DrawingSet.from_text(text)


@pytest.mark.parametrize("label", [-1, 10, 3.5])
def test_there_are_ten_digits(label):
    with pytest.raises(ValueError, match="labels must be"):
        DrawingSet.empty().added(np.zeros(784), label)


def test_a_full_set_says_so_and_keeps_what_it_has():
    full = some(MOST_DRAWINGS)
    with pytest.raises(DrawingSetError, match="at most 1000 drawings"):
        full.added(np.zeros(784), 1)
    assert len(full) == MOST_DRAWINGS
