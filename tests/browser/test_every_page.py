import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import button, draw, prediction

pytestmark = pytest.mark.browser

PAGES = {
    "": "SimpleNet Lab",
    "train": "Train",
    "draw": "Draw",
    "gradients": "Gradients",
}


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_every_page_opens_cold_as_the_first_visit_of_a_server(cold_server, visit, path, title):
    page = visit(f"{cold_server.url}/{path}")
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    for other in PAGES.values():
        expect(page.get_by_role("link", name=other, exact=True).first).to_be_visible()
    if path == "draw":  # Nothing of the first stroke is lost.
        draw(page, (80, 60), (200, 60), (130, 230))
        expect(prediction(page)).to_have_text("7")
        expect(button(page, "Undo").first).to_be_enabled()


def test_the_first_page_says_where_to_begin(server, visit):
    page = visit(server.url)
    page.get_by_role("link", name="Train a network").click()
    expect(button(page, "Train")).to_be_visible()
    assert page.url.endswith("/train")


@pytest.mark.parametrize("path", PAGES)
def test_chinese_readers_get_chinese(server, visit, path):
    page = visit(f"{server.url}/{path}", locale="zh-CN")
    expect(page.get_by_role("radio", name="中文")).to_be_checked()
    words = page.get_by_test_id("stMain").evaluate(
        "app => { const copy = app.cloneNode(true);"
        " copy.querySelectorAll('[data-testid*=Icon], style').forEach(e => e.remove());"
        " return copy.textContent; }"
    )
    names = "English|MNIST|NumPy|SimpleNet|OpenML|article|Yann LeCun|Corinna Cortes"
    rest = re.sub(f"{names}|Christopher J. C. Burges", "", words)
    assert re.findall(r"[A-Za-z]{4,}", rest) == []


def test_the_language_can_be_changed_and_stays(server, visit):
    page = visit(f"{server.url}/train")
    expect(button(page, "Train")).to_be_visible()
    page.get_by_role("radio", name="中文").click()
    expect(button(page, "训练")).to_be_visible()
    page.get_by_role("link", name="手写").first.click()
    expect(page.get_by_role("heading", name="手写")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="手写")).to_be_visible()
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("heading", name="Draw")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(server, visit, path):
    page = visit(
        f"{server.url}/{path}", viewport={"width": 360, "height": 740}, color_scheme="dark"
    )
    expect(page.get_by_role("heading", name=PAGES[path], exact=True)).to_be_visible()
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")


def test_train_works_by_keyboard_alone(server, visit):
    page = visit(f"{server.url}/train")
    expect(button(page, "Train")).to_be_visible()
    page.get_by_role("spinbutton", name="Iterations").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("50")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").strip().endswith("Train"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stProgress")).to_contain_text("Iteration 50 of 50")


def test_a_change_of_language_keeps_what_was_chosen(server, visit):
    page = visit(f"{server.url}/train", locale="en-US")
    gradient = page.get_by_role("combobox", name="Gradient")
    gradient.click()
    page.get_by_role("option", name="Central difference").click()
    languages = page.get_by_role("radio", name="中文"), page.get_by_role("radio", name="English")
    for pause_ms in (30, 150, 400, 30, 150, 400):  # Also while the answer is on its way.
        for language in languages:
            language.click()
            page.wait_for_timeout(pause_ms)
    expect(page.get_by_role("heading", name="Train")).to_be_visible()
    expect(gradient).to_have_value("Central difference, fast")
