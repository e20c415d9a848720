import os
import re
import signal

import pytest
from playwright.sync_api import expect

from simplenet.runs.bundle import bundle_from_bytes
from tests.browser.steps import (
    JUMPS,
    address_with,
    at_rest,
    button,
    click_train,
    cut_off,
    expect_accessible,
    expect_calm,
    field,
    fill,
    go,
    metric,
    status,
    train,
    unfold,
)
from tests.waiting import until

pytestmark = pytest.mark.browser

DRAW_ONE = "Draw a digit for it"

LOSS = "document.querySelectorAll('.live-chart')[1]"
LAST = f"{LOSS}?._fullData?.[0]?.x.at(-1)"
SHOWN = (
    f"[{LOSS}.mark, {LOSS}._fullLayout.xaxis.range.map(Math.round), {LOSS}._fullData[0].visible]"
)


def wait_for_more(page, iterations=1):
    """Wait until the loss curve is there, and then has grown by so many iterations."""
    at = page.wait_for_function(f"() => {LOSS}?._fullData && {LAST}").json_value()
    page.wait_for_function(f"() => {LAST} >= {at} + {iterations}")


def percent(locator):
    return float(locator.inner_text().strip("%")) / 100


def expect_the_end_in_sight(page):
    """Expect that what came of a training, and the way on, are on the first screen."""
    settings = page.get_by_test_id("stExpander").filter(has_text="All settings")
    assert settings.bounding_box()["width"] > 1000  # Unfolded they have the width of the page.
    settings.locator("summary").click()
    expect(field(page, "Iterations")).to_be_hidden()
    words, picture = page.locator(".st-key-moment p"), page.locator(".network-view")
    misread, leads_on = page.locator(".st-key-misread figure").last, button(page, DRAW_ONE)
    for width, height, last in ((390, 844, picture), (768, 1024, misread), (1280, 800, misread)):
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
        for part in (words, picture, last, leads_on):
            expect(part).to_be_in_viewport(ratio=1)


def test_train_to_the_end_and_download_the_network(server, visit):
    page = visit(f"{server.url}/train")
    expect(status(page)).to_contain_text("Ready")
    expect(metric(page, "Test accuracy")).to_have_text("–")
    expect(page.locator(".live-chart.empty")).to_have_count(2)
    train(page, 300)
    expect(status(page)).to_contain_text("Iteration 300 of 300 · finished")
    page.wait_for_function(f"() => {LAST} === 300")
    expect(button(page, "Train")).to_be_enabled()  # The whole page knows of the end.
    at_rest(page)
    expect(page.locator(".live-chart.empty")).to_have_count(0)
    assert percent(metric(page, "Test accuracy")) > 0.3
    assert percent(metric(page, "Train accuracy")) > 0.3
    assert float(metric(page, "Loss").inner_text()) < 2.2
    expect(button(page, "Stop")).to_be_disabled()
    label = re.compile(re.escape(metric(page, "Test accuracy").inner_text()))
    expect(page.locator(".live-chart").first).to_have_attribute("aria-label", label)
    expect_accessible(page)
    expect_the_end_in_sight(page)
    chart = page.locator(".has-numbers:has(.live-chart)").first
    chart.locator(".numbers-open").press("t")
    evaluations = chart.locator("dialog table").first
    expect(evaluations.locator("th").nth(1)).to_contain_text("Test")
    expect(evaluations.locator("tbody tr").last).to_contain_text("300")
    page.keyboard.press("Escape")

    with page.expect_download() as download:
        button(page, "Download (private)").click()
    assert download.value.path().stat().st_size > 150_000
    with page.expect_download() as download:
        button(page, "Take it along (zip)").click()
    assert bundle_from_bytes(download.value.path().read_bytes()).state.last.iteration == 300
    page.locator(".live-chart").first.hover()
    with page.expect_download() as download:
        page.locator(".live-chart").first.locator("[data-title*=SVG]").click()
    assert "<svg" in download.value.path().read_text(encoding="utf-8")[:200]
    with page.expect_download() as download:
        page.locator(".live-chart").first.locator("[data-title*=PNG i]").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_on_a_phone_a_training_moves_nothing_and_what_is_next_is_at_hand(server, visit):
    page = visit(f"{server.url}/train?preset=large", viewport={"width": 390, "height": 844})
    mends = page.get_by_role("button", name=re.compile("^Set "))
    for at_hand in (mends, button(page, DRAW_ONE)):
        expect(button(page, "Train")).to_be_enabled()
        at_rest(page)
        known = len(page.evaluate(JUMPS))
        click_train(page)
        expect(button(page, "Train")).to_be_enabled()
        at_rest(page)
        expect(at_hand).to_be_in_viewport(ratio=1)
        expect_calm(page, known)
        assert cut_off(page) == []  # Also of the numbers at the charts.
        if at_hand is mends:
            mends.click()
            expect(mends).to_have_attribute("data-testid", "stBaseButton-secondary")
    unfold(page)
    tops = [field(page, name).bounding_box()["y"] for name in ("Hidden units", "Iterations")]
    assert tops[0] == tops[1]  # They share a row.


