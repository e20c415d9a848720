"""What on a sheet is the digit: small pictures that show what each rule is for."""

import numpy as np
import pytest

from simplenet.ink.several import has_others, is_digit, is_frame, surrounds, width
from simplenet.ink.written import (
    Box,
    Lines,
    box_of,
    cell_around,
    lines_at,
    longest_runs,
    main_part,
    median,
    straight_runs,
    written,
)

SHAPE = (200, 240)


def drawn(*rectangles, shape=SHAPE):
    """A mask with ink in rectangles: their first row and column, and those after the last."""
    mask = np.zeros(shape, bool)
    for top, bottom, left, right in rectangles:
        mask[top:bottom, left:right] = True
    return mask


def edge(shape=SHAPE):
    border = np.ones(shape, bool)
    border[1:-1, 1:-1] = False
    return border


def main(mask, border=None):
    ink = mask.astype(np.float32)
    return main_part(mask, ink, edge(mask.shape) if border is None else border)


def digit_of(mask, outside=None):
    return written(mask.astype(np.float32), mask, outside)[0]


def dashes(gap, width=4, length=8, n=5):
    """An upright line of dashes."""
    step = length + gap
    return drawn(*((30 + i * step, 30 + i * step + length, 100, 100 + width) for i in range(n)))


def test_the_middle_of_what_counts_differently():
    assert median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0])) == 2
    assert median(np.array([3.0, 1.0, 2.0]), np.array([5.0, 1.0, 1.0])) == 3
    assert median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 5.0, 1.0])) == 1


def test_the_box_around_a_part():
    assert box_of(drawn((20, 60, 100, 110))) == Box(20, 60, 100, 110, 40, 10, 40)
    assert box_of(drawn((20, 21, 100, 130), (30, 31, 90, 91))) == Box(20, 31, 90, 130, 11, 40, 40)


def test_how_long_the_run_of_a_row_is():
    rows = np.array([[1, 1, 0, 1, 0, 1, 1, 1], [0] * 8, [1] * 8], bool)
    assert straight_runs(rows).tolist() == [[2, 2, 0, 1, 0, 3, 3, 3], [0] * 8, [8] * 8]


@pytest.mark.parametrize("slope", [-0.22, -0.1, 0.0, 0.15, 0.23])
def test_how_long_a_line_is_that_leans_a_little(slope):
    columns = np.arange(60, 180)
    rows = np.round(100 + slope * (columns - 120)).astype(int)
    mask = np.zeros(SHAPE, bool)
    for thick in range(2):
        mask[rows + thick, columns] = True
    runs = longest_runs(mask)
    assert np.mean(runs[mask] >= 100) > 0.95
    assert runs[mask].max() <= 124
    assert not runs[~drawn((60, 140, 60, 180))].any()
    assert not longest_runs(np.zeros(SHAPE, bool)).any()


@pytest.mark.parametrize(("gap", "whole"), [(7, True), (12, False)])
def test_a_line_that_is_faint_is_broken_for_a_few_pixels(gap, whole):
    runs = longest_runs(drawn((50, 52, 40, 80), (50, 52, 80 + gap, 140)))
    assert runs[50, 60] == (100 if whole else 40)


def test_lines_of_a_large_photo_are_measured_in_its_own_pixels():
    shape = (700, 1201)
    mask = drawn((300, 303, 200, 700), (100, 600, 900, 903), shape=shape)
    lines = Lines(mask, edge(shape))
    assert abs(lines.level[301, 450] - 500) <= 8  # Four pixels of it are one of the search.
    assert abs(lines.upright[350, 901] - 500) <= 8
    assert not lines.level[~mask].any()
    assert not lines.upright[~mask].any()
    assert (lines.tall[301, 450], lines.wide[301, 450]) == (3, 500)
    assert (lines.tall[350, 901], lines.wide[350, 901]) == (500, 3)


