import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import button, field, fill, metric, status

pytestmark = pytest.mark.browser


def factor(page, name):
    words = page.get_by_test_id("stMetric").filter(has_text=name).inner_text()
    return float(re.search(r"([\d.,]+)×", words)[1].replace(",", ""))


def test_compare_on_some_parameters(server, visit):
    page = visit(f"{server.url}/gradients")
    expect(page.get_by_text("Click Compare")).to_be_visible()
    button(page, "Compare").click()
    expect(status(page)).to_contain_text("85 of 85 parameters")
    expect(metric(page, "Definition")).to_contain_text(re.compile(r"\d"))
    assert factor(page, "Definition") == 1
    assert factor(page, "Backpropagation") > factor(page, "Central difference") > 10
    axis = page.wait_for_function("document.querySelector('.live-chart')._fullLayout?.xaxis.type")
    assert axis.json_value() == "log"
    assert "Backpropagation" in page.locator(".live-chart").get_attribute("aria-label")
    assert "race=" in page.url
    page.reload()
    expect(status(page)).to_contain_text("85 of 85 parameters")


def test_all_parameters_in_the_background_with_progress_and_stop(server, visit):
    page = visit(f"{server.url}/gradients")
    slider = page.get_by_role("slider", name="Parameters of each")
    slider.focus()
    slider.press("End")
    expect(page.get_by_test_id("stSlider")).to_contain_text("all")
    fill(page, "Batch size", 200)
    button(page, "Compare").click()
    expect(status(page)).to_contain_text("of 39,760 parameters")
    expect(status(page)).to_contain_text("left")
    button(page, "Stop").click()
    expect(status(page)).to_contain_text("took")
    expect(button(page, "Compare")).to_be_enabled()


def test_a_choice_of_nothing_is_refused(server, visit):
    page = visit(f"{server.url}/gradients")
    for name in ("W1", "b1", "W2", "b2"):
        page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text("Choose at least one")).to_be_visible()
    expect(button(page, "Compare")).to_be_disabled()
    expect(field(page, "Batch size")).to_have_value("100")