def test_a_chart_that_grows_keeps_zoom_and_hidden_curves_until_pause_and_stop(server, visit):
    page = visit(f"{server.url}/train")
    train(page, 1_000_000)
    page.wait_for_function(f"() => {LOSS}?._fullData && {LAST} > 500")
    page.evaluate("document.querySelectorAll('.live-chart')[1].mark = 'same'")
    area = page.locator(".live-chart").nth(1).locator(".nsewdrag")
    area.scroll_into_view_if_needed()
    area = area.bounding_box()
    page.mouse.move(area["x"] + area["width"] / 4, area["y"] + 20)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] - 20, steps=5)
    page.mouse.up()
    page.locator(".live-chart").nth(1).locator(".legendtoggle").first.click()
    page.wait_for_function(f"() => {SHOWN}[2] === 'legendonly'")
    before = page.evaluate(SHOWN)
    assert 0 < before[1][0] < before[1][1]
    for _ in range(2):
        wait_for_more(page)
    assert page.evaluate(SHOWN) == before

    heard = page.locator(".listening")
    expect(heard).to_have_text("The training has begun.")
    expect(heard).not_to_have_attribute("data-hz", re.compile(""))
    page.get_by_text("Let me hear it").click()
    expect(heard).to_have_attribute("data-hz", re.compile(r"\d\d"))

    button(page, "Pause").click()
    expect(status(page)).to_contain_text("paused")
    expect(heard).not_to_have_attribute("data-hz", re.compile(""))
    expect_accessible(page)
    button(page, "Resume").click()
    expect(heard).to_have_attribute("data-hz", re.compile(r"\d\d"))
    expect(status(page)).to_contain_text("left")
    wait_for_more(page, 500)
    button(page, "Stop").click()
    expect(status(page)).to_contain_text("stopped")
    expect(heard).to_contain_text("stopped")
    expect(heard).not_to_have_attribute("data-hz", re.compile(""))
    expect(page.get_by_text("Keep this network")).to_be_visible()
    expect(metric(page, "Test accuracy")).not_to_have_text("–")


def test_a_reload_another_page_and_a_second_tab_show_the_run_again(server, visit):
    page = visit(f"{server.url}/train")
    train(page, 1000, pace="Single steps")
    expect(status(page)).to_contain_text("Iteration 0 of 1,000 · paused: click Step")
    for at in (1, 2):
        button(page, "Step").click()
        expect(status(page)).to_contain_text(f"Iteration {at} of 1,000")
    there = "Iteration 2 of 1,000"
    address = address_with(page, "run")
    page.reload()
    expect(status(page)).to_contain_text(there)
    expect(page).to_have_url(address)
    unfold(page)
    expect(field(page, "Iterations")).to_have_value("1000")

    tab = visit(address, context=page.context)
    expect(status(tab)).to_contain_text(there)
    go(page, "SimpleNet Lab")
    expect(page.get_by_role("link", name="Train a network")).to_be_visible()
    go(page, "Train")
    expect(status(page)).to_contain_text(there)
    expect(page).to_have_url(address)

    button(tab, "Stop").click()
    expect(status(tab)).to_contain_text("stopped")
    expect(status(page)).to_contain_text("stopped")


def test_an_empty_field_is_refused_and_a_double_click_starts_one_run(server, visit):
    page = visit(f"{server.url}/train?run=nothing-here")
    gone = page.get_by_text("is not kept here")
    expect(gone).to_be_visible()
    unfold(page)
    field(page, "Iterations").fill("")  # The page runs once more.
    field(page, "Iterations").press("Enter")
    expect(page.get_by_text("Iterations must be between")).to_be_visible()
    at_rest(page)
    expect(gone).to_have_count(1)
    go(page, "SimpleNet Lab")
    expect(page.get_by_role("link", name="Train a network")).to_be_visible()
    go(page, "Train")
    expect(button(page, "Train")).to_be_disabled()
    at_rest(page)
    expect(gone).to_have_count(0)
    unfold(page)
    fill(page, "Iterations", 20)
    expect(button(page, "Train")).to_be_enabled()
    button(page, "Train").dblclick()
    expect(status(page)).to_contain_text("finished")
    address = address_with(page, "run")
    page.wait_for_timeout(1500)  # Of a second run.
    assert page.url == address
    assert "nothing-here" not in address


def test_a_killed_worker_costs_a_moment(server, visit):
    page = visit(f"{server.url}/train")
    train(page, 500_000)
    expect(status(page)).to_contain_text("left")

    def lost():
        for worker in server.workers():
            os.kill(worker.pid, signal.SIGKILL)
        wait_for_more(page, 500)
        # Between two slices there is nothing to lose: once more.
        return "a worker was lost" in status(page).inner_text()

    until(lost)
    wait_for_more(page, 500)
    button(page, "Stop").click()
    expect(status(page)).to_contain_text("stopped")
    curve = "document.querySelectorAll('.live-chart')[0]?._fullData?.[1]?.x"
    x = page.wait_for_function(f"() => {curve} && Array.from({curve})").json_value()
    assert x == sorted(set(x))