def test_parts_chain_over_gaps_of_four_strokes_however_large_a_thing_lies_beside():
    line = dashes(gap=12)
    at_border, coin = drawn((140, 180, 0, 40)), drawn((20, 60, 170, 210))
    for blot in (np.zeros(SHAPE, bool), at_border, coin):
        assert (main(line | blot) == line).all()
    far = dashes(gap=20)
    assert main(far).sum() < far.sum()


def test_dust_and_what_is_thin_and_long_is_no_part_of_a_digit():
    stroke = drawn((60, 140, 100, 112))
    speck = drawn((60, 63, 122, 125))
    assert (main(stroke | speck) == stroke).all()
    hair = drawn((40, 41, 60, 180))  # What is left of a printed line.
    assert (main(stroke | hair) == stroke).all()
    dot = drawn((60, 72, 130, 142))
    assert (main(stroke | dot) == stroke | dot).all()
    assert not main(drawn((60, 62, 100, 102))).any()  # Dust, and nothing else.
    assert not main(np.zeros(SHAPE, bool)).any()


def test_of_two_far_parts_the_one_with_more_ink_is_the_digit_unless_it_touches_the_border():
    small, large = drawn((40, 80, 40, 48)), drawn((40, 150, 150, 158))
    assert (main(small | large) == large).all()
    at_border = drawn((0, 150, 150, 158))
    assert (main(small | at_border) == small).all()
    assert (main(at_border) == at_border).all()


@pytest.mark.parametrize("outside", [False, True])
def test_the_edge_of_the_sheet_is_the_border(outside):
    stroke = drawn((60, 140, 100, 112))
    desk = drawn((0, 200, 0, 30))
    digit, mask, border = written(stroke.astype(np.float32), stroke, desk if outside else None)
    assert (digit == stroke).all()
    assert (mask == stroke).all()
    assert (border == (edge() | desk if outside else edge())).all()


def test_a_line_through_a_large_photo_is_taken_away():
    shape = (400, 600)
    bar, line = drawn((100, 300, 280, 305), shape=shape), drawn((200, 204, 0, 600), shape=shape)
    assert (digit_of(bar | line) == bar).all()


def test_a_line_that_crosses_a_digit_is_taken_away_and_the_digit_stays_whole():
    bar, line = drawn((50, 150, 100, 116)), drawn((98, 100, 0, 240))
    digit, mask, _ = written((bar | line).astype(np.float32), bar | line)
    assert (digit == bar).all()
    assert (mask == bar).all()
    upright = drawn((0, 200, 108, 110))
    lying = drawn((90, 106, 70, 150))
    assert (digit_of(lying | upright) == lying).all()


def test_a_box_is_taken_away_and_a_round_zero_is_not():
    bar = drawn((70, 130, 110, 118))
    box = drawn((40, 160, 70, 73), (40, 160, 157, 160), (40, 43, 70, 160), (157, 160, 70, 160))
    assert (digit_of(bar | box) == bar).all()
    rows, columns = np.indices(SHAPE)
    away = np.hypot(rows - 100, 1.3 * (columns - 120))
    ring = (away < 70) & (away > 60)
    assert (digit_of(ring) == ring).all()
    assert (digit_of(drawn((40, 160, 110, 118))) == drawn((40, 160, 110, 118))).all()  # A 1.


@pytest.mark.parametrize(
    ("box", "ends"),
    [
        ((100, 102, 3, 238), True),
        ((100, 102, 4, 238), False),
        ((100, 102, 3, 236), False),
        ((3, 198, 50, 52), True),
        ((4, 198, 50, 52), False),
        ((3, 196, 50, 52), False),
    ],
)
def test_a_printed_line_ends_where_the_sheet_does(box, ends):
    lines = Lines(drawn((50, 150, 100, 116)), edge())
    assert lines._ends(box_of(drawn(box))) is ends


