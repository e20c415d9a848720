"""The steps from a photo to its ink, one by one, on small pictures that show what each is for."""

import numpy as np
import pytest
from scipy import ndimage

from simplenet.ink.paper import ink_on, is_convex, is_cut_out, is_on, otsu, sheets, strokes_of

DESK, PAPER = 0.3, 0.9


def rectangle(rows, columns, shape=(60, 80)):
    part = np.zeros(shape, bool)
    part[slice(*rows), slice(*columns)] = True
    return part


def photo(light):
    return np.repeat(light[np.newaxis].astype(np.float32), 3, axis=0)


def test_a_threshold_parts_two_kinds_of_values_wherever_they_lie():
    rng = np.random.default_rng(0)
    for low, high, share in ((0.2, 0.8, 0.5), (-3.0, -1.0, 0.1), (0.1, 0.3, 0.9)):
        kinds = rng.random(5000) < share
        values = rng.normal(np.where(kinds, high, low), (high - low) / 20)
        found = otsu(values.astype(np.float32))
        assert low + 0.1 * (high - low) < found < high - 0.1 * (high - low)
    # By the definition: what parts skewed values best, of all thresholds that there are.
    values = rng.exponential(size=4000)
    counts, edges = np.histogram(values, 64)
    middles = (edges[:-1] + edges[1:]) / 2

    def between(k):
        (n, a), (m, b) = (
            (counts[part].sum(), np.average(middles[part], weights=counts[part]))
            for part in (slice(k), slice(k, None))
        )
        return n * m * (a - b) ** 2

    best = max(range(1, 64), key=between)
    assert otsu(values) == pytest.approx(edges[best])


def test_a_sheet_is_convex_and_an_angle_is_not():
    assert is_convex(rectangle((10, 50), (20, 70)))
    assert is_convex(np.hypot(*np.mgrid[-30:30, -40:40]) < 25)
    corner = rectangle((10, 50), (20, 70)) & ~rectangle((10, 35), (45, 80))
    assert not is_convex(corner)


def test_a_digit_is_on_a_sheet_if_it_is_long_and_slender_and_not_cut_off():
    sheet = rectangle((5, 55), (5, 75))
    assert is_on(rectangle((20, 41), (30, 34)), sheet)
    assert not is_on(rectangle((20, 40), (30, 40)), sheet)
    assert not is_on(rectangle((20, 24), (30, 31)), sheet)
    assert not is_on(rectangle((6, 27), (30, 34)), sheet)
    assert not is_on(rectangle((20, 24), (55, 75)), sheet)
    large = np.ones((600, 800), bool)
    assert not is_on(rectangle((100, 140), (100, 103), large.shape), large)
    # The edge of the picture is no edge of the sheet.
    assert is_on(rectangle((0, 21), (30, 34)), np.ones_like(sheet))


def test_the_edge_of_a_sheet_is_sharp():
    part = rectangle((15, 45), (20, 60))
    plane = np.where(part, np.float32(PAPER), np.float32(DESK))
    assert is_cut_out(part, plane, PAPER - DESK)
    assert not is_cut_out(part, ndimage.gaussian_filter(plane, 12), PAPER - DESK)
    half = np.where(np.arange(80) < 40, plane, np.float32(PAPER))
    assert not is_cut_out(part, half, PAPER - DESK)


def test_a_sheet_on_a_desk_is_found_and_the_light_of_a_lamp_is_none():
    part = rectangle((60, 240), (80, 330), (300, 400))
    found = list(sheets(photo(np.where(part, PAPER, DESK))))
    assert found
    assert (found[0] & ~part).sum() == 0
    assert found[0].sum() > 0.9 * part.sum()
    away = np.hypot(*np.mgrid[-150:150, -200:200])
    assert not list(sheets(photo(DESK + 0.6 * np.exp(-((away / 90) ** 2)))))
    assert not list(sheets(photo(np.full((300, 400), PAPER))))


def test_the_wider_the_strokes_the_wider_what_fills_them():
    plane = np.full((120, 160), PAPER, np.float32)
    widths, narrow = [], []
    for half in (1, 3, 8):
        inked = plane.copy()
        inked[30:90, 80 - half : 80 + half] = DESK
        found, width = strokes_of(inked)
        narrow.append(found)
        widths.append(width)
    assert widths[0] < widths[1] < widths[2]
    assert narrow[0] > narrow[1] > narrow[2]


def test_a_ring_is_no_sheet_and_a_sheet_with_a_digit_is():
    away = np.hypot(*np.mgrid[-150:150, -200:200])
    assert not list(sheets(photo(np.where((away < 110) & (away > 80), PAPER, DESK))))
    assert list(sheets(photo(np.where((away < 110) & (away > 20), PAPER, DESK))))


def test_ink_is_from_none_to_all():
    light = np.full((120, 160), PAPER)
    light[30:90, 75:85] = DESK
    found = ink_on(photo(light)).ink
    assert (found.min(), found.max()) == (0, 1)
    assert found[60, 80] == 1
    assert not found[:20].any()
