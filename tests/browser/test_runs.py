"""Runs that outlast their server, and the page that lists them."""

import re
import signal

import pytest
from playwright.sync_api import expect

from tests.browser.steps import (
    address_with,
    at_rest,
    button,
    expect_accessible,
    go,
    metric,
    status,
    train,
)

pytestmark = pytest.mark.browser

STREAMLITS_WORD = """() => {
  const dialog = document.createElement("div"), close = document.createElement("button");
  dialog.id = "word";
  dialog.dataset.testid = "stDialog";
  dialog.append(close, document.createElement("p"));
  dialog.lastChild.dataset.testid = "stErrorCodeBlock";
  close.addEventListener("click", () => { dialog.dataset.closed = "yes"; });
  document.body.append(dialog);
}"""
"""Lets a dialog like that of Streamlit stand there, which comes some seconds later."""


def test_a_training_goes_on_by_itself_when_its_server_was_killed_and_is_back(cold_server, visit):
    page = visit(f"{cold_server.url}/train")
    train(page, 500_000, pace="Slow motion")
    expect(status(page)).to_contain_text(re.compile("Iteration [1-9]"))
    address = address_with(page, "run")
    cold_server.stop(signal.SIGKILL)
    expect(page.get_by_text("The server does not answer")).to_be_visible()
    page.evaluate(STREAMLITS_WORD)
    expect(page.locator("#word")).to_be_hidden()
    expect(page.locator("#word[data-closed]")).to_be_attached()
    page.evaluate("document.getElementById('word').remove()")
    cold_server.start()
    expect(page.get_by_text("The server does not answer")).to_have_count(0)
    expect(status(page)).to_contain_text("a second")
    expect(button(page, "Stop")).to_be_enabled()
    expect(page).to_have_url(address)
    stranger = visit(address)  # Whoever has the address can watch, and no more.
    expect(stranger.get_by_text("Somebody else")).to_be_visible()
    expect(button(stranger, "Stop")).to_be_disabled()
    expect(button(stranger, "Train")).to_be_enabled()
    button(page, "Stop").click()
    expect(status(page)).to_contain_text("stopped")
    expect(metric(page, "Test accuracy")).not_to_have_text("–")


def test_the_runs_of_this_browser_are_listed_and_one_is_opened(server, visit):
    page = visit(f"{server.url}/train")
    train(page, 20)
    expect(status(page)).to_contain_text("finished")
    run = re.search("run=([^&]+)", address_with(page, "run"))[1]
    go(page, "My runs")
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    at_rest(page)
    box = table.bounding_box()
    page.mouse.click(box["x"] + 14, box["y"] + 52)  # The box of the first row.
    expect(button(page, "Open")).to_be_enabled()
    page.get_by_role("textbox", name="Name").fill("twenty steps")
    page.keyboard.press("Enter")
    button(page, "Open").click()
    expect(page).to_have_url(re.compile(f"/train.*run={run}"))
    expect(status(page)).to_contain_text("Iteration 20 of 20")
    # Another browser has no runs; this one has them after a reload, too.
    stranger = visit(f"{server.url}/runs")
    expect(stranger.get_by_text("There is none yet.")).to_be_visible()
    page.goto(f"{server.url}/train")
    train(page, 4_000)
    page.goto(f"{server.url}/runs")
    expect(table).to_be_visible()
    expect(table.locator("td", has_text=re.compile("^4000$")).first).to_be_attached()
    at_rest(page)
    expect_accessible(page)
    search = page.get_by_role("textbox", name="Search the runs")
    for words, found in (("nothing like it", False), ("twenty steps", True)):
        search.fill(words)
        search.press("Enter")
        expect(page.get_by_text("No run has these words")).to_have_count(0 if found else 1)
    page.goto(f"{server.url}/runs")
    expect(table).to_be_visible()
    at_rest(page)
    # By keyboard alone, as the page says.
    table.locator("canvas").first.focus()
    for n, arrow in enumerate(("ArrowDown", "ArrowUp"), 1):
        page.keyboard.press(arrow)
        page.keyboard.press("Shift+Space")
        expect(table.locator("tr[aria-selected=true]")).to_have_count(n)
    button(page, "Compare").click()
    expect(page.get_by_text("Digit by digit")).to_be_visible()
    expect(page).to_have_url(re.compile(f"compare=.*{run}"))
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download as SVG").first.click()
    assert saved.value.suggested_filename == "Test accuracy.svg"
    picture = saved.value.path().read_text(encoding="utf-8")
    assert "Arial" in picture
    assert "Source Sans" not in picture  # Nobody who opens it has the fonts of the page.
    stranger.goto(page.url)
    expect(stranger.get_by_text("Digit by digit")).to_be_visible()
    at_rest(stranger)
    expect_accessible(stranger)
    # Several values, each a run of its own.
    go(page, "My runs")
    button(page, "All runs").click()
    button(page, "Try several values").click()
    page.get_by_role("textbox", name="Learning rate").fill("0.1, 0.5")
    page.get_by_role("textbox", name="Learning rate").press("Enter")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("6")
    page.get_by_role("spinbutton", name="Iterations").fill("20")
    page.get_by_role("spinbutton", name="Iterations").press("Enter")
    expect(page.get_by_text("Iterations: 20.")).to_be_visible()
    button(page, "Start the sweep").click()
    expect(page.get_by_text("6 of 6 runs have ended")).to_be_visible()
    expect(button(page, "Train with the best values")).to_be_enabled()
    expect(page.locator(".live-chart .plot-container")).to_be_visible()
    at_rest(page)
    expect_accessible(page)
    stranger.goto(page.url)
    expect(stranger.get_by_text("Somebody else has started this sweep")).to_be_visible()


def test_on_a_phone_a_run_is_handled_by_touch(server, visit):
    phone = {"width": 390, "height": 844}
    page = visit(f"{server.url}/train", viewport=phone, has_touch=True, is_mobile=True)
    train(page, 5)
    expect(status(page)).to_contain_text("finished")
    page.goto(f"{server.url}/runs")
    card = page.locator(".run-cards label")
    expect(card).to_have_count(1)
    at_rest(page)

    def tap(name):
        at_rest(page)
        button(page, name).tap()

    card.tap()
    tap("Mark with a star")
    expect(card.locator(".name")).to_have_text(re.compile("^★"))
    expect(button(page, "Remove the star")).to_be_visible()
    for field, words in (("Name", "by finger"), ("Note", "in the bus")):
        page.get_by_role("textbox", name=field).tap()
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        at_rest(page)
    expect(card.locator(".name")).to_have_text("★ by finger")
    tap("Delete")
    expect(card).to_have_count(0)
    expect(page.get_by_text("There is none yet.")).to_be_visible()
    tap("Undo")
    expect(card.locator(".name")).to_have_text("★ by finger")
    at_rest(page)
    if not card.locator("input").is_checked():
        card.tap()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("in the bus")
    tap("Open")
    expect(status(page)).to_contain_text("Iteration 5 of 5")
