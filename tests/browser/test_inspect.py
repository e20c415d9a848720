"""The page Inspect, once through: by mouse, by keys, in light and dark, and as wide as a phone."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from tests.browser.conftest import WIDE
from tests.browser.steps import GROUNDS, at_rest, button
from tests.waiting import until

pytestmark = pytest.mark.browser


def view(page):
    return page.locator(".network-view canvas").first


def part(page, name):
    page.get_by_role("radio", name=name, exact=True).click()
    expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
    at_rest(page)
    expect_to_fit_a_phone(page)


def faults(page):
    """Return what axe finds wrong with the page, as words."""
    at_rest(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def expect_no_faults(page):
    until(lambda: not faults(page), every_s=0.2, why_not=lambda: faults(page))


def expect_to_fit_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    main = page.get_by_test_id("stMain")
    until(lambda: main.evaluate("app => app.scrollWidth <= app.clientWidth"))
    until(lambda: view(page).bounding_box()["y"] < 844)  # The picture comes first.
    page.set_viewport_size(WIDE)


def numbers(page):
    """Return the tables that are open, as rows of texts: those that are shown are those saved."""
    dialog = page.get_by_role("dialog", name="Numbers as a table")
    expect(dialog).to_be_visible()
    expect_no_faults(page)
    with page.expect_download() as saving:
        dialog.get_by_role("button", name="Save as CSV").click()
    saved = Path(saving.value.path()).read_text(encoding="utf-8-sig")
    rows = "table => [...table.rows].map(row => [...row.cells].map(cell => cell.textContent))"
    tables = [table.evaluate(rows) for table in dialog.locator("table").all()]
    assert len(saved.split("\n\n")) == len(tables)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    return tables


TAKE_THE_DIGITS_AWAY = """() => {
    const holder = document.querySelector(".scatter-digits"), sheet = holder?.sheet;
    if (!sheet?.complete) return false;
    holder.sheet = undefined;
    window.digitsCome = () => {
        holder.sheet = sheet;
        document.dispatchEvent(new Event("scatter-digits"));
    };
    return true;
}"""
"""The images of the digits on the map come after somebody has pointed at one."""


def test_mistakes_units_map_and_films_of_a_network(server, visit):
    page = visit(f"{server.url}/inspect?network=article")
    cells = page.get_by_role("gridcell", name=re.compile("taken for"))
    expect(cells).to_have_count(100)
    at_rest(page)
    cells.nth(72).click()
    expect(page.get_by_text("are a 7, and taken for a 2")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(
        page.get_by_text(re.compile("6 is taken for a 3|are a 6, and taken for a 3"))
    ).to_be_visible()
    expect(page).to_have_url(re.compile(r"cell=6\.3"))
    cells.nth(49).click()
    behind = page.get_by_role("application", name=re.compile("are a 4 and read as 9"))
    behind.locator("canvas").first.click()
    expect(view(page)).to_have_accessible_name(re.compile("Test digit 4. It reads 9"))
    expect(button(page, "Put it under the microscope")).to_be_visible()
    expect_no_faults(page)
    view(page).press("t")
    outputs, units, image = numbers(page)
    assert outputs[0] == ["digit", "score", "probability"]
    assert sum(float(row[2]) for row in outputs[1:]) == pytest.approx(1, abs=1e-3)
    assert len(units) == 51
    assert [len(row) for row in image] == [29] * 29

    part(page, "Its units")
    page.get_by_role("application", name=re.compile("switched off")).locator("canvas").nth(
        7
    ).click()
    expect(page).to_have_url(re.compile("unit=[0-9]+"))
    expect_no_faults(page)
    figure = page.get_by_test_id("stMain").locator(".has-numbers:has(.live-chart)").first
    figure.hover()
    figure.locator(".numbers-open").click()
    ((head, *rows),) = numbers(page)
    assert [row[0] for row in rows] == [str(digit) for digit in range(10)]
    assert head[1]

    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", GROUNDS["dark"])
    page.get_by_role("radio", name="Map of the digits", exact=True).click()
    points = page.locator(".scatter canvas.points")
    expect(points).to_be_in_viewport(ratio=0.9)  # What is chosen is what is seen.
    at_rest(page)
    expect_to_fit_a_phone(page)
    until(lambda: page.evaluate(TAKE_THE_DIGITS_AWAY))
    points.focus()
    points.press("ArrowRight")
    tip = page.locator(".scatter .tip")
    expect(tip).to_have_text(re.compile("Test digit [0-9]+: a [0-9], read as [0-9]"))
    ink = "tip => tip.getContext('2d').getImageData(0, 0, 28, 28).data.some(v => v > 0 && v < 255)"
    assert not tip.locator("canvas").evaluate(ink)
    page.evaluate("window.digitsCome()")
    until(lambda: tip.locator("canvas").evaluate(ink))
    row = re.search("[0-9]+", tip.inner_text())[0]
    points.press("Enter")
    expect(page).to_have_url(re.compile(f"digit={row}"))

    page.get_by_role("radio", name="Its idea of a digit", exact=True).click()
    expect(view(page)).to_be_in_viewport(ratio=0.9)  # It runs through the network above.
    part(page, "Its idea of a digit")
    slider = page.get_by_role("slider", name="Step of the dream")
    until(lambda: slider.input_value() == "60")  # It has played to its end.
    expect(view(page)).to_have_accessible_name(re.compile("Step 60 of 60. It reads 3"))
    slider.press("Home")
    expect(view(page)).to_have_accessible_name(re.compile("Step 0 of 60"))

    part(page, "Between two digits")
    expect(view(page)).to_have_accessible_name(re.compile("of the 4, [0-9]+% of the 9"))
    expect_no_faults(page)
    part(page, "Its mistakes")
    expect(view(page)).to_have_accessible_name(re.compile("Test digit"))  # The film is over.
