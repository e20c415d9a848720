"""The first page: the network reads what a hand writes, and then what a visitor draws."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import SEVEN, at_rest, button, draw, go, light, prediction, wait_for_canvas
from tests.waiting import until

pytestmark = pytest.mark.browser


def view(page):
    return page.locator(".network-view canvas").first


def reads(page, digit):
    expect(view(page)).to_have_accessible_name(re.compile(rf"reads {digit} "))


def test_the_network_reads_what_a_hand_writes_until_somebody_draws(server, visit):
    page = visit(server.url)
    reads(page, 3)  # The first digit that is written.
    until(lambda: light(page) > 0)
    expect(view(page)).to_have_accessible_name(re.compile("Being written"))
    draw(page, *SEVEN)
    reads(page, 7)
    expect(view(page)).to_have_accessible_name(re.compile("Your drawing"))
    wait_for_canvas(page)
    at_rest(page)

    # It is the same drawing on the next page, and back again.
    go(page, "Draw")
    expect(prediction(page)).to_have_text("7")
    page.locator("canvas.upper-canvas").wait_for()
    until(lambda: light(page) > 0)
    button(page, "Clear").click()
    expect(prediction(page)).to_have_text("–")
    go(page, "SimpleNet Lab")
    expect(button(page, "Clear")).to_be_disabled()
    until(lambda: light(page) == 0)  # The pen was taken: no hand writes any more.

    button(page, "Now teach one from zero").click()
    expect(button(page, "Train")).to_be_enabled()


def test_a_part_that_is_pointed_at_tells_its_values_and_a_unit_can_be_opened(server, visit):
    page = visit(server.url)
    reads(page, 3)
    draw(page, *SEVEN)
    reads(page, 7)
    wait_for_canvas(page)
    at_rest(page)
    tip, opened = page.locator(".network-view .tip"), page.locator(".network-view .opened")
    expect(tip).to_be_hidden()
    box = view(page).bounding_box()
    view(page).hover(position={"x": box["width"] - 40, "y": box["height"] / 2})
    expect(tip).to_have_text(re.compile(r"^Output \d · score −?\d+\.\d+ · probability [\d.]+%$"))
    view(page).hover(position={"x": 60, "y": box["height"] / 2})
    expect(tip).to_have_text(re.compile(r"^Pixel in row \d+, column \d+: [01]\.\d\d$"))

    # By keyboard alone: to a unit, open it, and close it.
    view(page).focus()
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    said = page.locator(".network-view .said")
    expect(said).to_have_text(re.compile(r"^Hidden unit 2 · sum −?[\d.]+ · activation [01]\.\d+$"))
    page.keyboard.press("Enter")
    expect(opened).to_be_visible()
    expect(opened.locator("strong")).to_have_text(said.inner_text())
    expect(opened.locator(".digits canvas:visible")).to_have_count(16)
    expect(opened.locator(".bar")).to_have_count(10)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(opened.locator("strong")).to_have_text(re.compile("^Hidden unit 3 "))
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    for _ in range(30):  # Beyond the last unit are the outputs.
        page.keyboard.press("ArrowRight")
    expect(said).to_have_text(re.compile(r"^Output \d"))


def home_fits(page):
    """Return whether the canvas, the picture, and the way on are on the first screen of a phone."""
    canvas = page.locator(".st-key-canvas").bounding_box()
    box, on = view(page).bounding_box(), button(page, "Now teach one from zero").bounding_box()
    across = box["x"] >= 0 and box["x"] + box["width"] <= 390 and canvas["width"] > 190
    return across and box["y"] + box["height"] <= on["y"] and on["y"] + on["height"] <= 844


def fits(line, canvas):
    """Return whether a canvas is as wide as a phone, below the answer and on the first screen."""
    above = line["y"] + line["height"] <= canvas["y"]
    return above and 350 < canvas["width"] <= 358 and canvas["y"] + canvas["height"] <= 844


def test_on_a_phone_the_picture_fits(server, visit):
    page = visit(server.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    reads(page, 3)
    at_rest(page)
    until(lambda: home_fits(page))
    view(page).tap(position={"x": 120, "y": 180})
    expect(page.locator(".network-view .opened")).to_be_visible()
    page.get_by_role("button", name="Close the hidden unit").tap()
    expect(page.locator(".network-view .opened")).to_be_hidden()
    # Where nothing else is drawn on, the canvas is as wide as the page, and the answer is above it.
    page.goto(f"{server.url}/draw")
    line, canvas = page.locator(".answer-line"), page.locator(".st-key-canvas")
    expect(line).to_contain_text("–")
    canvas.locator("canvas.upper-canvas").last.tap(position={"x": 150, "y": 100})
    expect(line).not_to_contain_text("–")
    until(lambda: fits(line.bounding_box(), canvas.bounding_box()))
