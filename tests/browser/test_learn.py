"""Label drawings, learn from them, keep them, pin one."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from simplenet.data.drawings import DrawingSet
from tests.browser.steps import (
    address_with,
    button,
    draw,
    go,
    prediction,
    status,
    train,
    wait_for_canvas,
)
from tests.waiting import until

pytestmark = pytest.mark.browser

SEVEN = ((80, 60), (200, 60), (130, 230))
ONE = ((140, 40), (140, 240))


def teach(page, digit, *corners):
    before = size(page)
    draw(page, *corners)
    expect(button(page, str(digit))).to_be_enabled()
    button(page, str(digit)).click()
    # Not the word that it was added: it is gone after four seconds, seen or not.
    expect(own_set(page)).to_contain_text(re.compile(rf"of {before + 1}\b"))


def own_set(page):
    return page.get_by_test_id("stMetric").filter(has_text="On my set")


def size(page):
    """How many drawings the page says the set has."""
    shown = own_set(page)
    return int(re.search(r"of (\d+)", shown.inner_text())[1]) if shown.count() else 0


def test_a_misread_drawing_is_learned_and_survives_a_reload(server, visit):
    page = visit(f"{server.url}/draw")
    expect(page.get_by_text("gather here")).to_be_visible()
    expect(button(page, "1")).to_be_disabled()
    teach(page, 4, *SEVEN)  # A hand that writes its fours like sevens.
    assert size(page) == 1
    accuracy = own_set(page).get_by_test_id("stMetricValue")
    expect(accuracy).to_have_text("0.0%")
    button(page, "Learn from these").dblclick()
    expect(button(page, "Keep it")).to_be_visible()
    address_with(page, "tuning")
    page.reload()  # Nothing is lost before it was decided about.
    expect(button(page, "Keep it")).to_be_visible()
    expect(accuracy).to_have_text("0.0%")  # It is a copy that learned.
    assert size(page) == 1
    button(page, "Keep it").click()
    expect(page.get_by_role("combobox", name="Network")).to_have_value("My fine-tuned network")
    expect(accuracy).to_have_text("100.0%")


def test_a_set_is_shared_by_the_tabs_of_a_browser_and_goes_to_others_as_a_file(
    server, visit, tmp_path
):
    page = visit(f"{server.url}/draw")
    teach(page, 7, *SEVEN)
    tab = visit(f"{server.url}/draw", context=page.context)
    expect(tab.get_by_text("On my set").first).to_be_visible()
    assert size(tab) == 1
    teach(tab, 1, *ONE)
    page.bring_to_front()
    expect(page.get_by_text("of 2", exact=True)).to_be_visible()

    with page.expect_download() as download:
        button(page, "Download").click()
    path = tmp_path / "mine.csv"
    download.value.save_as(path)
    header, row, _ = path.read_text(encoding="utf-8").splitlines()
    assert header.startswith("label,1x1,")
    assert row.startswith("7,")

    sheet = page.get_by_test_id("stDataFrame").last
    expect(button(page, "Remove")).to_be_disabled()
    sheet.click(position={"x": 15, "y": 58})
    button(page, "Remove 1").click()
    expect(page.get_by_text("of 1", exact=True)).to_be_visible()
    button(page, "Undo: put 1 back").click()
    expect(page.get_by_text("of 2", exact=True)).to_be_visible()

    path.write_text("\n".join([header, row, "3" + row[1:]]))
    button(page, "Add from a file").click()
    page.locator("input[type=file]").last.set_input_files(path)
    expect(page.get_by_text("New drawings: 1. Already in your set: 1.")).to_be_visible()


def kept(page):
    """What the browser keeps, by name."""
    return page.evaluate("({ ...localStorage })")


def test_what_the_browser_kept_badly_or_cannot_keep_is_not_lost(server, visit):
    page = visit(f"{server.url}/draw")
    teach(page, 1, *ONE)
    page.wait_for_function("() => localStorage.getItem('simplenet-lab')")
    damaged = kept(page)["simplenet-lab"].replace('"}', '", "pinned": "damaged"}')
    page.evaluate("text => localStorage.setItem('simplenet-lab', text)", damaged)
    page.reload()
    expect(page.get_by_text("of 1", exact=True)).to_be_visible()
    page.wait_for_function("text => localStorage.getItem('simplenet-lab') !== text", arg=damaged)
    assert kept(page)["simplenet-lab.unread"] == damaged
    with page.expect_download() as download:
        button(page, "Download it").click()
    assert Path(download.value.path()).read_text(encoding="utf-8") == damaged
    button(page, "Discard it").click()
    page.wait_for_function("() => localStorage.getItem('simplenet-lab.unread') === null")

    # Another tab has written, and this one has not heard of it: a storage knows no own events.
    other = json.dumps({"mine": DrawingSet.empty().added(np.ones(784), 8).to_text()})
    page.evaluate("text => localStorage.setItem('simplenet-lab', text)", other)
    teach(page, 7, *SEVEN)
    expect(page.get_by_text("of 2", exact=True)).to_be_visible()  # The 1 was removed there.
    page.wait_for_function("text => localStorage.getItem('simplenet-lab') !== text", arg=other)
    before = kept(page)
    page.evaluate(
        """() => {
            window.setItem = Storage.prototype.setItem;
            Storage.prototype.setItem = () => { throw new DOMException("", "QuotaExceededError") };
        }"""
    )
    button(page, "2").click()
    full = page.get_by_test_id("stAlert").filter(has_text="storage is full")
    expect(full).to_be_visible()
    expect(page.get_by_text("of 3", exact=True)).to_be_visible()
    assert kept(page) == before
    page.evaluate("() => { Storage.prototype.setItem = window.setItem }")
    button(page, "3").click()
    expect(full).to_have_count(0)
    until(lambda: kept(page) != before)
    page.reload()
    expect(page.get_by_text("of 4", exact=True)).to_be_visible()


def test_a_pinned_digit_is_followed_through_a_training_and_back_through_time(server, visit):
    page = visit(f"{server.url}/train")
    expect(page.get_by_text("Pin a drawing, and watch here")).to_be_visible()
    go(page, "Draw")
    draw(page, *ONE)
    expect(button(page, "Pin this digit")).to_be_enabled()
    button(page, "Pin this digit").click()
    wait_for_canvas(page)
    page.get_by_role("link", name="Watch it in a training").click()
    expect(page.get_by_text("its ten probabilities move here")).to_be_visible()
    train(page, 600)
    expect(status(page)).to_contain_text("finished")
    expect(page.get_by_text("After iteration 600.")).to_be_visible()
    expect(prediction(page)).to_have_text("1")
    page.wait_for_function(
        "() => { const curves = [...document.querySelectorAll('.live-chart')].at(-1)._fullData;"
        " return curves?.length === 10 && curves[0].x.length > 20; }"
    )
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("After iteration 0.")).to_be_visible()
    sure = page.locator(".answer .sure")
    until(lambda: float(sure.inner_text().strip("%")) < 25, every_s=0.2)  # It cannot know yet.
    page.reload()
    expect(page.get_by_text("After iteration 600.")).to_be_visible()
    button(page, "Unpin").click()
    expect(page.get_by_text("Pin a drawing, and watch here")).to_be_visible()