def seen_from(rest, part_height, level=(), upright=(), framed=False):
    """Whether lines are print, seen from what remains of a part without them."""
    lines = Lines(drawn((50, 150, 100, 116)), edge())
    part = Box(0, part_height, 0, 10, part_height, 10, part_height)
    top, bottom, left, right = rest
    height, wide = bottom - top, right - left
    box = Box(top, bottom, left, right, height, wide, max(height, wide))
    return lines._printed((drawn(*level), drawn(*upright)), part, box, framed)


LINE = [(120, 122, 60, 180)]


@pytest.mark.parametrize(
    ("rest", "part_height", "printed"),
    [
        ((50, 120, 100, 130), 100, True),
        ((50, 100, 100, 130), 100, False),  # Hardly anything is left without the line.
        ((100, 116, 110, 118), 20, True),
        ((100, 113, 110, 118), 20, False),  # Too small beside it.
        ((50, 120, 62, 92), 100, True),  # The line goes on far to one side.
        ((50, 120, 62, 140), 100, False),
        ((50, 120, 68, 140), 100, True),  # It goes on to both.
    ],
)
def test_a_line_of_a_form_goes_on_beyond_what_stands_on_it(rest, part_height, printed):
    assert seen_from(rest, part_height, LINE) == printed


def test_a_line_that_ends_with_the_sheet_is_print_whatever_stands_on_it():
    little = 50, 60, 100, 104
    assert not seen_from(little, 100, LINE)
    assert seen_from(little, 100, [(120, 122, 0, 240)])
    assert seen_from(little, 100, upright=[(0, 200, 110, 112)])
    assert not seen_from(little, 100, upright=[(10, 190, 110, 112)])
    assert not seen_from((50, 57, 100, 104), 100, [(120, 122, 0, 240)])  # That is no digit.


@pytest.mark.parametrize("left_out", [None, 0, 1, 2, 3])
def test_a_printed_box_has_four_sides_and_a_digit_in_it(left_out):
    sides = [(40, 43, 60, 180), (157, 160, 60, 180), (40, 160, 60, 63), (40, 160, 177, 180)]
    short = [(40, 43, 60, 120), (157, 160, 60, 120), (40, 90, 60, 63), (40, 90, 177, 180)]
    if left_out is not None:
        sides[left_out] = short[left_out]
    digit, dot = (60, 140, 100, 130), (90, 110, 110, 130)
    assert seen_from(digit, 120, sides[:2], sides[2:], framed=True) == (left_out is None)
    assert not seen_from(dot, 120, sides[:2], sides[2:], framed=True)  # The knot of a zero.


@pytest.mark.parametrize(
    ("thick", "least", "found"),
    [(2, 100, True), (7, 100, True), (12, 100, False), (7, 30, False), (2, 101, False)],
)
def test_a_printed_line_is_long_and_thin(thick, least, found):
    line = drawn((100, 100 + thick, 70, 170))
    lines = Lines(line, edge())
    assert lines._thin(lines.level, lines.tall, least, line).any() == found


def test_where_printed_lines_cross_nothing_stays():
    level, upright = drawn((100, 103, 40, 200)), drawn((20, 180, 110, 113))
    cross = level | upright
    found = Lines(cross, edge())._lines(100, 100, cross, cross)
    assert (found[0] | found[1] == cross).all()


def test_only_lines_that_touch_a_digit_are_asked_about():
    digit = drawn((50, 150, 100, 110))
    touching, far = drawn((151, 153, 0, 240)), drawn((180, 182, 0, 240))
    level, upright = lines_at(digit, (touching | far, drawn((0, 190, 20, 22))))
    assert (level == touching | far).all()  # The upright one joins them.
    assert upright.any()
    level, upright = lines_at(digit, (touching | far, np.zeros(SHAPE, bool)))
    assert (level == touching).all()
    assert not upright.any()


def test_the_cell_of_a_table_that_a_digit_is_in():
    digit = box_of(drawn((80, 110, 110, 125)))
    level = drawn((60, 61, 20, 220), (130, 131, 20, 220), (180, 181, 20, 220))
    upright = drawn((60, 181, 90, 91), (60, 181, 150, 151), (60, 181, 219, 220))
    assert cell_around(digit, level, upright, box_of(level | upright)) == 70
    wide = drawn((60, 181, 20, 21), (60, 181, 219, 220))
    assert cell_around(digit, level, wide, box_of(level | wide)) == 199
    nothing = np.zeros(SHAPE, bool)
    assert cell_around(digit, nothing, nothing, Box(10, 170, 30, 90, 160, 60, 160)) == 160


def test_how_wide_strokes_are():
    for wide in (4, 8, 20):
        assert width(drawn((20, 180, 50, 50 + wide))) == pytest.approx(wide, abs=1)


def test_a_box_has_ink_along_all_its_sides():
    box = drawn((0, 60, 0, 3), (0, 60, 47, 50), (0, 3, 0, 50), (57, 60, 0, 50), shape=(60, 50))
    assert is_frame(box, 6)
    for rows, columns in (
        (slice(0, 6), slice(None)),
        (slice(-6, None), slice(None)),
        (slice(None), slice(0, 6)),
        (slice(None), slice(-6, None)),
    ):
        three = box.copy()
        three[rows, columns] = False
        assert not is_frame(three, 6)
    assert not is_frame(np.ones_like(box), 6)


def test_a_box_surrounds_what_is_in_its_middle():
    its, box = Box(20, 100, 40, 120, 80, 80, 80), Box(50, 70, 70, 90, 20, 20, 20)
    assert surrounds(its, box)
    for moved in (
        Box(5, 25, 70, 90, 20, 20, 20),
        Box(95, 115, 70, 90, 20, 20, 20),
        Box(50, 70, 20, 40, 20, 20, 20),
        Box(50, 70, 115, 135, 20, 20, 20),
    ):
        assert not surrounds(its, moved)


@pytest.mark.parametrize(
    ("part", "thicker", "digit"),
    [
        ((50, 150, 150, 200), 1.0, True),
        ((50, 95, 150, 200), 1.0, False),  # Not half as high.
        ((50, 150, 150, 200), 0.4, False),
        ((50, 150, 150, 200), 2.0, False),
        ((80, 140, 110, 230), 1.0, False),  # As flat as a line.
        ((50, 150, 150, 170), 1.0, True),  # A 1.
        ((40, 165, 150, 170), 1.0, True),
        ((10, 190, 150, 170), 1.0, False),  # A line of print.
    ],
)
def test_another_digit_is_as_high_and_of_the_same_pen(part, thicker, digit):
    box = Box(50, 150, 20, 80, 100, 60, 100)
    # No box, but with the extent of one: a cross of its diagonals.
    top, bottom, left, right = part
    other = np.zeros(SHAPE, bool)
    for rows in (np.linspace(top, bottom - 1, 400), np.linspace(bottom - 1, top, 400)):
        other[rows.astype(int), np.linspace(left, right - 1, 400).astype(int)] = True
    assert is_digit(other, box_of(other), box, thicker) is digit


def test_there_are_others_if_one_is_as_large_and_not_at_the_border():
    one = drawn((50, 150, 60, 72))

    def angle(top, bottom, left):
        return drawn((top, bottom, left, left + 12), (bottom - 12, bottom, left, left + 40))

    def others(rest):
        mask = one | rest
        return has_others(mask, one, mask.astype(np.float32), edge())

    assert others(angle(55, 150, 160))
    assert others(angle(105, 160, 160))
    assert not others(np.zeros(SHAPE, bool))
    assert not others(angle(115, 160, 160))  # Not half as high.
    assert not others(angle(101, 198, 160))  # At the border.
    assert others(drawn((50, 150, 160, 172)))  # 11, both of them upright.
    blot = drawn((5, 30, 100, 235))
    assert not others(blot)
    assert others(blot | angle(80, 150, 160))  # It has less ink, and is looked at next.
